import { createReadStream } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import type { MessagePort } from 'node:worker_threads';
import type { ReadDocument } from '@assay/contract';
import { answerTask, askThread, readDocument, toUtf8, toXmlText } from '@assay/sbom';

/** A file of results that lies on the disk. */
export interface ReportTask {
  readonly path: string;
  /** Bytes of the largest file that is read. */
  readonly maxBytes: number;
}

/** What a sound report is; its file then holds the JSON that is the `data` of its event. */
export type SoundReport = Pick<ReadDocument['format'], 'name' | 'version' | 'encoding'>;

/** Looks at a file of results. Throws SBOM_UNKNOWN, SBOM_INVALID, SBOM_VERSION, LIMIT_EXCEEDED, INTERRUPTED. */
export type ReportReader = (task: ReportTask, signal: AbortSignal) => Promise<SoundReport>;

/** Large pieces: the runtime counts their memory and collects garbage in time, which it does not for the objects alone. */
const pieceBytes = 1024 * 1024;

/** Reads in this thread. Takes as long as the document is. */
export const readReportHere: ReportReader = async ({ path, maxBytes }, signal) => {
  const pieces = createReadStream(path, { highWaterMark: pieceBytes });
  const { name, version, encoding } = (await readDocument(pieces, { maxBytes, signal })).format;
  await toEventData(path, encoding);
  return { name, version, encoding };
};

/** Reads in a thread of its own; `program` calls `answerReport` when it is not the main thread. */
export const readReportApart =
  (program: URL): ReportReader =>
  (task, signal) =>
    askThread<SoundReport>(program, task, signal);

/** The other side of `readReportApart`. */
export async function answerReport(port: MessagePort, task: unknown): Promise<void> {
  await answerTask(port, () => readReportHere(task as ReportTask, new AbortController().signal)); // only `readReportApart` starts such threads
}

/** JSON stays as it is, in UTF-8 without a mark; everything else becomes one JSON text. */
async function toEventData(path: string, encoding: SoundReport['encoding']): Promise<void> {
  if (encoding === 'json' && !(await beginsWithMark(path))) return;
  const bytes = await readFile(path);
  if (encoding === 'json') await write(path, [toUtf8(bytes)]);
  else if (encoding === 'xml') await write(path, quoted(toXmlText(bytes)));
  else await write(path, quoted([Buffer.from(toUtf8(bytes)).toString('utf8')]));
}

/** A byte order mark, of UTF-8 or UTF-16: no JSON begins with one of these bytes. */
async function beginsWithMark(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
    return (buffer[0] ?? 0) >= 0xef;
  } finally {
    await file.close();
  }
}

function* quoted(pieces: Iterable<string>): Generator<string> {
  yield '"';
  for (const piece of pieces) yield JSON.stringify(piece).slice(1, -1);
  yield '"';
}

async function write(path: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const beside = `${path}.data`;
  const file = await open(beside, 'wx', 0o600);
  try {
    for (const piece of pieces) await file.write(typeof piece === 'string' ? Buffer.from(piece) : piece);
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
