import type { Change, Indexes, Store } from './store.ts';

interface Entry<K> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly kept: K;
}

/** What the server says of one object, already cut down to what is kept. */
export interface Incoming<K> extends Entry<K> {
  readonly key: string;
}

/** The writable side of a store. Every method returns the changes it made, in order. */
export class ObjectStore<K> implements Store<K> {
  readonly #entries = new Map<string, Entry<K>>();
  readonly #indexes: ReadonlyMap<
    string,
    { readonly of: (kept: K) => readonly string[]; readonly keys: Map<string, Set<string>> }
  >;

  constructor(indexes: Indexes<K> = {}) {
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, of]) => [name, { of, keys: new Map<string, Set<string>>() }]),
    );
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): K | undefined {
    return this.#entries.get(key)?.kept;
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  *values(): IterableIterator<K> {
    for (const entry of this.#entries.values()) yield entry.kept;
  }

  by(index: string, value: string): readonly K[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new RangeError(`the store has no index ${index}`);
    return [...(found.keys.get(value) ?? [])].flatMap((key) => {
      const entry = this.#entries.get(key);
      return entry === undefined ? [] : [entry.kept];
    });
  }

  /** An object as it is now. Nothing changes when the store has this very version. */
  put({ key, ...next }: Incoming<K>): readonly Change<K>[] {
    const before = this.#entries.get(key);
    if (before?.uid === next.uid && before.resourceVersion === next.resourceVersion && next.resourceVersion !== '')
      return [];
    // An index may throw at an odd object: ask all before anything is changed.
    const values = [...this.#indexes.values()].map(({ of }) => of(next.kept));
    if (before !== undefined) this.#unindex(key, before.kept);
    this.#entries.set(key, next);
    this.#index(key, values);
    if (before === undefined) return [{ type: 'added', key, object: next.kept }];
    if (before.uid === next.uid) return [{ type: 'changed', key, object: next.kept, before: before.kept }];
    return [
      { type: 'deleted', key, object: before.kept },
      { type: 'added', key, object: next.kept },
    ];
  }

  /** The object is gone. A late word about an older object of the same name removes nothing. */
  remove(key: string, uid?: string): readonly Change<K>[] {
    const before = this.#entries.get(key);
    if (before === undefined || (uid !== undefined && before.uid !== uid)) return [];
    this.#entries.delete(key);
    this.#unindex(key, before.kept);
    return [{ type: 'deleted', key, object: before.kept }];
  }

  /** Removes what a complete list did not name. */
  removeAllBut(keys: ReadonlySet<string>): readonly Change<K>[] {
    return [...this.#entries.keys()].filter((key) => !keys.has(key)).flatMap((key) => this.remove(key));
  }

  #index(key: string, values: readonly (readonly string[])[]): void {
    for (const [position, { keys }] of [...this.#indexes.values()].entries()) {
      for (const value of values[position] ?? []) {
        const set = keys.get(value);
        if (set === undefined) keys.set(value, new Set([key]));
        else set.add(key);
      }
    }
  }

  #unindex(key: string, kept: K): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(kept)) {
        const set = keys.get(value);
        set?.delete(key);
        if (set?.size === 0) keys.delete(value);
      }
    }
  }
}
