import { type Analysis, type Evidence, type Finding, type FixState, findPurl, type Location } from '@assay/contract';
import { findObject, findText, type JsonObject, toList, toObjects } from '../json/value.ts';
import { readPurlFacts } from '../spdx/producer-conventions.ts';
import { findDate } from './find-date.ts';
import { chooseRating, toRatings } from './to-ratings.ts';

/** What an `affects` entry points at, once resolved. */
export type Affected = Finding['package'];

/** What is said about one component by one vulnerability. */
interface Versions {
  readonly range: string;
  readonly fixedIn: readonly string[];
  /** The component's own version is listed as not affected. */
  readonly unaffected: boolean;
}

/** The parts of a finding that are the same for every component the vulnerability affects. */
export interface VulnerabilityFacts {
  readonly id: string;
  readonly source: string;
  readonly url: string | undefined;
  readonly recommendation: string | undefined;
  readonly analysis: Analysis | undefined;
  readonly shared: Pick<
    Finding,
    | 'aliases'
    | 'ratings'
    | 'severity'
    | 'severitySource'
    | 'urls'
    | 'cwes'
    | 'description'
    | 'publishedAt'
    | 'modifiedAt'
  >;
}

/** Reads a vulnerability but for what it affects. `undefined` when it has no id. Dates that are none are handed to `bad`. */
export function findFacts(
  vulnerability: JsonObject,
  tool: string | undefined,
  bad: (member: string, why: string) => void,
): VulnerabilityFacts | undefined {
  const ids = [findText(vulnerability, 'id'), ...toObjects(vulnerability, 'references').map((r) => findText(r, 'id'))]
    .filter((id) => id !== undefined)
    .map(canonicalId);
  const id = representative(ids);
  if (id === undefined) return undefined;
  const source = findText(findObject(vulnerability, 'source'), 'name') ?? tool ?? '';
  const url = findText(findObject(vulnerability, 'source'), 'url');
  const ratings = toRatings(vulnerability, source);
  const description = findText(vulnerability, 'description') ?? findText(vulnerability, 'detail');
  const publishedAt = findDate(vulnerability, 'published', bad);
  const modifiedAt = findDate(vulnerability, 'updated', bad);
  const urls = new Set(
    [...toObjects(vulnerability, 'advisories').map((advisory) => findText(advisory, 'url')), url].filter(
      (text) => text !== undefined,
    ),
  );
  return {
    id,
    source,
    url,
    recommendation: findText(vulnerability, 'recommendation'),
    analysis: toAnalysis(findObject(vulnerability, 'analysis')),
    shared: {
      aliases: [...new Set(ids)].filter((other) => other !== id).sort(),
      ratings,
      ...chooseRating(ratings, source),
      urls: [...urls],
      cwes: toList(vulnerability, 'cwes').map((cwe) => `CWE-${String(cwe).replace(/^cwe-/i, '')}`),
      ...(description === undefined ? {} : { description }),
      ...(publishedAt === undefined ? {} : { publishedAt }),
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
    },
  };
}

/** One finding: a vulnerability in a component. `target` is the entry of `affects`, if there is one. */
export function toFinding(facts: VulnerabilityFacts, affected: Affected, target: JsonObject | undefined): Finding {
  const versions = toVersions(target, affected.version);
  const fixedIn = versions.fixedIn.length > 0 ? versions.fixedIn : fixesOf(facts.recommendation, affected.name);
  const analysis = facts.analysis ?? (versions.unaffected ? { state: 'not_affected' } : undefined);
  const evidence: Evidence = {
    advisory: facts.id,
    source: facts.source,
    matchedName: affected.name,
    matchedVersion: affected.version,
    range: versions.range,
    ...(facts.url === undefined ? {} : { url: facts.url }),
  };
  return {
    id: facts.id,
    package: affected,
    fixState: fixStateOf(fixedIn, analysis),
    fixedIn,
    evidence: [evidence],
    ...facts.shared,
    ...(analysis === undefined ? {} : { analysis }),
  };
}

/** What can be said of a reference that no component has: a package URL says its name, others only themselves. */
export function toUnresolved(ref: string): Affected {
  const locations: readonly Location[] = [];
  const link = /^urn:cdx:[^#]*#(.+)$/.exec(ref)?.[1];
  const text = link === undefined ? ref : decoded(link);
  const purl = findPurl(text);
  if (purl === undefined) return { ref, name: text, version: '', locations };
  return { ref, name: readPurlFacts(text).name ?? purl.name, version: purl.version, purl: text, locations };
}

/** The fragment of a BOM-Link, escapes undone. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As their registries write them: ids are compared without case. */
function canonicalId(id: string): string {
  const text = id.trim();
  if (/^ghsa(-[0-9a-z]{4}){3}$/i.test(text)) return `GHSA${text.slice(4).toLowerCase()}`;
  return /^(cve|go|rustsec|pysec|osv)-\d/i.test(text) ? text.toUpperCase() : text;
}

function representative(ids: readonly string[]): string | undefined {
  return ids.find((id) => id.startsWith('CVE-')) ?? ids.find((id) => id.startsWith('GHSA-')) ?? ids[0];
}

function toAnalysis(analysis: JsonObject | undefined): Analysis | undefined {
  if (analysis === undefined) return undefined;
  const justification = findText(analysis, 'justification');
  const detail = findText(analysis, 'detail');
  const responses = toList(analysis, 'response').filter((response) => typeof response === 'string');
  const state = findText(analysis, 'state');
  if (state === undefined && justification === undefined && detail === undefined && responses.length === 0)
    return undefined;
  return {
    // A reason without a state is somebody's note, not a verdict.
    state: state ?? 'in_triage',
    ...(justification === undefined ? {} : { justification }),
    ...(responses.length === 0 ? {} : { responses }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Reads `affects[].versions`: exact versions and vers ranges, each affected unless it says otherwise. */
function toVersions(target: JsonObject | undefined, own: string): Versions {
  const affected: string[] = [];
  const fixedIn: string[] = [];
  let unaffected = false;
  for (const entry of toObjects(target, 'versions')) {
    const version = findText(entry, 'version');
    const range = findText(entry, 'range');
    const status = findText(entry, 'status') ?? 'affected';
    const words = version === undefined ? range : `= ${version}`;
    if (words === undefined) continue;
    if (status === 'affected') affected.push(words);
    if (status !== 'unaffected') continue;
    if (version === own && own !== '') unaffected = true;
    else if (version !== undefined) fixedIn.push(version);
    // Grype says a fix as `vers:deb/>=1.22.1`.
    const fix = range === undefined ? undefined : /^vers:[^/]+\/>=([^|]+)$/.exec(range)?.[1];
    if (fix !== undefined) fixedIn.push(decoded(fix));
  }
  return { range: affected.join(' || '), fixedIn: [...new Set(fixedIn)], unaffected };
}

/** Trivy's sentence, one for each package: `Upgrade NAME to version A, B`. */
function fixesOf(recommendation: string | undefined, name: string): readonly string[] {
  if (recommendation === undefined) return [];
  for (const sentence of recommendation.split('; ')) {
    const match = /^Upgrade (\S+) to version (.+)$/.exec(sentence);
    if (match !== null && match[1] === name) return (match[2] ?? '').split(', ').filter((version) => version !== '');
  }
  return [];
}

function fixStateOf(fixedIn: readonly string[], analysis: Analysis | undefined): FixState {
  if (fixedIn.length > 0) return 'fixed';
  return analysis?.responses?.some((response) => response === 'will_not_fix') === true ? 'wont-fix' : 'unknown';
}
