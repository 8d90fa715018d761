import type { KubeObject } from '../object.ts';
import type { Resource } from '../resource.ts';

/** The API group of what is ours alone. */
export const assayGroup = 'assay.dev';

/**
 * Declares, for its namespace, which vulnerability data a scanner image uses. Equal scans may then share a run or a fresh answer;
 * without a profile every scan runs. Whoever updates the data changes `dataVersion`.
 */
export interface ScannerProfileSpec {
  /** The image of a scan's step, exactly as written there. */
  readonly image: string;
  /** Any text that changes when the data does. */
  readonly dataVersion: string;
  /** How long an answer stays fresh, as `24h` or `90m`. Default 24h. */
  readonly freshFor?: string;
}

export interface ScannerProfile extends KubeObject {
  readonly spec: ScannerProfileSpec;
}

export const scannerProfiles: Resource<ScannerProfile> = {
  group: assayGroup,
  version: 'v1alpha1',
  kind: 'ScannerProfile',
  plural: 'scannerprofiles',
  namespaced: true,
};
