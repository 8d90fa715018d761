import { timestamp, uuid } from './clock.ts';
import type { Context } from './context.ts';
import type { JsonObject } from './json.ts';
import { identity, keyOf } from './store/collection.ts';
import { collectionName } from './store/store.ts';

const namespaces = collectionName('', 'namespaces');
const accounts = collectionName('', 'serviceaccounts');

function born(context: Context, name: string, more: JsonObject = {}): JsonObject {
  return { name, ...more, uid: uuid(context.random), creationTimestamp: timestamp(context.clock.now()) };
}

/** The namespaces every cluster has. */
export function seedNamespaces(context: Context): void {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    context.store.put(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: born(context, name, { labels: { 'kubernetes.io/metadata.name': name } }),
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
}

/** Gives each new namespace its `default` service account, as the controller around a real API server does. */
export function serviceAccountsFor(context: Context): void {
  context.store.listen((collection, change) => {
    if (collection !== namespaces || change.type !== 'ADDED') return;
    const { name } = identity(change.object);
    if (context.store.collection(accounts).get(keyOf(name, 'default')) !== undefined) return;
    context.store.put(accounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: born(context, 'default', { namespace: name }),
    });
  });
}
