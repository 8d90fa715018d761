export * from './content-source.ts';
export * from './open-image.ts';
