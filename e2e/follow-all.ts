import type { KubeClient, KubeObject, Resource } from '@assay/kube';

/**
 * Tells of every object of a namespace, those that are there first, until the signal fires. Not the reflector of the product: what judges or times it
 * keeps nothing and lists nothing again. A watch that breaks is an error.
 */
export async function followAll<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  { namespace, signal }: { readonly namespace: string; readonly signal: AbortSignal },
  see: (object: T, isGone: boolean) => void,
): Promise<void> {
  const { items, resourceVersion: listed } = await client.list(resource, { namespace });
  for (const item of items) see(item, false);
  let resourceVersion = listed;
  while (!signal.aborted) {
    for await (const event of client.watch(resource, { namespace, resourceVersion, signal })) {
      if (event.type === 'BOOKMARK') resourceVersion = event.resourceVersion;
      else {
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        see(event.object, event.type === 'DELETED');
      }
    }
  }
}
