import { AssayError } from '@assay/contract';
import { define, isObject, keysOf, lookup, type Value } from '@assay/rego';

type Data = Record<string, Value>;

/** Puts a document into the data at a path. Objects are merged; two values at one place are a contradiction. Throws POLICY_INVALID. */
export function mountData(data: Data, mount: readonly string[], document: Value, file: string): void {
  if (!isObject(document))
    throw new AssayError('POLICY_INVALID', `${file} holds no object, so it has no place in the data`, {
      hint: 'Put the value under a name: {"name": …}.',
    });
  let at = data;
  for (const name of mount) at = step(at, name, file);
  merge(at, document, file);
}

function step(at: Data, name: string, file: string): Data {
  const inner = Object.hasOwn(at, name) ? at[name] : undefined;
  if (inner === undefined) {
    const made: Data = {};
    define(at, name, made);
    return made;
  }
  if (!isObject(inner)) throw contradiction(name, file);
  const own = copyOf(inner);
  define(at, name, own);
  return own;
}

function merge(into: Data, from: Value, file: string): void {
  if (!isObject(from)) return;
  for (const key of keysOf(from)) {
    const name = String(key);
    const value = lookup(from, key) ?? null;
    const before = Object.hasOwn(into, name) ? into[name] : undefined;
    if (before === undefined) define(into, name, value);
    else if (isObject(before) && isObject(value)) merge(step(into, name, file), value, file);
    else throw contradiction(name, file);
  }
}

function copyOf(object: Value): Data {
  const copy: Data = {};
  if (isObject(object)) for (const key of keysOf(object)) define(copy, String(key), lookup(object, key) ?? null);
  return copy;
}

const contradiction = (name: string, file: string): AssayError =>
  new AssayError('POLICY_INVALID', `${file} says ${JSON.stringify(name)} again, which another file has said`, {
    hint: 'Keep each value in one file.',
  });
