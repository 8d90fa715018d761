import type { Finding, Inventory } from '@assay/contract';

/** What a document is written from. Nothing else goes in, so the same input gives the same bytes. */
export interface SbomInput {
  readonly inventory: Inventory;
  /** Absent when nobody looked for any. Left out by formats that cannot carry them; see `carriesFindings` in `formats.ts`. */
  readonly findings?: readonly Finding[];
  /** RFC 3339. */
  readonly createdAt: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** `urn:uuid:…`; derived from the content when absent. */
  readonly serialNumber?: string;
}
