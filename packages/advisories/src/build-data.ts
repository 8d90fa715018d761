import { AssayError, type DataVersion, type Rejected } from '@assay/contract';
import { DataWriter } from './data/data-writer.ts';
import { keptExploits } from './data/exploits.ts';
import { withLock } from './data/lock.ts';
import { versionOf } from './data/open-data.ts';
import { makePause, throwIfStopped } from './data/pause.ts';
import { parseAdvisory } from './record/parse-advisory.ts';
import { readSources, type SourceText } from './source/read-sources.ts';
import { starterRecords } from './starter.ts';

/** How far a build has come: records read of one ecosystem (the name of the archive's folder). */
export interface BuildProgress {
  readonly ecosystem: string;
  readonly records: number;
}

export interface BuildOptions {
  /** Dates after it do not make the data newer. */
  readonly now: Date;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
  readonly kind?: 'full' | 'starter';
  /** When the sources were made, RFC 3339, where that is newer than their newest record. */
  readonly asOf?: string;
  /** Names the state of the sources, to be compared by the next update. */
  readonly inputs?: string;
}

export interface Built {
  readonly version: DataVersion;
  /** Files that hold no record we understand; after ten thousand the last entry says how many more. */
  readonly rejected: readonly Rejected[];
}

const mostRejected = 10_000;
const progressEvery = 500;

/**
 * Makes a data file from OSV records: see `readSources` for what may be given. The file appears when it is whole, or not at all; what an
 * earlier file knew of exploitation is kept. The same records make the same bytes. Throws FILE_NOT_FOUND, FILE_UNREADABLE,
 * ADVISORY_INVALID (a damaged archive, or no record at all), LIMIT_EXCEEDED, CACHE_UNWRITABLE, INTERRUPTED.
 */
export async function buildData(sources: readonly string[], output: string, options: BuildOptions): Promise<Built> {
  throwIfStopped(options.signal);
  return withLock(output, options.signal, () => buildLocked(sources, output, options));
}

/** As `buildData`, for a caller that holds the lock. */
export async function buildLocked(sources: readonly string[], output: string, options: BuildOptions): Promise<Built> {
  const rejected = new RejectedList();
  const writer = new DataWriter(output, options.now);
  const pause = makePause(options.signal);
  const progress = new Progress(options.onProgress);
  try {
    for (const source of readSources(sources)) {
      const understood = addText(writer, source, rejected);
      progress.count(source.group, understood);
      await pause();
    }
    progress.end();
    throwIfStopped(options.signal);
    if (progress.total === 0) {
      const why = rejected.count === 0 ? 'hold no JSON files' : `hold no OSV record, but ${rejected.count} other files`;
      throw new AssayError('ADVISORY_INVALID', `the sources ${why}: ${sources.join(', ').slice(0, 300)}`);
    }
    const { now, kind = 'full', asOf, inputs } = options;
    const facts = { kind, now, ...(asOf !== undefined && { asOf }), ...(inputs !== undefined && { inputs }) };
    const description = await writer.finish(facts, keptExploits(output), pause);
    return { version: versionOf(description), rejected: rejected.entries() };
  } finally {
    writer.discard();
  }
}

/** Makes a data file of the starter set, which needs nothing but this package. Throws CACHE_UNWRITABLE, ADVISORY_INVALID. */
export async function buildStarterData(
  output: string,
  options: { readonly now: Date; readonly signal?: AbortSignal },
): Promise<{ readonly version: DataVersion }> {
  return withLock(output, options.signal, async () => {
    const writer = new DataWriter(output, options.now);
    try {
      for (const record of starterRecords()) {
        const advisory = parseAdvisory(record);
        if ('why' in advisory) throw new AssayError('ADVISORY_INVALID', `starter set, ${record.id}: ${advisory.why}`);
        writer.add(advisory);
      }
      const facts = { kind: 'starter', now: options.now } as const;
      const description = await writer.finish(facts, keptExploits(output), makePause(options.signal));
      return { version: versionOf(description) };
    } finally {
      writer.discard();
    }
  });
}

/** Adds what a source says; how many records that were. A file may hold a list of records. */
function addText(writer: DataWriter, source: SourceText, rejected: RejectedList): number {
  const { at, text, why } = source;
  if (text === undefined) {
    rejected.add(at, why ?? 'cannot be read');
    return 0;
  }
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    rejected.add(at, 'is not JSON');
    return 0;
  }
  if (!Array.isArray(value)) return addValue(writer, value, at, rejected);
  let count = 0;
  for (const [i, entry] of value.entries()) count += addValue(writer, entry, `${at}#/${i}`, rejected);
  return count;
}

function addValue(writer: DataWriter, value: unknown, at: string, rejected: RejectedList): number {
  const advisory = parseAdvisory(value);
  if ('why' in advisory) {
    rejected.add(at, advisory.why);
    return 0;
  }
  writer.add(advisory);
  return 1;
}

class RejectedList {
  readonly #entries: Rejected[] = [];
  count = 0;

  add(at: string, why: string): void {
    if (this.count++ < mostRejected) this.#entries.push({ at, why });
  }

  entries(): readonly Rejected[] {
    const more = this.count - this.#entries.length;
    return more === 0 ? this.#entries : [...this.#entries, { at: '', why: `and ${more} more` }];
  }
}

class Progress {
  total = 0;
  readonly #tell: ((progress: BuildProgress) => void) | undefined;
  #group = '';
  #records = 0;

  constructor(tell: ((progress: BuildProgress) => void) | undefined) {
    this.#tell = tell;
  }

  count(group: string, records: number): void {
    if (group !== this.#group) {
      this.end();
      this.#group = group;
      this.#records = 0;
    }
    const before = this.#records;
    this.#records += records;
    this.total += records;
    if (Math.floor(before / progressEvery) !== Math.floor(this.#records / progressEvery)) this.end();
  }

  end(): void {
    if (this.#records > 0) this.#tell?.({ ecosystem: this.#group, records: this.#records });
  }
}
