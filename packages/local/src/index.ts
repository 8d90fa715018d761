export { dataPath, downloadFolder, findData } from './find-data.ts';
export { parsePlatform } from '@assay/oci';
export { type ImageTarget, isImageTarget, openSource } from './open-source.ts';
export { probePath } from './probe-path.ts';
export { readIgnoreFile, readVexFile } from './read-decisions.ts';
export { type Scanned, type ScanOptions, scanTarget } from './scan-target.ts';
export type { Settings, Watch } from './settings.ts';
export { readBytes, type Taken, type TakeOptions, takeInventory } from './take-inventory.ts';
export { makeFolder, reasonOf, writeFileWhole } from './write-file.ts';
