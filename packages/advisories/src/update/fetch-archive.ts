import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AssayError } from '@assay/contract';
import { unwritable } from '../data/output-file.ts';
import { throwIfStopped } from '../data/pause.ts';
import { isObject, textAt } from '../record/json.ts';
import { ZipFile } from '../source/zip-file.ts';
import { type HttpSource, Silence, type SourceAnswer } from './http-source.ts';
import { checkFile, findPromisedDigest, type PromisedDigest, parseSha256File } from './promised-digest.ts';

/** What is remembered of a file that was fetched. */
export interface ArchiveState {
  readonly etag?: string;
  readonly lastModified?: string;
  readonly sha256: string;
}

/** An archive in the download folder. */
export interface Archive {
  readonly ecosystem: string;
  readonly path: string;
  readonly state: ArchiveState;
  readonly fetched: boolean;
}

export interface FetchOptions {
  readonly from: URL;
  readonly folder: string;
  readonly retries: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly onBytes?: (done: number, total: number | undefined) => void;
}

/** Largest archive; bytes. The public export's largest has about 300 MB. */
const largestArchive = 4 * 1024 ** 3;
/** A server that asks for a longer wait is told on: the person decides. Milliseconds. */
const longestWait = 30_000;
const firstBackoff = 250;
/** Longest silence while an attempt remains, and in the last one; milliseconds. The registry client's, too. */
const patience = 8_000;
const lastPatience = 1_500;
/** Longest time one attempt may take, however steadily bytes drip; milliseconds. */
const longestAttempt = 60 * 60 * 1000;

interface AttemptOptions extends FetchOptions {
  readonly patienceMs: number;
}

/** The server has no such archive. */
export class NotOffered extends AssayError {}

/** A failure that may be over the next time. */
class Transient extends Error {
  readonly why: string;
  readonly waitMs: number | undefined;

  constructor(why: string, waitMs?: number, cause?: unknown) {
    super(why, { cause });
    this.why = why;
    this.waitMs = waitMs;
  }
}

/** Real time, for `FetchOptions.sleep`. */
export async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
}

/** The archive of an earlier call, if it is whole. */
export function findArchive(folder: string, ecosystem: string): Archive | undefined {
  const { archive, state } = pathsOf(folder, ecosystem);
  if (!existsSync(archive)) return undefined;
  const known = readState(state);
  return known?.sha256 === undefined
    ? undefined
    : { ecosystem, path: archive, state: { ...known, sha256: known.sha256 }, fetched: false };
}

/** Forgets an archive that turned out damaged. */
export function removeArchive(folder: string, ecosystem: string): void {
  for (const path of Object.values(pathsOf(folder, ecosystem))) rmSync(path, { force: true });
}

/**
 * Brings the archive of one ecosystem into the folder: asked for only if it changed, resumed where an earlier call stopped, checked against the
 * digest that the server gives. Throws DB_SOURCE (NotOffered for 404), CACHE_UNWRITABLE, INTERRUPTED.
 */
export async function fetchArchive(source: HttpSource, ecosystem: string, options: FetchOptions): Promise<Archive> {
  const url = new URL(`${encodeURIComponent(ecosystem)}/all.zip`, options.from);
  for (let attempt = 0; ; attempt++) {
    throwIfStopped(options.signal);
    try {
      return await attemptFetch(source, ecosystem, url, {
        ...options,
        patienceMs: attempt < options.retries ? patience : lastPatience,
      });
    } catch (error) {
      throwIfStopped(options.signal);
      if (!(error instanceof Transient)) throw error;
      const wait = error.waitMs ?? firstBackoff * 2 ** attempt;
      if (attempt >= options.retries || wait > longestWait) {
        throw new AssayError('DB_SOURCE', `${url.href}: ${error.why}`, { cause: error.cause });
      }
      await options.sleep(wait, options.signal).catch(() => throwIfStopped(options.signal));
    }
  }
}

