import { findPurl } from '@assay/contract';
import { ecosystemOfPurl } from '../naming/purl-ecosystem.ts';
import type { Advisory, Affected, Range } from './advisory.ts';
import { findAdvisoryPage } from './advisory-page.ts';
import { isObject, type Json, listAt, objectAt, textAt } from './json.ts';
import { listedRatings, ownerOf, specificRatings } from './ratings.ts';

const longestId = 256;
const mostAliases = 1000;
const mostAffected = 50_000;
const mostEvents = 20_000;
const mostUrls = 40;
/** Characters; a longer text is cut, which its last character shows. */
const longestDetails = 8000;

/** Reads one OSV record from parsed JSON; says why not where it is none. Reads only what it needs, so that depth costs nothing. */
export function parseAdvisory(value: unknown): Advisory | { readonly why: string } {
  if (!isObject(value)) return { why: 'not a JSON object' };
  const { id } = value;
  if (typeof id !== 'string' || id.trim() === '') return { why: 'has no id' };
  if (id.length > longestId) return { why: `its id has ${id.length} characters, at most ${longestId} are allowed` };
  const listed = listAt(value, 'affected');
  if (listed === undefined) return { why: '"affected" is not a list' };
  if (listed.length > mostAffected)
    return { why: `lists ${listed.length} packages, at most ${mostAffected} are allowed` };
  const source = ownerOf(id);
  const affected: Affected[] = [];
  for (const [i, entry] of listed.entries()) {
    const read = isObject(entry) ? readAffected(entry, source) : { why: 'not an object' };
    if (read === undefined) continue;
    if ('why' in read) return { why: `affected[${i}]: ${read.why}` };
    affected.push(read);
  }
  return toAdvisory(value, id, source, affected);
}

function toAdvisory(value: Json, id: string, source: string, affected: readonly Affected[]): Advisory {
  const specific = objectAt(value, 'database_specific');
  const aliases = idsAt(value, 'aliases').filter((alias) => alias !== id);
  const summary = cleanText(textAt(value, 'summary', 1_000_000), 500);
  const details = cleanText(textAt(value, 'details', 16_000_000), longestDetails);
  const published = dateAt(value, 'published');
  const modified = dateAt(value, 'modified');
  const { urls, page } = readReferences(value, specific, id);
  return {
    id,
    aliases,
    upstream: upstreamOf(value, id, aliases),
    ...(summary !== undefined && { summary }),
    ...(details !== undefined && { details }),
    ...(published !== undefined && { published }),
    ...(modified !== undefined && { modified }),
    withdrawn: Object.hasOwn(value, 'withdrawn') && value.withdrawn !== null && value.withdrawn !== '',
    ratings: [...listedRatings(source, value), ...specificRatings(source, specific)],
    cwes: cwesOf(value, specific),
    urls,
    ...(page !== undefined && { page }),
    affected,
  };
}

/** `undefined` where nothing in it can be told by a package's version: commits of an unnamed package. */
function readAffected(entry: Json, source: string): Affected | { readonly why: string } | undefined {
  const ranges = listAt(entry, 'ranges');
  const versions = listAt(entry, 'versions');
  if (ranges === undefined || versions === undefined) return { why: '"ranges" or "versions" is not a list' };
  const named = readPackage(objectAt(entry, 'package'));
  if (named === undefined) return undefined;
  const out: Range[] = [];
  let gitRanges = 0;
  for (const range of ranges) {
    if (!isObject(range)) return { why: 'a range is not an object' };
    if (range.type === 'GIT') {
      gitRanges++;
      continue;
    }
    const events = readEvents(range, objectAt(entry, 'database_specific'));
    if (events === undefined) return { why: 'a range has no events that can be read' };
    out.push(events);
  }
  const own = objectAt(entry, 'ecosystem_specific');
  const specific = objectAt(entry, 'database_specific');
  return {
    ...named,
    ranges: out,
    versions: versions.filter((version): version is string => typeof version === 'string' && version.length <= 200),
    ratings: [...listedRatings(source, entry), ...specificRatings(source, own), ...specificRatings(source, specific)],
    wontFix: own.urgency === 'end-of-life' || own.fix_state === 'wont-fix',
    gitRanges,
  };
}

function readPackage(entry: Json): { readonly ecosystem: string; readonly name: string } | undefined {
  const ecosystem = textAt(entry, 'ecosystem', 200);
  const name = textAt(entry, 'name');
  if (ecosystem !== undefined && name !== undefined) return { ecosystem: clean(ecosystem), name: clean(name) };
  const purl = findPurl(textAt(entry, 'purl') ?? '');
  return purl === undefined ? undefined : ecosystemOfPurl(purl);
}

/** NUL separates the parts of our keys. */
function clean(text: string): string {
  return text.trim().replaceAll('\0', '');
}

