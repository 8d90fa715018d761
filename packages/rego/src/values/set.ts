import { compareValues } from './compare.ts';
import { compositeKey, type PlainKey, plainKey } from './key.ts';
import type { Value } from './value.ts';

/** A set. Built by `add`, then treated as unchangeable. Iteration is in OPA's order. */
export class RegoSet implements Iterable<Value> {
  readonly #plain = new Map<PlainKey, Value>();
  #composite: Map<string, Value> | undefined;
  #sorted: readonly Value[] | undefined;
  #canonical: string | undefined;

  static of(values: Iterable<Value>): RegoSet {
    const set = new RegoSet();
    for (const value of values) set.add(value);
    return set;
  }

  /** Adds a value while the set is being built; the first of equal values stays. */
  add(value: Value): this {
    this.#sorted = undefined;
    this.#canonical = undefined;
    const key = plainKey(value);
    if (key !== undefined) {
      if (!this.#plain.has(key)) this.#plain.set(key, value);
      return this;
    }
    this.#composite ??= new Map();
    const text = compositeKey(value);
    if (!this.#composite.has(text)) this.#composite.set(text, value);
    return this;
  }

  has(value: Value): boolean {
    return this.find(value) !== undefined;
  }

  /** The member equal to `value`. */
  find(value: Value): Value | undefined {
    const key = plainKey(value);
    if (key !== undefined) return this.#plain.get(key);
    return this.#composite?.get(compositeKey(value));
  }

  get size(): number {
    return this.#plain.size + (this.#composite?.size ?? 0);
  }

  /** The members in no order, cheaper than `sorted`. */
  *unordered(): IterableIterator<Value> {
    yield* this.#plain.values();
    if (this.#composite !== undefined) yield* this.#composite.values();
  }

  /** The members in OPA's order. */
  get sorted(): readonly Value[] {
    if (this.#sorted === undefined) {
      const values = [...this.#plain.values()];
      if (this.#composite !== undefined) for (const value of this.#composite.values()) values.push(value);
      this.#sorted = values.length > 1 ? values.sort(compareValues) : values;
    }
    return this.#sorted;
  }

  [Symbol.iterator](): IterableIterator<Value> {
    return this.sorted[Symbol.iterator]() as IterableIterator<Value>;
  }

  /** The canonical text of the set (`compositeKey`). */
  get canonical(): string {
    this.#canonical ??= `<${this.sorted.map(compositeKey).join(',')}>`;
    return this.#canonical;
  }
}
