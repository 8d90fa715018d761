import { type Clock, configMaps, type KubeClient } from '@assay/kube';

/** What Tekton is told about itself. */
export interface TektonFlags {
  /** Whether Tekton gives its own containers the security context that `restricted` asks for. */
  setsSecurityContext(): Promise<boolean>;
}

/** A switch that an administrator turns is seen within this time. Milliseconds. */
const keptMs = 30_000;

/** Reads the ConfigMap `feature-flags`, not more than twice a minute. One that cannot be read is not held against anybody. */
export function createTektonFlags(client: KubeClient, clock: Clock, namespace: () => string): TektonFlags {
  let known: { readonly at: number; readonly value: boolean } | undefined;
  return {
    async setsSecurityContext() {
      if (known !== undefined && clock.now() - known.at < keptMs) return known.value;
      let value = true;
      try {
        const flags = await client.get(configMaps, { namespace: namespace(), name: 'feature-flags' });
        value = flags === undefined || flags.data?.['set-security-context'] === 'true';
      } catch {
        // No right to read it, or no answer: then the pod's own refusal tells.
      }
      known = { at: clock.now(), value };
      return value;
    },
  };
}
