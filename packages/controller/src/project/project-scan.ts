import { createHash } from 'node:crypto';
import type { ImageVulnerabilityScan } from '@assay/kube';
import { type ScanFacts, urgencyOf, wishText } from '@assay/pipeline';

/** What is kept of a scan, and which version of the object it was. */
export interface KeptScan {
  readonly facts: ScanFacts;
  readonly resourceVersion: string;
}

/** Keeps what decisions need: no steps, no environment, no managed fields. */
export function projectScan(scan: ImageVulnerabilityScan): KeptScan {
  const { metadata, spec, status = {} } = scan;
  return {
    resourceVersion: metadata.resourceVersion ?? '',
    facts: {
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      uid: metadata.uid ?? '',
      generation: metadata.generation ?? 1,
      createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
      deleting: metadata.deletionTimestamp !== undefined,
      urgency: urgencyOf(scan),
      image: spec.image,
      wish: markOf(wishText(scan)),
      stepImages: [...new Set(spec.steps.map(({ image = '' }) => image))],
      status,
    },
  };
}

/** A short mark of a long text: equal texts, equal marks. */
export function markOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
