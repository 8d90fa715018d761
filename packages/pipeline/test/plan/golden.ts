import { readFileSync } from 'node:fs';
import type { PlanInput, PlanSettings, ScanObject } from '@assay/pipeline';
import { parseAllDocuments } from 'yaml';

/** The documents of a golden file, or the items of its only one. */
export function golden(name: string): readonly unknown[] {
  const text = readFileSync(new URL(`./${name}.golden.yaml`, import.meta.url), 'utf8');
  const documents: readonly unknown[] = parseAllDocuments(text).map((document) => document.toJS());
  const [only] = documents;
  return documents.length === 1 && Array.isArray(only) ? only : documents;
}

/** The documented defaults of spec/scan-2.md §8, and an image of ours. */
export const settings: PlanSettings = {
  runnerImage: `assay.example.com/runner@sha256:${'1'.repeat(64)}`,
  caCertData: '',
  storageSize: '2Gi',
  storageClass: '',
  priorityClassName: '',
  timeout: '',
  insecureRegistries: [],
};

export function inputOf(scan: ScanObject, more: Partial<PlanInput> = {}): PlanInput {
  return { scan, settings, attempt: 1, publisherSecrets: [], ...more };
}

/** The scan of a golden file: its first document. */
export const scanOf = (name: string): ScanObject => golden(name)[0] as ScanObject;

/** The five characters are told by a hash of ours; the goldens have ##### instead. */
export const masked = <T extends { readonly metadata: { readonly name: string } }>(run: T): T => ({
  ...run,
  metadata: { ...run.metadata, name: run.metadata.name.replace(/-[a-z0-9]{5}$/, '-#####') },
});
