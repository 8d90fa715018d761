import { AssayError, type DataVersion } from '@assay/contract';
import { openData, type VulnerabilityData } from './data/open-data.ts';

/** What a data file says of itself. */
export interface DataStatus {
  readonly version: DataVersion;
  readonly ecosystems: VulnerabilityData['ecosystems'];
  readonly exploits: VulnerabilityData['exploits'];
  /** Days since `version.asOf`, with fractions; never negative. */
  readonly ageDays: number;
}

const millisecondsOfDay = 24 * 60 * 60 * 1000;

/** Reads the two ends of a data file. Throws DB_MISSING, DB_INVALID, DB_NEWER, FILE_UNREADABLE. */
export function dataStatus(path: string, now: Date): DataStatus {
  const data = openData(path);
  try {
    const { version, ecosystems, exploits } = data;
    const asOf = Date.parse(version.asOf);
    if (Number.isNaN(asOf)) throw new AssayError('DB_INVALID', `${path} does not say how old it is`);
    return { version, ecosystems, exploits, ageDays: Math.max(0, (now.getTime() - asOf) / millisecondsOfDay) };
  } finally {
    data.close();
  }
}
