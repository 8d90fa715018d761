import type { CycloneDxTraits } from '../../formats.ts';
import type { JsonObject } from '../../json/value.ts';

/** A document ready to print, in the shape of CycloneDX JSON: small parts whole, lists one element at a time. */
export interface DocumentParts {
  readonly traits: CycloneDxTraits;
  readonly serialNumber: string;
  readonly metadata: JsonObject;
  components(): Iterable<JsonObject>;
  dependencies(): Iterable<JsonObject>;
  vulnerabilities(): Iterable<JsonObject>;
  /** Whether somebody looked for vulnerabilities: then a list without any is written too. */
  readonly isScan: boolean;
}
