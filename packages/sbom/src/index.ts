export * from './bytes/collect-bytes.ts';
export * from './cyclonedx/write/write-cyclonedx.ts';
export * from './formats.ts';
export * from './read-document.ts';
export * from './sbom-input.ts';
export { writeSpdx } from './spdx/index.ts';
export * from './validate/validate-document.ts';
