import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { AssayError, parseDigest, type ReadDocument, type Report } from '@assay/contract';
import { printVulnerabilityStatement, toReport } from '@assay/pipeline';
import { readDocument } from '@assay/sbom';
import { unwritable } from '../file-system.ts';
import { endsEarly } from './ends-early.ts';
import type { ReportReader, ReportTask } from './read-report.ts';

const bufferBytes = 256 * 1024;

/**
 * Reads one results file and writes what is made of it. Takes as long as the document is: where other things must go on meanwhile, it
 * belongs into a thread of its own. Throws OUTPUT_UNWRITABLE, INTERRUPTED.
 */
export const readReportFile: ReportReader = async (task, signal) => {
  const { size } = await stat(task.path);
  if (size === 0) return { is: 'truncated', why: 'it is empty' };
  let document: ReadDocument;
  try {
    document = await readDocument(fileBytes(task.path), {
      maxBytes: task.maxBytes,
      signal,
    });
  } catch (error) {
    if (!(error instanceof AssayError) || error.code === 'INTERRUPTED') throw error;
    if (error.code === 'SBOM_UNKNOWN') return { is: 'other', why: error.detail };
    const isTruncated = error.code === 'SBOM_INVALID' && (await endsEarly(fileBytes(task.path)));
    return { is: isTruncated ? 'truncated' : 'invalid', why: error.detail };
  }
  const { inventory, findings, format } = document;
  const [lost] = inventory.rejected;
  // An empty inventory is an answer; one of which nothing was understood is none.
  if (lost !== undefined && inventory.packages.length === 0 && findings.length === 0)
    return { is: 'invalid', why: `nothing in it can be understood, such as ${lost.at}: ${lost.why}` };
  if (task.make !== undefined) await makeFiles(document, task.make);
  return {
    is: 'report',
    format,
    packages: inventory.packages.length,
    findings: findings.length,
    rejected: inventory.rejected.length,
  };
};

async function makeFiles(document: ReadDocument, make: NonNullable<ReportTask['make']>): Promise<void> {
  const report = normalise(document, make);
  const subject = { name: make.image.name, digest: parseDigest(make.image.digest) };
  await writePieces(make.reportFile, printReport(report));
  await writePieces(make.statementFile, printVulnerabilityStatement(report, subject));
}

/** In large pieces: the runtime counts their memory and collects garbage in time, which it does not for the objects alone. */
function fileBytes(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 1024 * 1024 });
}

/** The document as our own report: about the image that was scanned, whatever the scanner called it. */
function normalise({ inventory, findings }: ReadDocument, make: NonNullable<ReportTask['make']>): Report {
  const [tool] = inventory.tools;
  const { subject } = inventory;
  const written = Date.parse(inventory.createdAt ?? '');
  return toReport({
    inventory: {
      ...inventory,
      subject: {
        ...(subject.kind === 'image' ? subject : {}),
        kind: 'image',
        name: make.image.name,
        digest: parseDigest(make.image.digest),
      },
    },
    findings,
    rejected: inventory.rejected,
    notices: [],
    scanner: { name: make.scannerName || (tool?.name ?? 'unknown'), version: tool?.version ?? '' },
    now: new Date(Number.isNaN(written) ? make.writtenAt : written),
  });
}

/** The report as JSON, one finding a piece: in one piece it may be longer than a text can be. */
function* printReport(report: Report): Generator<string> {
  const { findings, rejected, notices, ...head } = report;
  yield `${JSON.stringify(head).slice(0, -1)},"findings":[`;
  let comma = '';
  for (const finding of findings) {
    yield comma + JSON.stringify(finding);
    comma = ',';
  }
  yield `],"rejected":${JSON.stringify(rejected)},"notices":${JSON.stringify(notices)}}\n`;
}

/** Writes a text that comes in pieces. One buffer serves them all: many short-lived ones would be kept until memory is short. */
async function writePieces(path: string, pieces: Iterable<string>): Promise<void> {
  const encoder = new TextEncoder();
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let filled = 0;
  try {
    const file = await open(path, 'wx', 0o600);
    const flush = async () => {
      for (let at = 0; at < filled; ) at += (await file.write(buffer, at, filled - at)).bytesWritten;
      filled = 0;
    };
    try {
      for (const piece of pieces) {
        for (let rest = piece; rest !== ''; ) {
          const { read, written } = encoder.encodeInto(rest, buffer.subarray(filled));
          filled += written;
          rest = rest.slice(read);
          // A character may need more bytes than are left.
          if (rest !== '') await flush();
        }
      }
      await flush();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
