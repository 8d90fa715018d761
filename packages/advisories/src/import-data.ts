import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AssayError, type Rejected } from '@assay/contract';
import { type BuildProgress, type Built, buildLocked } from './build-data.ts';
import type { Exploits } from './data/exploits.ts';
import { magic } from './data/format.ts';
import { withLock } from './data/lock.ts';
import { unwritable } from './data/output-file.ts';
import { makePause, throwIfStopped } from './data/pause.ts';
import { rewriteData } from './data/rewrite-data.ts';
import { isEpss, parseEpss, parseKev } from './source/parse-exploits.ts';
import { readStart, startsLikeZip } from './source/read-sources.ts';

export interface ImportOptions {
  readonly now: Date;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

/** Bytes that a compressed file may unpack to. */
const mostUnpacked = 8 * 1024 ** 3;
/** Bytes of a catalogue of exploitation: today's largest has 12 MB. */
const largestText = 256 * 1024 * 1024;

/**
 * Puts a file in place, recognised by its content: a data file of ours (checked byte by byte), an archive of OSV records, CISA's KEV catalogue
 * or FIRST's EPSS scores, each also as gzip or zstd. KEV and EPSS join the data that is there; a data file keeps those that were there unless
 * it has its own. Throws FILE_NOT_FOUND, FILE_UNREADABLE, DB_INVALID, DB_NEWER, DB_MISSING, ADVISORY_INVALID, LIMIT_EXCEEDED,
 * CACHE_UNWRITABLE, INTERRUPTED; what was there stays.
 */
export async function importData(file: string, output: string, options: ImportOptions): Promise<Built> {
  throwIfStopped(options.signal);
  const start = readStart(file, 8);
  return withLock(output, options.signal, () => importLocked(file, start, output, options));
}

async function importLocked(file: string, start: Buffer, output: string, options: ImportOptions): Promise<Built> {
  const compression = compressionOf(start);
  if (compression === undefined) return importPlain(file, file, output, options);
  const unpacked = join(dirname(output), `.${basename(output)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await unpackTo(file, compression, unpacked, options.signal);
    return await importPlain(unpacked, file, output, options);
  } finally {
    rmSync(unpacked, { force: true });
  }
}

/** `name` is the file as the user knows it. */
async function importPlain(path: string, name: string, output: string, options: ImportOptions): Promise<Built> {
  const start = readStart(path, 4096);
  const pause = makePause(options.signal, 4);
  if (start.toString('latin1', 0, magic.length) === magic) {
    return { version: await renamed(path, name, () => rewriteData(path, output, {}, pause)), rejected: [] };
  }
  if (startsLikeZip(path)) return renamed(path, name, () => buildLocked([path], output, options));
  const { news, rejected } = readExploitFile(path, name, start);
  return { version: await rewriteData(output, output, news, pause), rejected };
}

/** Messages name the file that was given, not the one it was unpacked to. */
async function renamed<T>(path: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (path === name || !(error instanceof AssayError)) throw error;
    throw new AssayError(error.code, error.detail.replaceAll(path, name), { cause: error });
  }
}

function readExploitFile(
  path: string,
  name: string,
  start: Buffer,
): { readonly news: Exploits; readonly rejected: readonly Rejected[] } {
  const unknown = new AssayError(
    'DB_INVALID',
    `${name} is neither a vulnerability data file, nor an archive of OSV records, nor the KEV catalogue, nor EPSS scores`,
    { hint: 'Single OSV records are made into data with: assay db build SOURCE… --output FILE.' },
  );
  const size = statSync(path).size;
  const text = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  const scores = isEpss(text);
  if (!scores && !text.startsWith('{')) throw unknown;
  if (size > largestText)
    throw new AssayError('LIMIT_EXCEEDED', `${name} has ${size} bytes, at most ${largestText} are read`);
  const whole = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  if (scores) {
    const { facts, rejected } = parseEpss(whole);
    if (facts.entries.size === 0) throw new AssayError('DB_INVALID', `${name} holds no EPSS score`);
    return { news: { epss: facts }, rejected: counted(name, rejected) };
  }
  const kev = parseKev(parseJson(whole, name));
  if (kev === undefined) throw unknown;
  if (kev.facts.entries.size === 0)
    throw new AssayError('DB_INVALID', `${name} holds no known exploited vulnerability`);
  return { news: { kev: kev.facts }, rejected: counted(name, kev.rejected) };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AssayError('DB_INVALID', `${name} is not valid JSON`, { cause });
  }
}

function counted(name: string, rejected: number): readonly Rejected[] {
  return Array.from({ length: Math.min(rejected, 10_000) }, () => ({
    at: name,
    why: 'an entry without a CVE id or its facts',
  }));
}

type Compression = 'gzip' | 'zstd';

function compressionOf(start: Buffer): Compression | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  return start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : undefined;
}

async function unpackTo(
  file: string,
  kind: Compression,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= mostUnpacked) done(null, chunk);
      else done(new AssayError('LIMIT_EXCEEDED', `${file} unpacks to more than ${mostUnpacked} bytes`));
    },
  });
  const inflate = kind === 'gzip' ? createGunzip() : createZstdDecompress();
  try {
    mkdirSync(dirname(target), { recursive: true });
    const options = signal === undefined ? {} : { signal };
    await pipeline(createReadStream(file), inflate, count, createWriteStream(target, { flags: 'wx' }), options);
  } catch (cause) {
    throwIfStopped(signal);
    if (cause instanceof AssayError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') throw unwritable(target, cause);
    throw new AssayError('DB_INVALID', `${file} is damaged: it does not unpack as ${kind}`, { cause });
  }
}
