import { AssayError } from '@assay/contract';

/** One decision not to count a finding, with who made it and for how long. */
export interface IgnoreEntry {
  /** The vulnerability's id or any of its aliases, in any case. */
  readonly id: string;
  /** A package's name (`*` stands for any text) or package URL; every package when absent. */
  readonly package?: string;
  /** Version glob, such as `1.2.*`; every version when absent. */
  readonly version?: string;
  /** Path glob of where the package was found; every place when absent. */
  readonly path?: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`, or a moment, RFC 3339. */
  readonly until?: string;
  readonly createdBy?: string;
}

/** A checked ignore file. */
export interface IgnoreFile {
  /** Its name, as reports show it. */
  readonly source: string;
  readonly entries: readonly IgnoreEntry[];
}

const maxEntries = 100_000;
const maxText = 4096;
const known: ReadonlySet<string> = new Set(['id', 'package', 'version', 'path', 'reason', 'until', 'createdBy']);
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const momentPattern = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Checks an ignore file that was already read as JSON or YAML: a list of entries, or an object with the list under `ignore`.
 * `sourceName` is how messages and reports name the file. Throws IGNORE_INVALID with the place of the first fault:
 * a misspelt field must not widen what is ignored, so unknown fields are refused too.
 */
export function parseIgnore(value: unknown, sourceName: string): IgnoreFile {
  const list = isRecord(value) ? takeList(value, sourceName) : value;
  // An empty YAML file is read as null: it ignores nothing.
  if (list === null || list === undefined) return { source: sourceName, entries: [] };
  if (!Array.isArray(list)) throw refuse(sourceName, '/', 'a list of entries is wanted');
  if (list.length > maxEntries) throw refuse(sourceName, '/', `more than ${maxEntries} entries`);
  const root = isRecord(value) ? '/ignore' : '';
  return { source: sourceName, entries: list.map((entry, index) => parseEntry(entry, sourceName, `${root}/${index}`)) };
}

function takeList(value: Readonly<Record<string, unknown>>, sourceName: string): unknown {
  for (const key of Object.keys(value)) {
    if (key !== 'ignore')
      throw refuse(sourceName, `/${shown(key)}`, 'not a field of ignore files; entries stand under "ignore"');
  }
  return Object.hasOwn(value, 'ignore') ? value.ignore : undefined;
}

function parseEntry(entry: unknown, sourceName: string, at: string): IgnoreEntry {
  if (!isRecord(entry)) throw refuse(sourceName, at, 'an entry is an object with at least id and reason');
  for (const key of Object.keys(entry)) {
    if (!known.has(key))
      throw refuse(sourceName, `${at}/${shown(key)}`, `not a field of an entry; those are ${[...known].join(', ')}`);
  }
  const id = text(entry, 'id', sourceName, at);
  const reason = text(entry, 'reason', sourceName, at);
  if (id === undefined) throw refuse(sourceName, at, 'the entry has no id');
  if (reason === undefined) throw refuse(sourceName, at, `the entry for ${shown(id)} has no reason`);
  const packageName = text(entry, 'package', sourceName, at);
  const version = text(entry, 'version', sourceName, at);
  const path = text(entry, 'path', sourceName, at);
  const until = readUntil(entry, sourceName, at);
  const createdBy = text(entry, 'createdBy', sourceName, at);
  return {
    id,
    reason,
    ...(packageName === undefined ? {} : { package: packageName }),
    ...(version === undefined ? {} : { version }),
    ...(path === undefined ? {} : { path }),
    ...(until === undefined ? {} : { until }),
    ...(createdBy === undefined ? {} : { createdBy }),
  };
}

/** A YAML reader may hand over a date as a date. */
function readUntil(entry: Readonly<Record<string, unknown>>, sourceName: string, at: string): string | undefined {
  const given = Object.hasOwn(entry, 'until') ? entry.until : undefined;
  if (given instanceof Date && !Number.isNaN(given.getTime())) {
    const moment = given.toISOString();
    return moment.endsWith('T00:00:00.000Z') ? moment.slice(0, 10) : moment;
  }
  const until = text(entry, 'until', sourceName, at);
  if (until === undefined) return undefined;
  if ((dayPattern.test(until) || momentPattern.test(until)) && isRealDay(until)) return until;
  throw refuse(sourceName, `${at}/until`, `${shown(until)} is not a date such as 2026-12-31`);
}

/** `Date` quietly reads the 31st of February as the 3rd of March. */
function isRealDay(until: string): boolean {
  const day = new Date(`${until.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== until.slice(0, 10)) return false;
  return !Number.isNaN(endOf(until).getTime());
}

/** The moment from which an entry no longer holds: a day counts to its end, in UTC. */
export function endOf(until: string): Date {
  if (!dayPattern.test(until)) return new Date(until.replace(' ', 'T'));
  const start = new Date(`${until}T00:00:00Z`);
  return new Date(start.getTime() + 24 * 60 * 60 * 1000);
}

function text(
  entry: Readonly<Record<string, unknown>>,
  key: string,
  sourceName: string,
  at: string,
): string | undefined {
  if (!Object.hasOwn(entry, key)) return undefined;
  const value = entry[key];
  // YAML reads an unquoted version such as 1.2 as a number; its text is lost there (1.10 is 1.1), so it is refused.
  if (typeof value !== 'string') throw refuse(sourceName, `${at}/${key}`, 'a text is wanted; put it in quotes');
  if (value.trim() === '') throw refuse(sourceName, `${at}/${key}`, 'the text is empty');
  if (value.length > maxText) throw refuse(sourceName, `${at}/${key}`, `longer than ${maxText} characters`);
  return value.trim();
}

function refuse(sourceName: string, at: string, why: string): AssayError {
  return new AssayError('IGNORE_INVALID', `${sourceName}: ${at}: ${why}`);
}

function shown(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
