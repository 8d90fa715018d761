import { setTimeout as pause } from 'node:timers/promises';
import { installObjects, type KubeObject, readInstallation } from '@assay/images';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';
import { type ClusterChoice, withClient } from './with-client.ts';

export interface InstallWishes extends ClusterChoice {
  /** The folder of the kustomization. */
  readonly local: string;
  /** Seconds. */
  readonly timeout: number;
  readonly quiet?: boolean;
}

const nameOf = ({ kind, metadata: { name, namespace } }: KubeObject) =>
  plainText(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);

/** Applies an installation and waits until it runs. Says what it waits for on stderr. */
export async function install(world: World, wishes: InstallWishes): Promise<number> {
  const objects = await readInstallation(wishes.local);
  const { signal } = world;
  return withClient(world, wishes, async (client, server) => {
    const tell = (happening: 'applied' | 'waiting', object: KubeObject) => {
      if (happening === 'waiting' && wishes.quiet !== true)
        void world.stderr.write(`assay: waiting for ${nameOf(object)}\n`);
    };
    const clock = {
      now: () => world.now().getTime(),
      sleep: (milliseconds: number) => pause(milliseconds, undefined, { signal }),
    };
    await installObjects(objects, client, { timeoutMs: wishes.timeout * 1000, clock, signal, tell });
    await world.stdout.write(`${objects.length} objects applied to ${plainText(server)}; everything runs\n`);
    return 0;
  });
}
