import type { FindingRow } from '@assay/store';

/** Column names are stable; new ones are added at the end. */
const columns: readonly (readonly [name: string, cell: (finding: FindingRow) => string])[] = [
  ['cve', (one) => one.cve],
  ['severity', (one) => one.severity],
  ['package', (one) => one.package.name],
  ['version', (one) => one.package.version],
  ['fixed_in', (one) => one.fixedIn.join(' ')],
  ['purl', (one) => one.package.purl],
  ['artifact_kind', (one) => one.artifact.kind],
  ['registry', (one) => one.artifact.host],
  ['organization', (one) => one.artifact.organization],
  ['name', (one) => one.artifact.name],
  ['digest', (one) => one.artifact.digest],
  ['first_seen', (one) => one.firstSeen?.toISOString() ?? ''],
  ['last_seen', (one) => one.lastSeen?.toISOString() ?? ''],
  ['fixed_at', (one) => one.fixedAt?.toISOString() ?? ''],
  ['state', (one) => one.triage?.state ?? ''],
  ['justification', (one) => one.triage?.justification ?? ''],
  ['comments', (one) => one.triage?.comments ?? ''],
  ['decided_by', (one) => one.triage?.by ?? ''],
  ['carried_from', (one) => one.triage?.carriedFrom?.digest ?? ''],
];

/** A header and one row a finding. Source: RFC 4180. */
export async function* toCsv(findings: AsyncIterable<FindingRow>): AsyncGenerator<string> {
  yield `${columns.map(([name]) => name).join(',')}\r\n`;
  for await (const finding of findings) yield `${columns.map(([, cell]) => csvCell(cell(finding))).join(',')}\r\n`;
}

/**
 * One cell. Spreadsheets run what begins with `=`, `+`, `-`, `@`, a tab or a carriage return; an apostrophe in front makes it text.
 * Source: OWASP "CSV Injection".
 */
function csvCell(text: string): string {
  const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
