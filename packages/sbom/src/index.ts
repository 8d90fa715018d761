export * from './bytes/collect-bytes.ts';
export * from './sbom-input.ts';
