export * from './bytes/collect-bytes.ts';
export { type WriteOptions, writeCycloneDx } from './cyclonedx/write/write-cyclonedx.ts';
export * from './formats.ts';
export { readDocument } from './read-document.ts';
export * from './sbom-input.ts';
export { type SpdxTraits, spdxTraits, writeSpdx } from './spdx/index.ts';
export type { Problem } from './validate/problem.ts';
export { type Validation, validateDocument } from './validate/validate-document.ts';
