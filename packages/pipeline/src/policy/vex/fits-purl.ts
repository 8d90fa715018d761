import { findPurl, formatPurl, type Purl } from '@assay/contract';

/**
 * Whether a package URL of a statement speaks of the found package: the same package, and each of version, qualifiers and subpath
 * that the statement names is the found one's. What it leaves out may be anything.
 */
export function fitsPurl(wanted: Purl, found: Purl): boolean {
  if (baseOf(wanted) !== baseOf(found)) return false;
  if (wanted.version !== '' && wanted.version !== found.version) return false;
  if (wanted.subpath !== '' && wanted.subpath !== found.subpath) return false;
  return Object.entries(wanted.qualifiers).every(
    ([key, value]) => Object.hasOwn(found.qualifiers, key) && found.qualifiers[key] === value,
  );
}

function baseOf(purl: Purl): string {
  return formatPurl({ type: purl.type, namespace: purl.namespace, name: purl.name });
}

/** Reads package URLs once each: documents and findings repeat them thousands of times. */
export class PurlReader {
  readonly #known = new Map<string, Purl | undefined>();

  find(text: string): Purl | undefined {
    if (!this.#known.has(text)) this.#known.set(text, findPurl(text));
    return this.#known.get(text);
  }
}
