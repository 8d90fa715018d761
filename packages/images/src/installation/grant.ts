import type { KubeObject } from './kube-object.ts';

/** The names pull and push secrets have in the documentation of scans. Source: scan-2.md §4, §8 "docker.pullSecret". */
export const usualSecrets: readonly string[] = ['registries-credentials', 'write-creds'];

/** What lets the observer read named secrets of one namespace: the same as the component `deploy/components/grant`. */
export function grantObjects(namespace: string, secrets: readonly string[] = usualSecrets): readonly KubeObject[] {
  const metadata = { name: 'amr-observer-grant', namespace };
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [...secrets], verbs: ['get'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'amr-observer-grant' },
      subjects: [{ kind: 'ServiceAccount', name: 'amr-observer-controller-manager', namespace: 'amr-observer-system' }],
    },
  ];
}
