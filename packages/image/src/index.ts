export { cleanPath } from './clean-path.ts';
export { type ReadFolderOptions, readFolder } from './read-folder.ts';
export { type LayerProgress, type ReadImageOptions, readImage } from './read-image.ts';
export * from './view.ts';
