export * from './event-sink.ts';
export * from './fixtures.ts';
export * from './hostile-inputs.ts';
export * from './layer-builder.ts';
export * from './opa.ts';
export * from './postgres.ts';
export * from './write-layout.ts';
