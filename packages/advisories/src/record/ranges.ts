import { compareTo, type PreparedVersion, prepareVersion } from '../versions/compare.ts';
import type { Range } from './advisory.ts';

/** What ranges and versions of a record say about one version. */
export type RangeAnswer =
  /** Affected, by this part of a range in words; `fixes` are all fixed versions above, the least first. `open` where the part ends without a fix. */
  | {
      readonly kind: 'affected';
      readonly range: string;
      readonly fixes: readonly string[];
      readonly end: 'fixed' | 'last-affected' | 'open';
    }
  | { readonly kind: 'unaffected' }
  /** The version, or each range that could decide, cannot be read. */
  | { readonly kind: 'unreadable' };

interface Event {
  readonly letter: string;
  readonly text: string;
  /** `undefined` for the beginning of time, which OSV writes as `0`. */
  readonly version: PreparedVersion | undefined;
}

const parsed = new WeakMap<Range, readonly Event[] | 'unreadable'>();

/**
 * Whether a version is affected: it is listed, or lies in one of the ranges. Source: OSV schema, "Evaluation".
 * An unreadable version is affected only where the text is listed or a range has no bounds.
 */
export function findAffecting(
  version: PreparedVersion,
  ranges: readonly Range[],
  versions: readonly string[],
): RangeAnswer {
  let unreadable = !version.readable;
  let found: { readonly range: string; readonly end: 'fixed' | 'last-affected' | 'open' } | undefined;
  for (const range of ranges) {
    const events = eventsOf(range, version.order);
    if (events === 'unreadable') unreadable = true;
    else found ??= findPart(version, events);
  }
  if (found === undefined && isListed(version, versions)) found = { range: `= ${version.text}`, end: 'open' };
  if (found === undefined)
    return unreadable && ranges.length + versions.length > 0 ? { kind: 'unreadable' } : { kind: 'unaffected' };
  return { kind: 'affected', ...found, fixes: fixesAbove(version, ranges) };
}

/** Events in the order of their versions; of the same version, in the order they are written: a fix may be followed by a new introduction. */
function eventsOf(range: Range, order: PreparedVersion['order']): readonly Event[] | 'unreadable' {
  const known = parsed.get(range);
  if (known !== undefined) return known;
  const events: Event[] = [];
  let readable = true;
  for (const event of range) {
    const letter = event.charAt(0);
    const text = event.slice(1);
    // `limit: *` is no limit.
    if (letter === 'm' && text === '*') continue;
    const version = letter === 'i' && text === '0' ? undefined : prepareVersion(order, text);
    if (version?.readable === false) readable = false;
    events.push({ letter, text, version });
  }
  events.sort((a, b) => compareEvents(a, b));
  const out = readable ? events : 'unreadable';
  parsed.set(range, out);
  return out;
}

function compareEvents(a: Event, b: Event): number {
  if (a.version === undefined || b.version === undefined)
    return (a.version === undefined ? 0 : 1) - (b.version === undefined ? 0 : 1);
  return compareTo(a.version, b.version);
}

/** The part of a range, from an introduction to its end, that holds the version. */
function findPart(
  version: PreparedVersion,
  events: readonly Event[],
): { readonly range: string; readonly end: 'fixed' | 'last-affected' | 'open' } | undefined {
  if (!version.readable) return withoutBounds(events) ? { range: '>= 0', end: 'open' } : undefined;
  const limits = events.filter(({ letter }) => letter === 'm');
  if (limits.length > 0 && !limits.some((limit) => isBefore(version, limit))) return undefined;
  let introduced: Event | undefined;
  for (const event of events) {
    if (event.letter === 'i' && !isBefore(version, event)) introduced ??= event;
    else if (event.letter === 'f' && !isBefore(version, event)) introduced = undefined;
    else if (event.letter === 'l' && event.version !== undefined && compareTo(version, event.version) > 0)
      introduced = undefined;
  }
  return introduced === undefined ? undefined : describe(version, introduced, events);
}

function describe(
  version: PreparedVersion,
  introduced: Event,
  events: readonly Event[],
): { readonly range: string; readonly end: 'fixed' | 'last-affected' | 'open' } {
  const end = events.find(({ letter, version: at }) => {
    if (at === undefined || letter === 'i' || letter === 'm') return false;
    const distance = compareTo(version, at);
    return letter === 'f' ? distance < 0 : distance <= 0;
  });
  const from = introduced.version === undefined ? '' : `>= ${introduced.text}`;
  if (end === undefined) return { range: from === '' ? '>= 0' : from, end: 'open' };
  const to = `${end.letter === 'f' ? '<' : '<='} ${end.text}`;
  return { range: from === '' ? to : `${from}, ${to}`, end: end.letter === 'f' ? 'fixed' : 'last-affected' };
}

function isBefore(version: PreparedVersion, event: Event): boolean {
  return event.version !== undefined && compareTo(version, event.version) < 0;
}

function withoutBounds(events: readonly Event[]): boolean {
  return events.length > 0 && events.every(({ letter, version }) => letter === 'i' && version === undefined);
}

/** Listed versions count as text, and where both can be read, as versions: `1.0` is `1.0.0` to many. */
function isListed(version: PreparedVersion, versions: readonly string[]): boolean {
  if (versions.length === 0) return false;
  if (versions.includes(version.text)) return true;
  if (!version.readable) return false;
  return versions.some((text) => {
    const listed = prepareVersion(version.order, text);
    return listed.readable && compareTo(version, listed) === 0;
  });
}

function fixesAbove(version: PreparedVersion, ranges: readonly Range[]): readonly string[] {
  const fixes: PreparedVersion[] = [];
  for (const range of ranges) {
    const events = eventsOf(range, version.order);
    if (events === 'unreadable') continue;
    for (const { letter, version: at } of events) {
      if (letter === 'f' && at !== undefined && (!version.readable || compareTo(at, version) > 0)) fixes.push(at);
    }
  }
  return [...new Set(fixes.sort(compareTo).map(({ text }) => text))];
}
