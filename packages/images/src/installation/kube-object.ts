/** A Kubernetes object as its manifest says it: nothing is known of its members but what names it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  } & Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Kinds in the order they must exist in; what is not named comes after these. */
const order = [
  'CustomResourceDefinition',
  'Namespace',
  'ServiceAccount',
  'ClusterRole',
  'Role',
  'ClusterRoleBinding',
  'RoleBinding',
  'ConfigMap',
  'Service',
];

/** The objects in an order in which each can be applied. */
export function inOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  const rank = ({ kind }: KubeObject) => (order.includes(kind) ? order.indexOf(kind) : order.length);
  return objects.toSorted((a, b) => rank(a) - rank(b));
}
