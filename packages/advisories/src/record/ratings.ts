import { findSeverity, type Rating, type RatingMethod, type Severity } from '@assay/contract';
import { findCvss } from '../cvss/score.ts';
import { isObject, type Json, listAt, objectAt, textAt } from './json.ts';

/** Whose record it is, by the id's prefix. Source: OSV schema, "id" database prefixes; the last ones are of mirrors seen in use. */
const owners: ReadonlyMap<string, string> = new Map([
  ['ghsa', 'ghsa'],
  ['cve', 'nvd'],
  ['pysec', 'pypa'],
  ['go', 'go'],
  ['rustsec', 'rustsec'],
  ['rubysec', 'rubysec'],
  ['debian', 'debian'],
  ['dsa', 'debian'],
  ['dla', 'debian'],
  ['dtsa', 'debian'],
  ['alpine', 'alpine'],
  ['ubuntu', 'ubuntu'],
  ['usn', 'ubuntu'],
  ['lsn', 'ubuntu'],
  ['rhsa', 'redhat'],
  ['rhba', 'redhat'],
  ['rhea', 'redhat'],
  ['rlsa', 'rocky'],
  ['rxsa', 'rocky'],
  ['alsa', 'almalinux'],
  ['alba', 'almalinux'],
  ['alea', 'almalinux'],
  ['suse', 'suse'],
  ['opensuse', 'suse'],
  ['mal', 'ossf'],
  ['bit', 'bitnami'],
  ['cgmirror', 'chainguard'],
  ['cga', 'chainguard'],
  ['wolfi', 'wolfi'],
  ['azl', 'azurelinux'],
  ['mgasa', 'mageia'],
]);

/** The name of the database that an id belongs to: `GHSA-…` is `ghsa`, `CVE-…` is `nvd`; an unknown prefix stands for itself. */
export function ownerOf(id: string): string {
  const dash = id.indexOf('-');
  const prefix = (dash < 0 ? id : id.slice(0, dash)).toLowerCase();
  return owners.get(prefix) ?? prefix;
}

/** The ratings of a `severity` list. Source: OSV schema, "severity[].type". Entries that rate nothing are left out. */
export function listedRatings(source: string, owner: Json): Rating[] {
  const out: Rating[] = [];
  for (const entry of (listAt(owner, 'severity') ?? []).slice(0, 20)) {
    if (!isObject(entry)) continue;
    const score = textAt(entry, 'score');
    if (score === undefined) continue;
    const type = textAt(entry, 'type') ?? '';
    out.push(
      ...(type.startsWith('CVSS')
        ? vectorRating(source, score)
        : wordRating(type === '' ? source : type.toLowerCase(), score)),
    );
  }
  return out;
}

/** The ratings that databases write outside of `severity`: words, vectors and bare scores. */
export function specificRatings(source: string, specific: Json): Rating[] {
  const out: Rating[] = [];
  for (const key of ['severity', 'urgency', 'ubuntu_priority']) {
    const word = textAt(specific, key, 100);
    // GitHub writes a word, npm's records of old a vector.
    if (word !== undefined)
      out.push(...(word.startsWith('CVSS:') ? vectorRating(source, word) : wordRating(source, word)));
  }
  const cvss = textAt(specific, 'cvss', 400) ?? textAt(objectAt(specific, 'cvss'), 'vectorString', 400);
  if (cvss !== undefined) out.push(...vectorRating(source, cvss));
  for (const [key, method] of scoreKeys) {
    const said = Object.hasOwn(specific, key) ? specific[key] : undefined;
    const score = typeof said === 'number' ? said : Number(textAt(specific, key, 10) ?? Number.NaN);
    if (score >= 0 && score <= 10) out.push({ source, method, severity: severityOf(method, score), score });
  }
  // RustSec's warnings are no vulnerabilities: nobody maintains the crate, or there is news about it.
  const informational = textAt(specific, 'informational', 100);
  if (informational === 'unmaintained' || informational === 'notice') {
    out.push({ source, method: 'vendor', severity: 'none' });
  }
  return out;
}

const scoreKeys: readonly (readonly [string, RatingMethod])[] = [
  ['cvss_v2', 'CVSSv2'],
  ['cvss_v3', 'CVSSv31'],
  ['cvss_v4', 'CVSSv4'],
];

function vectorRating(source: string, vector: string): Rating[] {
  const cvss = findCvss(vector);
  if (cvss === undefined) return [];
  return [{ source, method: cvss.method, severity: cvss.severity, score: cvss.score, vector: cvss.vector }];
}

function wordRating(source: string, word: string): Rating[] {
  const severity = findSeverity(word);
  return severity === undefined || severity === 'unknown' ? [] : [{ source, method: 'vendor', severity }];
}

/** The scale in words for a score that came without its vector. Source: CVSS v3.1 section 5; for version 2 the NVD's ranges. */
function severityOf(method: RatingMethod, score: number): Severity {
  if (score === 0) return 'none';
  if (score < 4) return 'low';
  if (score < 7) return 'medium';
  return score >= 9 && method !== 'CVSSv2' ? 'critical' : 'high';
}
