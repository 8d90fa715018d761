export { type BuildOptions, type BuildProgress, type Built, buildData, buildStarterData } from './build-data.ts';
export { type CvssScore, findCvss } from './cvss/score.ts';
export { openData, type StoredAffected, type StoredRecord, type VulnerabilityData } from './data/open-data.ts';
export { type DataStatus, dataStatus } from './data-status.ts';
export { type ImportOptions, importData } from './import-data.ts';
export { type Matched, type MatchOptions, matchInventory } from './match/match-inventory.ts';
export { type StarterRecord, starterEcosystems, starterRecords } from './starter.ts';
export {
  publicExport,
  type Updated,
  type UpdateOptions,
  type UpdateStep,
  updateData,
  updatedEcosystems,
} from './update-data.ts';
export { compareVersions, findOrder, isVersion, isVersionOrder, type VersionOrder } from './versions/compare.ts';
