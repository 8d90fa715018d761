import { compareSeverity, type Finding, type Notice, type Report, type Severity, severities } from '@assay/contract';

/** Numbers of a report that several formats show. */
export interface Counts {
  /** Findings that count. */
  readonly total: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly fixable: number;
  readonly suppressed: number;
}

/** Whether a version is known that fixes the finding. */
export function hasFix(finding: Finding): boolean {
  return finding.fixState === 'fixed' || finding.fixedIn.length > 0;
}

/** Counts what counts, and what was let go. */
export function countFindings(report: Report): Counts {
  const bySeverity = Object.fromEntries(severities.map((one) => [one, 0])) as Record<Severity, number>; // every key is set
  let fixable = 0;
  let suppressed = 0;
  for (const finding of report.findings) {
    if (finding.suppressed !== undefined) {
      suppressed += 1;
      continue;
    }
    bySeverity[finding.severity] += 1;
    if (hasFix(finding)) fixable += 1;
  }
  return { total: report.findings.length - suppressed, bySeverity, fixable, suppressed };
}

/** Worst first; of equally bad ones those known to be exploited, then by package and id. A total order: output never depends on chance. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      compareSeverity(a.severity, b.severity) ||
      Number(b.kev !== undefined) - Number(a.kev !== undefined) ||
      order(a.package.name, b.package.name) ||
      order(a.package.version, b.package.version) ||
      // Newer ids first, as reports have them.
      order(b.id, a.id) ||
      order(a.package.ref, b.package.ref),
  );
}

/** By code unit: the same on every machine, whatever its language. */
export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The best link to read on: of the evidence, else the first http one. */
export function linkOf(finding: Finding): string | undefined {
  const links = [...finding.evidence.map((one) => one.url), ...finding.urls];
  return links.find((url) => url !== undefined && /^https?:\/\/[^\s]+$/i.test(url));
}

/** Packages that have a package URL, and so could be looked up; the others are counted apart. */
export function countPackages(report: Report): { readonly known: number; readonly unidentified: number } {
  const { none = 0, ...others } = report.packageCounts;
  return { known: Object.values(others).reduce((sum, count) => sum + count, 0), unidentified: none };
}

/** Notices but for the one on rejected entries, where the format shows the entries themselves. */
export function noticesBesideRejected(report: Report): readonly Notice[] {
  const [first] = report.rejected;
  return report.notices.filter(
    ({ code, message }) =>
      code !== 'ENTRIES_REJECTED' || first === undefined || !message.includes(`${first.at}: ${first.why}`),
  );
}
