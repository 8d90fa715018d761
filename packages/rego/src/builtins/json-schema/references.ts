import type { Value } from '../../values/value.ts';
import { BuiltinError } from '../builtin.ts';
import { unescapePercent } from '../go-url.ts';
import { isPlainObject } from './plain.ts';

/** A reference as one address: absolute where what it stands in has an address. */
export function resolveReference(base: string, reference: string): string {
  const document = base.replace(/#.*$/s, '');
  if (reference.startsWith('#') || reference === '') return document + reference;
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference) || document === '') return reference;
  return URL.canParse(reference, document) ? new URL(reference, document).href : reference;
}

/** The address without an empty fragment. */
const canonical = (address: string): string => address.replace(/#$/, '');

/** Where names stand that are no keywords. */
const namesOf: ReadonlySet<string> = new Set(['properties', 'dependencies', 'patternProperties', 'definitions']);

/** What the references of a schema can mean: the schema itself, and those in it that have an `$id`. Nothing is fetched. */
export class SchemaReferences {
  readonly #documents = new Map<string, Value>();

  constructor(root: Value) {
    this.#documents.set('', root);
    this.#collect(root, '');
  }

  #collect(value: Value, base: string): void {
    if (Array.isArray(value)) for (const item of value as readonly Value[]) this.#collect(item, base);
    if (!isPlainObject(value)) return;
    const id = Object.hasOwn(value, 'id') ? value.id : value.$id;
    const own = typeof id === 'string' ? resolveReference(base, id) : base;
    if (typeof id === 'string') this.#add(canonical(own), value);
    for (const [keyword, inner] of Object.entries(value)) {
      if (keyword === 'const' || keyword === 'enum') continue;
      if (namesOf.has(keyword) && isPlainObject(inner)) {
        for (const schema of Object.values(inner)) this.#collect(schema, own);
      } else this.#collect(inner, own);
    }
  }

  #add(address: string, value: Value): void {
    if (this.#documents.has(address) && address !== '') {
      throw new BuiltinError(`Reference already exists: "${address}"`);
    }
    this.#documents.set(address, value);
  }

  /** The schema an address names. Throws `BuiltinError` when it would have to be fetched, or is not there. */
  find(address: string): Value {
    const whole = this.#documents.get(canonical(address));
    if (whole !== undefined) return whole;
    const at = address.indexOf('#');
    const document = this.#documents.get(at < 0 ? address : address.slice(0, at));
    if (document === undefined) {
      throw new BuiltinError(
        URL.canParse(address)
          ? `remote reference loading disabled: ${address}`
          : `Reference ${address} must be canonical`,
      );
    }
    return pointed(document, unescapePercent(address.slice(at + 1)));
  }
}

/** What a JSON pointer (RFC 6901) names. */
function pointed(document: Value, pointer: string): Value {
  if (pointer !== '' && !pointer.startsWith('/')) {
    throw new BuiltinError('JSON pointer must be empty or start with a "/"');
  }
  let value = document;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const inner = Array.isArray(value)
      ? (value as readonly Value[])[Number(name)]
      : isPlainObject(value) && Object.hasOwn(value, name)
        ? value[name]
        : undefined;
    if (inner === undefined) throw new BuiltinError(`Object has no key '${name}'`);
    value = inner;
  }
  return value;
}
