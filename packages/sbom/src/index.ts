export * from './bytes/collect-bytes.ts';
export * from './formats.ts';
export * from './read-document.ts';
export * from './sbom-input.ts';
