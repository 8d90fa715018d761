import { type ApiServer, createApiServer } from '@assay/apiserver';
import {
  type CustomResourceDefinition,
  crdManifests,
  createKubeClient,
  customResourceDefinitions,
  inProcessTransport,
  type KubeClient,
  namespaces,
  type Transport,
  type VirtualClock,
} from '@assay/kube';

export interface SimulatedCluster {
  readonly server: ApiServer;
  readonly transport: Transport;
  /** Of an administrator: no faults. */
  readonly admin: KubeClient;
}

/** An API server in memory with our kinds, Tekton's, and some namespaces. */
export async function createCluster(
  clock: VirtualClock,
  random: () => number,
  names: readonly string[],
  { strict = false, tekton = true }: { readonly strict?: boolean; readonly tekton?: boolean } = {},
): Promise<SimulatedCluster> {
  const server = createApiServer({ clock, random, historyLimit: 5_000, collectAfterMs: 500 });
  const transport = inProcessTransport(server);
  const admin = createKubeClient({ transport, fieldManager: 'admin' });
  const ours = crdManifests().map((crd) =>
    strict ? crd : openDefinition(crd.spec.group, crd.spec.names, crd.spec.versions[0]?.name ?? ''),
  );
  for (const one of [...ours, ...(tekton ? tektonDefinitions() : [])])
    await admin.create(customResourceDefinitions, one);
  for (const name of names) await admin.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await clock.advance(1_000);
  return { server, transport, admin };
}

/** Tekton's kinds, in the version it serves. */
export function tektonDefinitions(version = 'v1'): readonly CustomResourceDefinition[] {
  return ['TaskRun', 'PipelineRun'].map((kind) =>
    openDefinition('tekton.dev', { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() }, version),
  );
}

/** A kind without a schema: what is stored is what was sent. The schemas have suites of their own. */
function openDefinition(
  group: string,
  names: CustomResourceDefinition['spec']['names'],
  version: string,
): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { ...names, listKind: `${names.kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}
