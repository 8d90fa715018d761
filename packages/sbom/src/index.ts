export * from './bytes/collect-bytes.ts';
export { type WriteOptions, writeCycloneDx } from './cyclonedx/write/write-cyclonedx.ts';
export * from './formats.ts';
export { readDocument } from './read-document.ts';
export * from './sbom-input.ts';
export { writeSpdx } from './spdx/spdx2/write.ts';
export { type SpdxTraits, spdxTraits } from './spdx/traits.ts';
export * from './validate.ts';
