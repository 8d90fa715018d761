export { catalogueFiles, type Find } from './catalogue-files.ts';
export { catalogueVersion } from './catalogue-version.ts';
export type { CatalogueContext, Catalogued, Cataloguer, FileInterest, TargetKind } from './cataloguer.ts';
export { cataloguers } from './cataloguers.ts';
export { toInventory } from './to-inventory.ts';
