import { compareTo, type PreparedVersion, recallVersion, type VersionOrder } from '../versions/compare.ts';
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

/**
 * The events of a range in the order of their versions; of the same version, in the order they are written: a fix may be followed by a new
 * introduction. A range with a version that the order cannot read is marked with `?` in front.
 */
export function sortEvents(order: VersionOrder, range: Range): Range {
  const events = range
    // `limit: *` is no limit.
    .filter((event) => event !== 'm*')
    .map((event) => ({ event, version: versionOf(order, event) }));
  if (events.some(({ version }) => version?.readable === false)) return ['?', ...range];
  return events.sort((a, b) => compareStarts(a.version, b.version)).map(({ event }) => event);
}

function compareStarts(a: PreparedVersion | undefined, b: PreparedVersion | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return compareTo(a, b);
}

/** The version of an event; `undefined` for the beginning of time, which OSV writes as `0`. */
function versionOf(order: VersionOrder, event: string): PreparedVersion | undefined {
  return event === 'i0' ? undefined : recallVersion(order, event.slice(1));
}

interface Part {
  readonly range: string;
  readonly end: 'fixed' | 'last-affected' | 'open';
}

/**
 * Whether a version is affected: it is listed, or lies in one of the ranges, whose events are sorted (`sortEvents`).
 * Source: OSV schema, "Evaluation". An unreadable version is affected only where the text is listed or a range has no bounds.
 */
export function findAffecting(
  version: PreparedVersion,
  ranges: readonly Range[],
  versions: readonly string[],
): RangeAnswer {
  let unreadable = !version.readable;
  let found: Part | undefined;
  for (const range of ranges) {
    const part = version.readable ? findPart(version, range) : withoutBounds(range);
    if (part === 'unreadable') unreadable = true;
    else found ??= part;
  }
  if (found === undefined && isListed(version, versions)) found = { range: `= ${version.text}`, end: 'open' };
  if (found !== undefined) return { kind: 'affected', ...found, fixes: fixesAbove(version, ranges) };
  return unreadable && ranges.length + versions.length > 0 ? { kind: 'unreadable' } : { kind: 'unaffected' };
}

/** The part of a range, from an introduction to its end, that holds the version. Reads no event behind the one that decides. */
function findPart(version: PreparedVersion, range: Range): Part | 'unreadable' | undefined {
  if (range[0] === '?') return 'unreadable';
  let introduced: string | undefined;
  let limited = false;
  let withinLimit = false;
  let end: string | undefined;
  for (const event of range) {
    const letter = event.charAt(0);
    const at = versionOf(version.order, event);
    const distance = at === undefined ? 1 : compareTo(version, at);
    if (letter === 'm') {
      limited = true;
      withinLimit ||= distance < 0;
    } else if (letter === 'i') {
      if (distance < 0) continue;
      introduced ??= event;
    } else if (letter === 'f' ? distance >= 0 : distance > 0) introduced = undefined;
    else if (introduced === undefined) return undefined;
    else end ??= event;
    if (end !== undefined && !range.some((other) => other.startsWith('m'))) break;
  }
  if (introduced === undefined || (limited && !withinLimit)) return undefined;
  return describe(introduced, end);
}

function describe(introduced: string, end: string | undefined): Part {
  const from = introduced === 'i0' ? '' : `>= ${introduced.slice(1)}`;
  if (end === undefined) return { range: from === '' ? '>= 0' : from, end: 'open' };
  const to = `${end.startsWith('f') ? '<' : '<='} ${end.slice(1)}`;
  return { range: from === '' ? to : `${from}, ${to}`, end: end.startsWith('f') ? 'fixed' : 'last-affected' };
}

function withoutBounds(range: Range): Part | undefined {
  return range.length > 0 && range.every((event) => event === 'i0') ? { range: '>= 0', end: 'open' } : undefined;
}

/** Listed versions count as text, and where both can be read, as versions: `1.0` is `1.0.0` to many. */
function isListed(version: PreparedVersion, versions: readonly string[]): boolean {
  if (versions.length === 0) return false;
  if (versions.includes(version.text)) return true;
  if (!version.readable) return false;
  return versions.some((text) => {
    const listed = recallVersion(version.order, text);
    return listed.readable && compareTo(version, listed) === 0;
  });
}

function fixesAbove(version: PreparedVersion, ranges: readonly Range[]): readonly string[] {
  const fixes: PreparedVersion[] = [];
  for (const event of ranges.flat()) {
    if (!event.startsWith('f')) continue;
    const at = recallVersion(version.order, event.slice(1));
    if (at.readable && (!version.readable || compareTo(at, version) > 0)) fixes.push(at);
  }
  return [...new Set(fixes.sort(compareTo).map(({ text }) => text))];
}
