import { AssayError, type Platform, type Target } from '@assay/contract';
import { isImageTarget, probePath } from '@assay/local';
import { plainText } from '@assay/output';
import { parseTarget } from '@assay/pipeline';
import type { World } from './world.ts';

export interface TargetOptions {
  readonly quiet?: boolean;
  readonly offline?: boolean;
  readonly platform?: string;
}

/** Reads the word for what to look at, and says on stderr what it was taken for. Throws as parseTarget does. */
export async function readTarget(world: World, word: string, options: TargetOptions): Promise<Target> {
  const { target, guessed } = await parseTarget(word, probePath);
  if (guessed !== undefined && options.quiet !== true) await world.stderr.write(`assay: ${plainText(guessed)}\n`);
  if (options.offline === true && target.kind === 'registry') {
    throw new AssayError(
      'OPTION_INVALID',
      `--offline: ${target.reference} is in a registry, which would have to be asked`,
      {
        hint: 'Name an image on this disk (oci:DIR, docker-archive:FILE), or leave --offline away.',
      },
    );
  }
  if (options.platform !== undefined && !isImageTarget(target))
    throw new AssayError('OPTION_INVALID', '--platform goes with an image');
  return target;
}

/** Reads `OS/ARCH[/VARIANT]`. Throws OPTION_INVALID. */
export async function readPlatform(text: string | undefined): Promise<Platform | undefined> {
  if (text === undefined) return undefined;
  const { parsePlatform } = await import('@assay/local');
  return parsePlatform(text);
}
