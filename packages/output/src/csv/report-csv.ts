import { type Finding, findPurl, type Report } from '@assay/contract';
import { linkOf, worstFirst } from '../findings.ts';

/** Column names are stable; new ones are added at the end. */
const columns: readonly (readonly [name: string, cell: (finding: Finding) => string])[] = [
  ['id', (one) => one.id],
  ['aliases', (one) => one.aliases.join(' ')],
  ['severity', (one) => one.severity],
  ['severity_source', (one) => one.severitySource],
  ['package', (one) => one.package.name],
  ['version', (one) => one.package.version],
  ['fixed_in', (one) => one.fixedIn.join(' ')],
  ['fix_state', (one) => one.fixState],
  ['ecosystem', (one) => findPurl(one.package.purl ?? '')?.type ?? ''],
  ['purl', (one) => one.package.purl ?? ''],
  ['path', (one) => one.package.locations[0]?.path ?? ''],
  ['layer', (one) => one.package.locations[0]?.layer ?? ''],
  ['cvss_score', (one) => String(scored(one)?.score ?? '')],
  ['cvss_vector', (one) => scored(one)?.vector ?? ''],
  ['epss', (one) => String(one.epss?.score ?? '')],
  ['epss_percentile', (one) => String(one.epss?.percentile ?? '')],
  ['kev', (one) => (one.kev === undefined ? '' : one.kev.dateAdded || 'yes')],
  ['title', (one) => one.title ?? ''],
  ['url', (one) => linkOf(one) ?? ''],
  ['suppressed_by', (one) => one.suppressed?.by ?? ''],
  ['suppressed_reason', (one) => one.suppressed?.reason ?? ''],
  ['suppressed_until', (one) => one.suppressed?.until ?? ''],
];

/** Writes a header and one row per finding, worst first; suppressed ones too, with who let them go. Source: RFC 4180. */
export function* reportCsv(report: Report): Iterable<string> {
  yield `${columns.map(([name]) => name).join(',')}\r\n`;
  for (const finding of worstFirst(report.findings))
    yield `${columns.map(([, cell]) => csvCell(cell(finding))).join(',')}\r\n`;
}

/**
 * One cell. Spreadsheets run what begins with `=`, `+`, `-`, `@`, a tab or a carriage return; an apostrophe in front makes it text.
 * Sources: RFC 4180 section 2 (quotes are doubled); OWASP "CSV Injection".
 */
export function csvCell(text: string): string {
  const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

function scored(finding: Finding) {
  return finding.ratings.find((rating) => rating.score !== undefined && rating.severity === finding.severity);
}
