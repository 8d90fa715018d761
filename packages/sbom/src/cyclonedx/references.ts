import { type Affected, decoded } from './to-findings.ts';

/** Who is meant by a reference inside a document. */
export class References {
  serial: { readonly serialNumber: string | undefined; readonly version: number | undefined } = {
    serialNumber: undefined,
    version: undefined,
  };
  /** What the document as a whole describes. */
  subject: Affected = { ref: '', name: '', version: '', locations: [] };
  readonly #byRef = new Map<string, Affected>();
  readonly #byPurl = new Map<string, Affected>();

  /** The first bearer of a bom-ref keeps it: others are not reachable by it. */
  add(bomRef: string | undefined, target: Affected): void {
    if (bomRef !== undefined && !this.#byRef.has(bomRef)) this.#byRef.set(bomRef, target);
    if (target.purl !== undefined && !this.#byPurl.has(target.purl)) this.#byPurl.set(target.purl, target);
  }

  has(bomRef: string): boolean {
    return this.#byRef.has(bomRef);
  }

  /**
   * By bom-ref, by BOM-Link into this document, or by package URL as some producers write. `undefined` when nobody is meant.
   * Source: CycloneDX, "BOM-Link": `urn:cdx:serialNumber/version#bom-ref`.
   */
  find(ref: string): Affected | undefined {
    const direct = this.#byRef.get(ref) ?? this.#byPurl.get(ref);
    if (direct !== undefined || !ref.startsWith('urn:cdx:')) return direct;
    const match = /^urn:cdx:([^/#]+)\/(\d+)#(.+)$/.exec(ref);
    const { serialNumber, version } = this.serial;
    if (match === null || serialNumber?.toLowerCase() !== `urn:uuid:${match[1]?.toLowerCase()}`) return undefined;
    if (version !== undefined && Number(match[2]) !== version) return undefined;
    return this.#byRef.get(match[3] ?? '') ?? this.#byRef.get(decoded(match[3] ?? ''));
  }
}
