import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { type Built, buildLocked } from './build-data.ts';
import { DataFile } from './data/data-file.ts';
import { withLock } from './data/lock.ts';
import { versionOf } from './data/open-data.ts';
import { unwritable } from './data/output-file.ts';
import { throwIfStopped } from './data/pause.ts';
import {
  type Archive,
  type FetchOptions,
  fetchArchive,
  findArchive,
  NotOffered,
  removeArchive,
  sleep,
} from './update/fetch-archive.ts';
import { HttpSource, type SourceNetwork } from './update/http-source.ts';

/** Where the public export of all OSV records lies. Source: google.github.io/osv.dev/data. */
export const publicExport = 'https://osv-vulnerabilities.storage.googleapis.com';

/** What is fetched unless ecosystems are named: all whose packages this product finds. Names as in the OSV schema. */
export const updatedEcosystems: readonly string[] = [
  ...['npm', 'PyPI', 'Maven', 'Go', 'crates.io', 'RubyGems', 'Packagist', 'NuGet', 'Hex', 'Pub', 'CRAN', 'Hackage'],
  ...['SwiftURL', 'ConanCenter', 'GitHub Actions', 'Bitnami', 'Julia', 'opam'],
  ...[
    'Debian',
    'Ubuntu',
    'Alpine',
    'Wolfi',
    'Chainguard',
    'MinimOS',
    'Echo',
    'Alpaquita',
    'BellSoft Hardened Containers',
  ],
  ...['Red Hat', 'Rocky Linux', 'AlmaLinux', 'SUSE', 'openSUSE', 'Azure Linux', 'Photon OS', 'Mageia', 'openEuler'],
];

export interface UpdateOptions extends SourceNetwork {
  /** Base URL that holds `ECOSYSTEM/all.zip`; the public export unless given. */
  readonly from?: string;
  readonly ecosystems?: readonly string[];
  /** Where downloads are kept, so that the next update fetches only what changed. */
  readonly folder: string;
  readonly output: string;
  readonly now: Date;
  /** Further attempts for each archive; 3 unless given. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: UpdateStep) => void;
  /** For tests: what waits between attempts. */
  readonly sleep?: FetchOptions['sleep'];
}

export interface UpdateStep {
  readonly what: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: 'bytes' | 'records';
}

export interface Updated extends Built {
  /** Ecosystems that could not be fetched; the archive fetched before stands for them. */
  readonly failed: readonly { readonly name: string; readonly why: string }[];
  /** Nothing has changed at the source, so the data file stayed as it was. */
  readonly unchanged: boolean;
}

/** Archives fetched at the same time. */
const atOnce = 3;

/**
 * Fetches the archives that changed and makes the data file anew. All or nothing: the file that was there stays until the new one is whole. An
 * ecosystem that fails is replaced by its archive of before and named in `failed`; without one nothing is replaced and DB_SOURCE is thrown. What was
 * fetched stays in the folder for the next call. Where ecosystems are not named, one that the source does not have is passed over.
 * Throws DB_SOURCE, OPTION_INVALID, ADVISORY_INVALID, CACHE_UNWRITABLE, LIMIT_EXCEEDED, INTERRUPTED.
 */
export async function updateData(options: UpdateOptions): Promise<Updated> {
  const from = baseUrl(options.from ?? publicExport);
  throwIfStopped(options.signal);
  try {
    mkdirSync(options.folder, { recursive: true });
  } catch (cause) {
    throw unwritable(options.folder, cause);
  }
  return withLock(join(options.folder, 'downloads'), options.signal, async () => {
    const { archives, failed } = await fetchAll(from, options);
    throwIfStopped(options.signal);
    return withLock(options.output, options.signal, async () => ({ ...(await buildFrom(archives, options)), failed }));
  });
}

function baseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new AssayError('OPTION_INVALID', `not a URL of a source of data: ${JSON.stringify(text.slice(0, 200))}`);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

type Outcome =
  | { readonly archive: Archive }
  | { readonly name: string; readonly failure: AssayError; readonly before: Archive | undefined };

