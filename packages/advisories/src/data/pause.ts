import { setImmediate } from 'node:timers/promises';
import { AssayError } from '@assay/contract';

/** Lets the event loop turn every now and then, and stops work that nobody waits for any more. Throws INTERRUPTED. */
export function makePause(signal: AbortSignal | undefined, every = 256): () => Promise<void> {
  let count = 0;
  const done = Promise.resolve();
  return () => {
    if (++count % every !== 0) return done;
    return setImmediate().then(() => throwIfStopped(signal));
  };
}

/** Throws INTERRUPTED. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new AssayError('INTERRUPTED', 'stopped before the vulnerability data was written');
}
