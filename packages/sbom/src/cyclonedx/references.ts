import { findPurlLadder, type Package } from '@assay/contract';
import { type Affected, decoded } from './to-findings.ts';

/** Who is meant by a reference inside a document. */
export class References {
  serial: { readonly serialNumber: string | undefined; readonly version: number | undefined } = {
    serialNumber: undefined,
    version: undefined,
  };
  /** What the document as a whole describes. */
  subject: Affected = { ref: '', name: '', version: '', locations: [] };
  readonly #others = new Map<string, Affected>();
  readonly #packages: ReadonlyMap<string, Package>;
  #byPurl: Map<string, Affected> | undefined;

  /** `packages` by the reference they are known by, which mostly is their bom-ref. */
  constructor(packages: ReadonlyMap<string, Package>) {
    this.#packages = packages;
  }

  /** What is no package, or is known by another reference than its bom-ref. The first bearer of a bom-ref keeps it. */
  add(bomRef: string | undefined, target: Affected): void {
    if (bomRef !== undefined && !this.has(bomRef)) this.#others.set(bomRef, target);
  }

  has(bomRef: string): boolean {
    return this.#others.has(bomRef) || this.#packages.has(bomRef);
  }

  /**
   * By bom-ref, by BOM-Link into this document, or by package URL as some producers write. `undefined` when nobody is meant.
   * Source: CycloneDX, "BOM-Link": `urn:cdx:serialNumber/version#bom-ref`.
   */
  find(ref: string): Affected | undefined {
    const direct = this.#direct(ref) ?? this.#findPurl(ref);
    if (direct !== undefined || !ref.startsWith('urn:cdx:')) return direct;
    const match = /^urn:cdx:([^/#]+)\/(\d+)#(.+)$/.exec(ref);
    const { serialNumber, version } = this.serial;
    if (match === null || serialNumber?.toLowerCase() !== `urn:uuid:${match[1]?.toLowerCase()}`) return undefined;
    if (version !== undefined && Number(match[2]) !== version) return undefined;
    return this.#direct(match[3] ?? '') ?? this.#direct(decoded(match[3] ?? ''));
  }

  #direct(bomRef: string): Affected | undefined {
    const other = this.#others.get(bomRef);
    if (other !== undefined) return other;
    const pkg = this.#packages.get(bomRef);
    return pkg && toAffected(pkg);
  }

  #findPurl(text: string): Affected | undefined {
    if (!text.startsWith('pkg:')) return undefined;
    if (this.#byPurl === undefined) {
      this.#byPurl = new Map();
      for (const pkg of this.#packages.values()) {
        const key = pkg.purl === undefined ? undefined : findPurlLadder(pkg.purl)?.qualified;
        if (key !== undefined && !this.#byPurl.has(key)) this.#byPurl.set(key, toAffected(pkg));
      }
    }
    // Producers escape differently: parts are compared, not texts.
    return this.#byPurl.get(findPurlLadder(text)?.qualified ?? '');
  }
}

/** A package as findings name it. */
export function toAffected({ ref, name, version, purl, locations }: Package): Affected {
  return { ref, name, version, ...(purl === undefined ? {} : { purl }), locations };
}
