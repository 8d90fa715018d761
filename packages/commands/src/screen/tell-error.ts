import { AssayError } from '@assay/contract';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';

/** Prints a failure as `CODE: what. hint: …` on stderr and gives the exit code. What is no AssayError is a defect of ours. */
export async function tellError(error: unknown, world: World): Promise<number> {
  const known = toAssayError(error, world.signal);
  const sentence = plainText(known.detail.trim().replace(/\.$/, ''));
  const line = `${known.code}: ${sentence}. hint: ${plainText(known.hint)}\n`;
  await world.stderr.write(world.stderr.color ? `\x1b[31m${known.code}\x1b[39m${line.slice(known.code.length)}` : line);
  if (known.code === 'INTERNAL' && error instanceof Error) await world.stderr.write(`${error.stack ?? ''}\n`);
  return known.exit;
}

function toAssayError(error: unknown, signal: AbortSignal): AssayError {
  if (signal.aborted)
    return new AssayError('INTERRUPTED', 'the command was stopped before it was done', { cause: error });
  if (error instanceof AssayError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC') return new AssayError('OUTPUT_UNWRITABLE', 'the disk is full', { cause: error });
  return new AssayError('INTERNAL', error instanceof Error ? `${error.name}: ${error.message}` : String(error), {
    cause: error,
  });
}
