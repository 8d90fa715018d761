/** Passes items on; throws the signal's reason as soon as it fires, whether or not the source listens to the signal. */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const aborted = abortion(signal);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    aborted.forget();
    // Not awaited: a source that hangs must not hold up who leaves it.
    iterator.return?.()?.catch(() => undefined);
  }
}

/** A promise that rejects with the signal's reason when it fires. */
function abortion(signal: AbortSignal): { readonly promise: Promise<never>; readonly forget: () => void } {
  let fire: () => void = () => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    fire = () => reject(signal.reason);
    if (signal.aborted) fire();
    else signal.addEventListener('abort', fire, { once: true });
  });
  promise.catch(() => undefined);
  return { promise, forget: () => signal.removeEventListener('abort', fire) };
}
