import type { Clock } from './clock.ts';
import type { Registry } from './kinds/registry.ts';
import type { ResourceKind } from './kinds/resource.ts';
import type { Subject } from './status.ts';
import type { Store } from './store/store.ts';

/** What every verb works with. */
export interface Context {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds between bookmarks of a watch that asked for them. */
  readonly bookmarkIntervalMs: number;
  /** Called when a namespace, owner or definition may need cleaning after a change. */
  readonly sweep: () => void;
}

/** One request on one resource, read and understood. */
export interface Call {
  readonly context: Context;
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  readonly manager: string;
  /** Sentences for the `Warning` header. */
  readonly warnings: string[];
}

/** The resource as errors name it. */
export function subjectOf(kind: ResourceKind): Subject {
  return { group: kind.group, resource: kind.resource };
}
