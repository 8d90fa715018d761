/** Answers many single questions by one: those asked in the same turn of the event loop go together. */
export class Batches<T> {
  readonly #ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  #waiting: Map<string, PromiseWithResolvers<T | undefined>> | undefined;

  constructor(ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>) {
    this.#ask = ask;
  }

  find(key: string): Promise<T | undefined> {
    if (this.#waiting === undefined) {
      this.#waiting = new Map();
      setImmediate(() => this.#send());
    }
    const known = this.#waiting.get(key) ?? Promise.withResolvers<T | undefined>();
    this.#waiting.set(key, known);
    return known.promise;
  }

  #send(): void {
    const waiting = this.#waiting ?? new Map<string, PromiseWithResolvers<T | undefined>>();
    this.#waiting = undefined;
    this.#ask([...waiting.keys()]).then(
      (found) => {
        for (const [key, { resolve }] of waiting) resolve(found.get(key));
      },
      (error: unknown) => {
        for (const { reject } of waiting.values()) reject(error);
      },
    );
  }
}
