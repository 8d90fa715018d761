import type { RegoError } from '../syntax/error.ts';
import { equalValues } from '../values/compare.ts';
import { compositeKey, plainKey } from '../values/key.ts';
import { RegoObject } from '../values/object.ts';
import { RegoSet } from '../values/set.ts';
import type { Value } from '../values/value.ts';

type Inner = { readonly key: Value; readonly at: Nested | { readonly leaf: Value } | { readonly members: RegoSet } };

/** The object that rules with variables in their reference build, level by level. */
export class Nested {
  readonly #inner = new Map<unknown, Inner>();

  /** Puts a value at a path. Another value there is a conflict. */
  put(path: readonly Value[], value: Value, conflict: () => RegoError): void {
    const { level, key, name } = this.#reach(path, conflict);
    const known = level.#inner.get(name)?.at;
    if (known === undefined) level.#inner.set(name, { key, at: { leaf: value } });
    else if (!('leaf' in known) || !equalValues(known.leaf, value)) throw conflict();
  }

  /** Adds a member to the set at a path. */
  add(path: readonly Value[], value: Value, conflict: () => RegoError): void {
    const { level, key, name } = this.#reach(path, conflict);
    const known = level.#inner.get(name)?.at;
    if (known === undefined) level.#inner.set(name, { key, at: { members: new RegoSet().add(value) } });
    else if ('members' in known) known.members.add(value);
    else throw conflict();
  }

  /** The level at a path, made when missing. */
  below(path: readonly Value[], conflict: () => RegoError): Nested {
    return this.#reach([...path, null], conflict).level;
  }

  #reach(path: readonly Value[], conflict: () => RegoError): { level: Nested; key: Value; name: unknown } {
    let level: Nested = this;
    for (const key of path.slice(0, -1)) {
      const name = nameOf(key);
      const known = level.#inner.get(name)?.at;
      if (known === undefined) {
        const made = new Nested();
        level.#inner.set(name, { key, at: made });
        level = made;
      } else if (known instanceof Nested) level = known;
      else throw conflict();
    }
    const key = path.at(-1) ?? null;
    return { level, key, name: nameOf(key) };
  }

  toValue(): RegoObject {
    const object = new RegoObject();
    for (const { key, at } of this.#inner.values()) {
      if (at instanceof Nested) object.set(key, at.toValue());
      else object.set(key, 'leaf' in at ? at.leaf : at.members);
    }
    return object;
  }
}

/** A key of a `Map` for a value: composites get a text in an array's name space of their own. */
function nameOf(key: Value): unknown {
  const plain = plainKey(key);
  return plain === undefined ? Symbol.for(compositeKey(key)) : plain;
}
