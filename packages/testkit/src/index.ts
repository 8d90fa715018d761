export * from './fixtures.ts';
export * from './layer-builder.ts';