async function attemptFetch(
  source: HttpSource,
  ecosystem: string,
  url: URL,
  options: AttemptOptions,
): Promise<Archive> {
  const { folder, signal, patienceMs } = options;
  const paths = pathsOf(folder, ecosystem);
  const before = findArchive(folder, ecosystem);
  const part = findPart(paths);
  const answer = await connected(url, () =>
    source.get(url, { ...conditions(before?.state), ...resumption(part) }, patienceMs, signal),
  );
  if (answer.status === 304 && before !== undefined) {
    await answer.body.dump();
    rmSync(paths.part, { force: true });
    return before;
  }
  if (answer.status !== 200 && answer.status !== 206) {
    await answer.body.dump().catch(() => undefined);
    throw refusal(answer, url, paths, options.now());
  }
  const from = answer.status === 206 ? startOf(answer, part, paths) : 0;
  const total = await receive(answer, url, paths, from, options);
  if (total !== undefined && statSync(paths.part).size !== total) {
    throw new Transient(`the answer ended after ${statSync(paths.part).size} of ${total} bytes`);
  }
  const promised =
    findPromisedDigest(answer.headers, answer.status) ?? (await findSha256File(source, url, patienceMs, signal));
  const state = await accept(paths, answer, promised);
  return { ecosystem, path: paths.archive, state, fetched: true };
}

interface Paths {
  readonly archive: string;
  readonly state: string;
  readonly part: string;
  readonly partState: string;
}

function pathsOf(folder: string, ecosystem: string): Paths {
  const name = join(folder, encodeURIComponent(ecosystem));
  return { archive: `${name}.zip`, state: `${name}.json`, part: `${name}.part`, partState: `${name}.part.json` };
}

function readState(path: string): { etag?: string; lastModified?: string; sha256?: string } | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isObject(value)) return undefined;
    const [etag, lastModified, sha256] = [
      textAt(value, 'etag'),
      textAt(value, 'lastModified'),
      textAt(value, 'sha256'),
    ];
    return { ...(etag && { etag }), ...(lastModified && { lastModified }), ...(sha256 && { sha256 }) };
  } catch {
    return undefined;
  }
}

interface Part {
  readonly size: number;
  /** A strong entity tag, or the date: what says that the rest belongs to it. */
  readonly validator: string;
}

/** Without a validator nobody knows whether the rest belongs to the same file. Source: RFC 9110 §13.1.5. */
function findPart(paths: Paths): Part | undefined {
  if (!existsSync(paths.part)) return undefined;
  const { etag, lastModified } = readState(paths.partState) ?? {};
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
  const size = statSync(paths.part).size;
  return validator === undefined || size === 0 ? undefined : { size, validator };
}

function conditions(state: ArchiveState | undefined): Record<string, string> {
  if (state?.etag !== undefined) return { 'if-none-match': state.etag };
  return state?.lastModified === undefined ? {} : { 'if-modified-since': state.lastModified };
}

function resumption(part: Part | undefined): Record<string, string> {
  return part === undefined ? {} : { range: `bytes=${part.size}-`, 'if-range': part.validator };
}

function startOf(answer: SourceAnswer, part: Part | undefined, paths: Paths): number {
  const range = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(headerOf(answer, 'content-range') ?? '');
  if (part !== undefined && range !== null && Number(range[1]) === part.size) return part.size;
  rmSync(paths.part, { force: true });
  throw new Transient('the server sent another part than was asked for');
}

function headerOf({ headers }: SourceAnswer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function connected(url: URL, work: () => Promise<SourceAnswer>): Promise<SourceAnswer> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    if (cause instanceof Silence) throw new Transient(`the server does not answer: ${cause.message}`, undefined, cause);
    throw new Transient(`cannot reach ${url.host}${codeOf(cause)}`, undefined, cause);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
}

