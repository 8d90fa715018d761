import { AssayError } from '@assay/contract';
import type { KubeObject } from './kube-object.ts';

/** A kind and where the API serves it. */
export interface InstalledKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const kind = (apiVersion: string, name: string, plural: string, namespaced: boolean): InstalledKind => {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return { group, version, kind: name, plural, namespaced };
};

const rbac = 'rbac.authorization.k8s.io/v1';

/** Every kind an installation of ours has. */
const kinds: readonly InstalledKind[] = [
  kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  kind('v1', 'Namespace', 'namespaces', false),
  kind('v1', 'ServiceAccount', 'serviceaccounts', true),
  kind('v1', 'ConfigMap', 'configmaps', true),
  kind('v1', 'Service', 'services', true),
  kind(rbac, 'ClusterRole', 'clusterroles', false),
  kind(rbac, 'ClusterRoleBinding', 'clusterrolebindings', false),
  kind(rbac, 'Role', 'roles', true),
  kind(rbac, 'RoleBinding', 'rolebindings', true),
  kind('apps/v1', 'Deployment', 'deployments', true),
  kind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', true),
];

/** Where an object belongs. Throws IMAGE_INPUT_INVALID for a kind no installation of ours has. */
export function kindOf({ apiVersion, kind: name, metadata }: KubeObject): InstalledKind {
  const found = kinds.find(
    (each) => each.kind === name && apiVersion === [each.group, each.version].filter(Boolean).join('/'),
  );
  if (found === undefined)
    throw new AssayError(
      'IMAGE_INPUT_INVALID',
      `${apiVersion} ${name} ${metadata.name} is of a kind that is not installed here`,
      {
        hint: 'Use kubectl apply -k with this folder.',
      },
    );
  if (found.namespaced && metadata.namespace === undefined)
    throw new AssayError('IMAGE_INPUT_INVALID', `${name} ${metadata.name} names no namespace`);
  return found;
}
