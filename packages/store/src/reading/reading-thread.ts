import { promisify } from 'node:util';
import type { MessagePort } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import { AssayError, type ProblemCode, type ReadDocument } from '@assay/contract';
import { readDocument } from '@assay/sbom';
import type { DocumentSubject, ReportFacts } from '../ingest/facts.ts';
import { subjectOf, toFacts } from '../ingest/to-facts.ts';
import { type SbomSource, type SbomTarget, writeSbom } from './sbom-target.ts';

/** A document to be read, or an SBOM to be written. */
export type ReadingQuestion =
  | { readonly is: 'read'; readonly bytes: Uint8Array }
  | { readonly is: 'write'; readonly source: SbomSource; readonly target: SbomTarget };

/** What was read, and the document ready to be kept. */
export interface ReadReport {
  readonly format: ReadDocument['format'];
  readonly subject: DocumentSubject;
  readonly facts: ReportFacts;
  readonly gzip: Uint8Array;
  readonly size: number;
}

/** What the thread says. */
export type ReadingAnswer =
  | { readonly answer: ReadReport | Uint8Array }
  | { readonly problem: { readonly code: ProblemCode; readonly detail: string } };

/** How the thread is started. */
export interface ReadingTask {
  readonly task: 'reading';
}

const compress = promisify(gzip);

/** The thread's side: one document after the other. */
export function answerReading(port: MessagePort): void {
  let last: Promise<unknown> = Promise.resolve();
  port.on('message', (question: ReadingQuestion) => {
    last = last.then(async () => port.postMessage(await answer(question)));
  });
}

async function answer(question: ReadingQuestion): Promise<ReadingAnswer> {
  try {
    const isRead = question.is === 'read';
    return { answer: isRead ? await readReport(question.bytes) : await writeSbom(question.source, question.target) };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { problem: { code: error.code, detail: error.detail } };
  }
}

/** Write nothing but scans, and leave an empty list out. */
const onlyScanners = new Set(['grype', 'osv-scanner']);

/** CycloneDX has a list of vulnerabilities where somebody looked for them, SPDX has no place for one. */
function hasPlaceForFindings({ format: { name, encoding }, inventory }: ReadDocument, bytes: Uint8Array): boolean {
  const tool = inventory.tools[0]?.name ?? '';
  if (name !== 'cyclonedx') return false;
  if (onlyScanners.has(tool.toLowerCase())) return true;
  const mark = encoding === 'xml' ? /<(?:\w+:)?vulnerabilities[\s/>]/ : /"vulnerabilities"\s*:/;
  return mark.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
}

/** Reads a document into what the store keeps of it. Throws what `readDocument` throws. */
export async function readReport(bytes: Uint8Array): Promise<ReadReport> {
  const document = await readDocument(bytes);
  return {
    format: document.format,
    subject: subjectOf(document),
    facts: toFacts(document, hasPlaceForFindings(document, bytes)),
    // Level 6 costs twice the time for a twentieth of the room.
    gzip: await compress(bytes, { level: 4 }),
    size: bytes.byteLength,
  };
}