async function fetchAll(
  from: URL,
  options: UpdateOptions,
): Promise<{ readonly archives: readonly Archive[]; readonly failed: Updated['failed'] }> {
  const named = options.ecosystems !== undefined && options.ecosystems.length > 0;
  const names = [...new Set(named ? options.ecosystems : updatedEcosystems)];
  const outcomes = await fetchSideBySide(names, from, options);
  const archives: Archive[] = [];
  const failed: { name: string; why: string }[] = [];
  const lost: AssayError[] = [];
  for (const outcome of outcomes) {
    if ('archive' in outcome) archives.push(outcome.archive);
    else {
      const { name, failure, before } = outcome;
      if (failure instanceof NotOffered && !named && before === undefined) continue;
      failed.push({ name, why: failure.detail });
      if (before === undefined) lost.push(failure);
      else archives.push(before);
    }
  }
  if (lost.length > 0 || archives.length === 0) throw nothingReplaced(lost, from);
  return { archives: archives.sort((a, b) => (a.ecosystem < b.ecosystem ? -1 : 1)), failed };
}

/** When one fails in a way that ends the update the others are stopped, and waited for: nobody may write once the lock is given back. */
async function fetchSideBySide(
  names: readonly string[],
  from: URL,
  options: UpdateOptions,
): Promise<readonly Outcome[]> {
  const source = new HttpSource(options);
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const outcomes: Outcome[] = [];
  const failures: unknown[] = [];
  const queue = names.values();
  const work = async (): Promise<void> => {
    try {
      for (const name of queue) outcomes.push(await fetchOne(source, name, from, { ...options, signal }));
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    await source.close();
  }
  if (failures.length > 0) throw failures[0];
  return outcomes;
}

function nothingReplaced(lost: readonly AssayError[], from: URL): AssayError {
  const [first] = lost;
  if (first === undefined)
    return new AssayError('DB_SOURCE', `${from.href} has no archive of any ecosystem (ECOSYSTEM/all.zip)`);
  const more = lost.length === 1 ? '' : `, and ${lost.length - 1} more ecosystems`;
  return new AssayError('DB_SOURCE', `${first.detail}${more}; nothing was replaced`, { cause: first });
}

async function fetchOne(source: HttpSource, name: string, from: URL, options: UpdateOptions): Promise<Outcome> {
  const { folder, retries = 3, signal, onProgress } = options;
  const before = findArchive(folder, name);
  try {
    const archive = await fetchArchive(source, name, {
      from,
      folder,
      retries,
      now: () => options.now.getTime(),
      sleep: options.sleep ?? sleep,
      ...(signal !== undefined && { signal }),
      onBytes: (done, total) =>
        onProgress?.({ what: `fetching ${name}`, done, ...(total !== undefined && { total }), unit: 'bytes' }),
    });
    return { archive };
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'DB_SOURCE') throw error;
    return { name, failure: error, before };
  }
}

async function buildFrom(archives: readonly Archive[], options: UpdateOptions): Promise<Omit<Updated, 'failed'>> {
  const { output, now, signal, onProgress, folder } = options;
  const inputs = createHash('sha256')
    .update(JSON.stringify(archives.map(({ ecosystem, state }) => [ecosystem, state.sha256])))
    .digest('hex');
  const present = findPresent(output, inputs);
  if (present !== undefined) return { version: present, rejected: [], unchanged: true };
  const asOf = newestDate(archives, now);
  try {
    const built = await buildLocked(
      archives.map(({ path }) => path),
      output,
      {
        now,
        inputs,
        ...(asOf !== undefined && { asOf }),
        ...(signal !== undefined && { signal }),
        onProgress: ({ records }) => onProgress?.({ what: 'building', done: records, unit: 'records' }),
      },
    );
    return { ...built, unchanged: false };
  } catch (error) {
    // A damaged archive must not be taken for good by the next call.
    if (error instanceof AssayError && error.code === 'ADVISORY_INVALID') {
      for (const { ecosystem, path } of archives) if (error.detail.includes(path)) removeArchive(folder, ecosystem);
    }
    throw error;
  }
}

/** The data file that is there, if it was made of the very same archives. */
function findPresent(output: string, inputs: string): Built['version'] | undefined {
  try {
    const file = DataFile.open(output);
    file.close();
    return file.description.inputs === inputs ? versionOf(file.description) : undefined;
  } catch {
    return undefined;
  }
}

/** When the newest archive was made, as its server says. */
function newestDate(archives: readonly Archive[], now: Date): string | undefined {
  const dates = archives
    .map(({ state }) => Date.parse(state.lastModified ?? ''))
    .filter((date) => date <= now.getTime());
  return dates.length === 0 ? undefined : new Date(Math.max(...dates)).toISOString();
}
