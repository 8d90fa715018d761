import type { KubeClient } from '../client/kube-client.ts';
import type { Clock, Random } from '../clock.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { type CustomResourceDefinition, customResourceDefinitions } from '../resources/core.ts';
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
  /** Told when a definition comes or goes, as `imagevulnerabilityscans.app-scanning.apps.tanzu.vmware.com`. */
  readonly onChange?: (name: string, served: boolean) => void;
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Watches CustomResourceDefinitions and nudges the reflectors whose kind appears, so that it is noticed in about a second.
 * Only a hint: where definitions may not be read, the reflectors' own back-off finds it.
 */
export function createKindWatcher(options: KindWatcherOptions): Reflector<ReadonlySet<string>> {
  const { client, kinds, onChange, ...rest } = options;
  return createReflector<CustomResourceDefinition, ReadonlySet<string>>({
    ...rest,
    client,
    resource: customResourceDefinitions,
    project: servedVersions,
    onChange: ({ key, type, object }) => {
      const awaited = kinds.filter(({ resource }) => key === `${resource.plural}.${resource.group}`);
      for (const { resource, reflector } of awaited) {
        if (type === 'deleted' || object.has(apiVersionOf(resource))) reflector.nudge();
      }
      if (awaited.length > 0) onChange?.(key, type !== 'deleted' && object.size > 0);
    },
  });
}

/** The versions that answer now; none before the definition is established. */
function servedVersions(definition: CustomResourceDefinition): ReadonlySet<string> {
  const established = definition.status?.conditions?.some((one) => one.type === 'Established' && one.status === 'True');
  if (established !== true) return new Set();
  const { group, versions } = definition.spec;
  return new Set(versions.filter((one) => one.served).map((one) => `${group}/${one.name}`));
}
