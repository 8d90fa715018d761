import type { KubeClient } from '../client/kube-client.ts';
import type { Clock, Random } from '../clock.ts';
import type { Resource } from '../resource.ts';
import { customResourceDefinitions } from '../resources/core.ts';
import { createReflector } from './create-reflector.ts';
import type { Reflector } from './reflector.ts';

/** A kind, and the reflector that waits for it. */
export interface AwaitedKind {
  readonly resource: Resource;
  readonly reflector: Pick<Reflector<unknown>, 'nudge'>;
}

export interface KindWatcherOptions {
  readonly client: KubeClient;
  readonly kinds: readonly AwaitedKind[];
  /** Told when an awaited definition comes, changes or goes, as `imagevulnerabilityscans.app-scanning.apps.tanzu.vmware.com`. */
  readonly onChange?: (name: string, exists: boolean) => void;
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Watches the names of CustomResourceDefinitions and nudges the reflectors whose kind comes or goes, so that it is noticed in about a second.
 * Only names are fetched: the schemas of a cluster's definitions can be tens of megabytes.
 * Only a hint: where definitions may not be read, the reflectors' own back-off finds it.
 */
export function createKindWatcher(options: KindWatcherOptions): Reflector<string> {
  const { client, kinds, onChange, ...rest } = options;
  return createReflector({
    ...rest,
    client,
    resource: customResourceDefinitions,
    metadataOnly: true,
    project: (definition) => definition.metadata.resourceVersion ?? '',
    onChange: ({ key, type }) => {
      const awaited = kinds.filter(({ resource }) => key === `${resource.plural}.${resource.group}`);
      // Also when it only changes: it is served a moment after it was made, when its status says so.
      for (const { reflector } of awaited) reflector.nudge();
      if (awaited.length > 0) onChange?.(key, type !== 'deleted');
    },
  });
}
