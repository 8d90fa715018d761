import type { Finding, Rating, Severity } from '@assay/contract';

/**
 * Takes a finding as Grype's CycloneDX says it to what it means. Grype writes "negligible" as `none`; EPSS and KEV as ratings;
 * its ratings without a source, after a data source such as `debian-distro-debian-12`; and the same rating for each of its sources.
 * Source: Grype 0.120, grype/presenter/cyclonedx/vulnerability.go.
 */
export function inOurWords(finding: Finding): Finding {
  const opinions = finding.ratings.filter((rating) => !isKev(rating) && !isEpss(rating));
  const ratings = distinct(opinions.map(inOurSeverity));
  const epss = finding.ratings.find(isEpss)?.score;
  const isExploited = finding.ratings.some(isKev);
  return {
    ...finding,
    severity: notNone(finding.severity),
    severitySource: renamed(finding.severitySource),
    ratings,
    evidence: finding.evidence.map((one) => ({ ...one, source: sourceName(one.source) })),
    ...(isExploited && finding.kev === undefined ? { kev: { dateAdded: '' } } : {}),
    ...(epss !== undefined && finding.epss === undefined ? { epss: { score: epss } } : {}),
  };
}

function isKev(rating: Rating): boolean {
  return rating.source === 'CISA KEV Catalog' && rating.method === 'other';
}

function isEpss(rating: Rating): boolean {
  const { score } = rating;
  return rating.source === 'FIRST' && rating.method === 'other' && score !== undefined && score >= 0 && score <= 1;
}

function inOurSeverity(rating: Rating): Rating {
  return { ...rating, source: sourceName(rating.source), severity: notNone(rating.severity) };
}

/** Grype knows no severity of that name. */
function notNone(severity: Severity): Severity {
  return severity === 'none' ? 'negligible' : severity;
}

function distinct(ratings: readonly Rating[]): readonly Rating[] {
  return [...new Map(ratings.map((rating) => [JSON.stringify(Object.entries(rating).sort()), rating])).values()];
}

/** Grype's data sources by their first word. */
const sources: Readonly<Record<string, string>> = { github: 'ghsa', nvd: 'nvd' };

/** `debian-distro-debian-12` → `debian`, `github-language-python` → `ghsa`, `nvd-cpe` → `nvd`. */
function sourceName(name: string): string {
  const known = /^([a-z0-9]+)-(?:distro-.+|language-.+|cpe)$/.exec(name)?.[1];
  if (known === undefined) return name;
  return Object.hasOwn(sources, known) ? (sources[known] ?? known) : known;
}

/** `NAME (METHOD)`, as readers of documents write it. */
function renamed(severitySource: string): string {
  return severitySource.replace(/^\S+/, sourceName);
}
