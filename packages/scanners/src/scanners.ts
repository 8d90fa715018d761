import type { Scanner } from '@assay/contract';
import { assay } from './assay/assay.ts';
import { grype } from './grype/grype.ts';
import { trivy } from './trivy/trivy.ts';

/** Every scanner we ship, by id. Adding one is one folder, one import and one entry; the contract suite walks the folders. */
export const scanners: ReadonlyMap<string, Scanner> = new Map(
  [assay, grype, trivy].map((scanner) => [scanner.id, scanner]),
);
