import { leavesOpen, type Report, severities } from '@assay/contract';
import { countFindings, countPackages } from './findings.ts';

const dayInMs = 24 * 60 * 60 * 1000;

/** The answer in one line: how many of what severity, how many can be fixed, what was let go, how old the data is. */
export function summaryLine(report: Report, now: Date): string {
  const counts = countFindings(report);
  const parts: string[] = [];
  if (counts.total === 0) {
    const packages = plural(countPackages(report).known, 'package', 'packages');
    // "Nothing known" must not sound like "nothing wrong" where something was not looked at.
    const isOpen = report.notices.some(leavesOpen);
    parts.push(
      isOpen ? `no finding in ${packages}, but not all could be checked` : `no known vulnerabilities in ${packages}`,
    );
  } else {
    const bySeverity = severities
      .filter((severity) => counts.bySeverity[severity] > 0)
      .map((severity) => `${counts.bySeverity[severity]} ${severity}`);
    parts.push(`${plural(counts.total, 'finding', 'findings')}: ${bySeverity.join(', ')}`);
    parts.push(`${counts.fixable} fixable`);
  }
  if (counts.suppressed > 0) parts.push(`${counts.suppressed} suppressed`);
  parts.push(dataAge(report, now));
  return parts.join(' · ');
}

/** How old the vulnerability data is, in words. */
export function dataAge(report: Report, now: Date): string {
  const { data } = report;
  if (data === undefined) return `data of unknown age (${report.scanner.name})`;
  const kind = data.kind === 'starter' ? 'starter data' : 'data';
  const asOf = Date.parse(data.asOf);
  if (Number.isNaN(asOf)) return `${kind} of unknown age`;
  const day = new Date(asOf).toISOString().slice(0, 10);
  const days = Math.floor((now.getTime() - asOf) / dayInMs);
  const age = days < 0 ? 'in the future' : days === 0 ? 'today' : `${plural(days, 'day', 'days')} old`;
  return `${kind} of ${day} (${age})`;
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
