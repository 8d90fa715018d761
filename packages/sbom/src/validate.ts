import type { Validation } from './validate/validate-document.ts';

export type { Problem } from './validate/problem.ts';
export type { Validation } from './validate/validate-document.ts';

/**
 * Judges a document strictly: CycloneDX by its official schema and by the rules that no schema can say, SPDX by the rules of its
 * specification. Loads validators and schemas at first use. Throws for what is no SBOM at all: SBOM_UNKNOWN, SBOM_INVALID (not well
 * formed), SBOM_VERSION, LIMIT_EXCEEDED.
 */
export async function validateDocument(bytes: Uint8Array): Promise<Validation> {
  return (await import('./validate/validate-document.ts')).judgeDocument(bytes);
}