function refusal(answer: SourceAnswer, url: URL, paths: Paths, now: number): Error {
  const { status } = answer;
  if (status === 404 || status === 410) return new NotOffered('DB_SOURCE', `${url.href} does not exist (${status})`);
  if (status === 416 || status === 304) {
    rmSync(paths.part, { force: true });
    rmSync(paths.state, { force: true });
    return new Transient(`the server answers ${status} to an unfinished download, which starts anew`, 0);
  }
  if (status === 408 || status === 429 || status >= 500) {
    return new Transient(`the server answers ${status}`, findRetryAfter(headerOf(answer, 'retry-after'), now));
  }
  return new AssayError('DB_SOURCE', `${url.href}: the server answers ${status}`);
}

/** Seconds or a date. Source: RFC 9110 §10.2.3. */
function findRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Writes the body behind what is there; the size the whole file should have, where the server says it. */
async function receive(
  answer: SourceAnswer,
  url: URL,
  paths: Paths,
  from: number,
  options: FetchOptions,
): Promise<number | undefined> {
  const length = Number(headerOf(answer, 'content-length') ?? Number.NaN);
  const total = Number.isNaN(length) ? undefined : from + length;
  if (total !== undefined && total > largestArchive) throw tooLarge(url);
  let done = from;
  const deadline = performance.now() + longestAttempt;
  let file: FileHandle | undefined;
  try {
    // Emptied before its state is written: what is there of another file must never be taken for this one's.
    file = await open(paths.part, from === 0 ? 'w' : 'a');
    writeFileSync(paths.partState, JSON.stringify(stateOf(answer)));
    for await (const chunk of answer.body) {
      if (done + chunk.length > largestArchive) throw tooLarge(url);
      if (performance.now() > deadline) throw new Transient('the download took too long');
      // Part by part, so that a cut loses nothing that had come.
      await file.appendFile(chunk);
      done += chunk.length;
      options.onBytes?.(done, total);
    }
  } catch (cause) {
    if (cause instanceof AssayError || cause instanceof Transient) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (['ENOSPC', 'EACCES', 'EROFS', 'ENOENT', 'EDQUOT'].includes(code)) throw unwritable(paths.part, cause);
    throw new Transient(`the connection was cut after ${done} bytes${codeOf(cause)}`, undefined, cause);
  } finally {
    await file?.close();
  }
  return total;
}

function tooLarge(url: URL): AssayError {
  return new AssayError('DB_SOURCE', `${url.href} is larger than the ${largestArchive} bytes that are fetched`);
}

function stateOf(answer: SourceAnswer): { etag?: string; lastModified?: string } {
  const [etag, lastModified] = [headerOf(answer, 'etag'), headerOf(answer, 'last-modified')];
  return { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
}

/** Some mirrors put the digest beside the file. That there is none says nothing. */
async function findSha256File(
  source: HttpSource,
  url: URL,
  patienceMs: number,
  signal: AbortSignal | undefined,
): Promise<PromisedDigest | undefined> {
  try {
    const answer = await source.get(new URL(`${url.href}.sha256`), {}, patienceMs, signal);
    if (answer.status !== 200) {
      await answer.body.dump();
      return undefined;
    }
    let text = '';
    for await (const chunk of answer.body) {
      text += Buffer.from(chunk).toString('latin1');
      if (text.length > 4096) break;
    }
    return parseSha256File(text);
  } catch {
    return undefined;
  }
}

/** Gives a download its name, once it is what was promised. */
async function accept(paths: Paths, answer: SourceAnswer, promised: PromisedDigest | undefined): Promise<ArchiveState> {
  const { sha256, matches } = await checkFile(paths.part, promised);
  if (!matches) {
    rmSync(paths.part, { force: true });
    throw new Transient(`the bytes are not those of the ${promised?.algorithm} digest that the server gives`);
  }
  try {
    new ZipFile(paths.part).close();
  } catch (cause) {
    rmSync(paths.part, { force: true });
    throw new Transient('what was sent is not a whole zip archive', undefined, cause);
  }
  const state = { ...stateOf(answer), sha256 };
  // The state goes first to nothing: between the two renames nobody may take the old state for the new archive.
  rmSync(paths.state, { force: true });
  renameSync(paths.part, paths.archive);
  writeFileSync(paths.state, JSON.stringify(state));
  rmSync(paths.partState, { force: true });
  return state;
}