const eventLetters: readonly (readonly [string, string])[] = [
  ['introduced', 'i'],
  ['fixed', 'f'],
  ['last_affected', 'l'],
  ['limit', 'm'],
];

function readEvents(range: Json, specific: Json): Range | undefined {
  const events = listAt(range, 'events');
  if (events === undefined || events.length > mostEvents) return undefined;
  const out: string[] = [];
  for (const event of events) {
    if (!isObject(event)) return undefined;
    for (const [key, letter] of eventLetters) {
      const version = textAt(event, key, 200);
      if (version !== undefined) out.push(letter + version.trim());
    }
  }
  if (out.length === 0) return undefined;
  return out.every((event) => event.startsWith('i')) ? [...out, ...lastKnown(specific)] : out;
}

/**
 * GitHub says `<= 1.2` of packages without a fix; the OSV form of such a record has no end, and the bound beside it.
 * Source: github/advisory-database, "last_known_affected_version_range".
 */
function lastKnown(specific: Json): readonly string[] {
  const found = /^(<=?) *([^\s,<>=]+)$/.exec(textAt(specific, 'last_known_affected_version_range', 200)?.trim() ?? '');
  if (found?.[2] === undefined) return [];
  return [`${found[1] === '<=' ? 'l' : 'm'}${found[2]}`];
}

function idsAt(value: Json, key: string): string[] {
  const ids = (listAt(value, key) ?? []).slice(0, mostAliases);
  const out = ids.filter((id): id is string => typeof id === 'string' && id !== '' && id.length <= longestId);
  return [...new Set(out)];
}

/** Bulletins named their CVEs in `related` before the schema had `upstream` (1.7). */
const bulletin =
  /^(?:DSA|DLA|DTSA|USN|LSN|RH[SBE]A|R[LX]SA|AL[SBE]A|SUSE-[SFRO]U|openSUSE-[SFRO]U|ELSA|ALAS2?|MGASA|openEuler-SA|PHSA)-/i;

/** `ALPINE-CVE-2020-1` and the like: a distribution's record on one CVE. */
const namedAfter = /^[A-Z][A-Za-z]*-(CVE-\d{4}-\d{4,})$/;

function upstreamOf(value: Json, id: string, aliases: readonly string[]): readonly string[] {
  const said = idsAt(value, 'upstream');
  const related =
    said.length > 0 || !bulletin.test(id) ? [] : idsAt(value, 'related').filter((other) => /^CVE-/i.test(other));
  const named = namedAfter.exec(id)?.[1];
  // Ubuntu's bulletins name both its own record and the CVE that the record is about.
  const all = [...said, ...related].map((other) => namedAfter.exec(other)?.[1] ?? other);
  if (all.length === 0 && named !== undefined) all.push(named);
  return [...new Set(all)].filter((other) => other !== id && !aliases.includes(other));
}

/** Go's database writes year 1 for a record that was never changed. */
function dateAt(value: Json, key: string): string | undefined {
  const text = textAt(value, key, 40);
  return text !== undefined && /^\d{4}-\d{2}-\d{2}/.test(text) && text > '1971' ? text : undefined;
}

function cleanText(text: string | undefined, longest: number): string | undefined {
  const trimmed = text?.trim().toWellFormed();
  if (trimmed === undefined || trimmed === '') return undefined;
  return trimmed.length > longest ? `${trimmed.slice(0, longest - 1).toWellFormed()}…` : trimmed;
}

function cwesOf(value: Json, specific: Json): readonly string[] {
  const out = new Set<string>();
  const add = (entry: unknown): void => {
    const text = typeof entry === 'string' ? entry : isObject(entry) ? (textAt(entry, 'cweId') ?? '') : '';
    if (/^CWE-\d{1,6}$/.test(text) && out.size < 50) out.add(text);
  };
  for (const key of ['cwe_ids', 'cwes']) for (const entry of listAt(specific, key) ?? []) add(entry);
  for (const affected of (listAt(value, 'affected') ?? []).slice(0, 10)) {
    if (isObject(affected))
      for (const entry of listAt(objectAt(affected, 'database_specific'), 'cwes') ?? []) add(entry);
  }
  return [...out];
}

/** Advisories first; the rest in the record's order. */
function readReferences(
  value: Json,
  specific: Json,
  id: string,
): { readonly urls: readonly string[]; readonly page?: string } {
  const first: string[] = [];
  const rest: string[] = [];
  for (const entry of (listAt(value, 'references') ?? []).slice(0, 500)) {
    const url = isObject(entry) ? textAt(entry, 'url', 2000) : undefined;
    if (url === undefined || !/^https?:\/\//i.test(url)) continue;
    (isObject(entry) && entry.type === 'ADVISORY' ? first : rest).push(url);
  }
  const page = findAdvisoryPage(id) ?? textAt(specific, 'url', 2000) ?? first[0];
  return { urls: [...new Set([...first, ...rest])].slice(0, mostUrls), ...(page !== undefined && { page }) };
}
