import { grantObjects, kindOf, usualSecrets } from '@assay/images';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';
import { type ClusterChoice, withClient } from './with-client.ts';

/** Makes the Role and its binding. Called again with other names, those replace the ones before. */
export async function grant(
  world: World,
  namespace: string,
  secrets: readonly string[],
  wishes: ClusterChoice,
): Promise<number> {
  const names = secrets.length === 0 ? usualSecrets : secrets;
  return withClient(world, wishes, async (client) => {
    for (const object of grantObjects(namespace, names))
      await client.apply(kindOf(object), object, { force: true, signal: world.signal });
    await world.stdout.write(`the observer may read ${plainText(names.join(', '))} in ${plainText(namespace)}\n`);
    return 0;
  });
}
