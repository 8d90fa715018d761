import type { IncomingHttpHeaders } from 'node:http';
import { AssayError } from '@assay/contract';
import { type ArtifactRow, type ReportHead, readOriginal, type SbomTarget, type Store } from '@assay/store';

/** Which SBOM a client wants. */
export interface WantedSbom {
  readonly target: SbomTarget;
  readonly mediaType: string;
}

/** What `Report-Type-Format` and `Accept` ask for; `undefined` is the model as JSON. Source: store-openapi.yaml, V1GetImage. Throws REQUEST_INVALID. */
export function wantedSbom(headers: IncomingHttpHeaders): WantedSbom | undefined {
  const format = String(headers['report-type-format'] ?? '')
    .trim()
    .toLowerCase();
  if (format === '') return undefined;
  const wantsXml = /application\/(?:[\w.+-]+\+)?xml/i.test(headers.accept ?? '') && !/json/i.test(headers.accept ?? '');
  if (format === 'cyclonedx')
    return wantsXml
      ? { target: 'cyclonedx-xml', mediaType: 'application/xml; charset=utf-8' }
      : { target: 'cyclonedx-json', mediaType: 'application/json; charset=utf-8' };
  if (format === 'spdx2.2' || format === 'spdx') {
    if (wantsXml) throw new AssayError('REQUEST_INVALID', 'SPDX is given as application/json only');
    return { target: 'spdx-json', mediaType: 'application/json; charset=utf-8' };
  }
  throw new AssayError(
    'REQUEST_INVALID',
    `Report-Type-Format is ${JSON.stringify(format.slice(0, 60))}, not cyclonedx or spdx2.2`,
  );
}

/** An SBOM of everything ever found in an artifact. */
export function aggregatedSbom(store: Store, artifact: ArtifactRow, { target }: WantedSbom): Promise<Uint8Array> {
  return store.writeAggregate(artifact, target);
}

/** An SBOM of a report alone: its document, written anew. Throws NOT_STORED. */
export async function reportSbom(store: Store, report: ReportHead, { target }: WantedSbom): Promise<Uint8Array> {
  const original = await readOriginal(store.queries, report);
  if (original === undefined) throw new AssayError('NOT_STORED', 'Not found');
  return store.writeReport(original.bytes, report, target);
}
