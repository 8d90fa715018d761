export * from './fixtures.ts';
export * from './layer-builder.ts';
export * from './write-layout.ts';
