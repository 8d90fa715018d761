import { compareValues } from './compare.ts';
import { compositeKey, type PlainKey, plainKey } from './key.ts';
import type { Value } from './value.ts';

interface Entry {
  readonly key: Value;
  value: Value;
}

/** An object of the engine: keys of any kind. Built by `set`, then treated as unchangeable. */
export class RegoObject implements Iterable<readonly [Value, Value]> {
  readonly #plain = new Map<PlainKey, Value>();
  #composite: Map<string, Entry> | undefined;
  /** Numbers as they were written, where that says more than the number: `1.0`. */
  #written: Map<PlainKey, Value> | undefined;
  #keys: readonly Value[] | undefined;
  #canonical: string | undefined;

  static of(entries: Iterable<readonly [Value, Value]>): RegoObject {
    const object = new RegoObject();
    for (const [key, value] of entries) object.set(key, value);
    return object;
  }

  /** Sets a key while the object is being built; a later value replaces an earlier one. */
  set(key: Value, value: Value): this {
    this.#keys = undefined;
    this.#canonical = undefined;
    const plain = plainKey(key);
    if (plain !== undefined) {
      if (typeof key === 'object' && !this.#plain.has(plain)) {
        this.#written ??= new Map();
        this.#written.set(plain, key);
      }
      this.#plain.set(plain, value);
      return this;
    }
    this.#composite ??= new Map();
    const text = compositeKey(key);
    const entry = this.#composite.get(text);
    if (entry === undefined) this.#composite.set(text, { key, value });
    else entry.value = value;
    return this;
  }

  get(key: Value): Value | undefined {
    const plain = plainKey(key);
    if (plain !== undefined) return this.#plain.get(plain);
    return this.#composite?.get(compositeKey(key))?.value;
  }

  has(key: Value): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    return this.#plain.size + (this.#composite?.size ?? 0);
  }

  /** The keys in OPA's order. */
  get keys(): readonly Value[] {
    if (this.#keys === undefined) {
      const written = this.#written;
      const keys: Value[] = [...this.#plain.keys()];
      if (written !== undefined) for (const [at, key] of keys.entries()) keys[at] = written.get(key as PlainKey) ?? key;
      if (this.#composite !== undefined) for (const entry of this.#composite.values()) keys.push(entry.key);
      this.#keys = keys.sort(compareValues);
    }
    return this.#keys;
  }

  /** Keys and values in OPA's order. */
  *[Symbol.iterator](): IterableIterator<readonly [Value, Value]> {
    for (const key of this.keys) yield [key, this.get(key) as Value];
  }

  /** The canonical text of the object (`compositeKey`): the same as that of an equal plain object. */
  get canonical(): string {
    if (this.#canonical === undefined) {
      let text = '{';
      for (const [key, value] of this) text += `${compositeKey(key)}:${compositeKey(value)},`;
      this.#canonical = `${text}}`;
    }
    return this.#canonical;
  }
}
