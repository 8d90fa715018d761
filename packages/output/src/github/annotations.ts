import type { Finding, Report, Severity } from '@assay/contract';
import { linkOf, noticesBesideRejected, worstFirst } from '../findings.ts';
import { summaryLine } from '../summary.ts';
import { plainText } from '../text/plain-text.ts';

type Command = 'error' | 'warning' | 'notice';

/** Nobody's rating is no reassurance: unknown warns. */
const commands: Readonly<Record<Severity, Command>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
  negligible: 'notice',
  none: 'notice',
  unknown: 'warning',
};

/**
 * Writes workflow commands of GitHub Actions, one per finding that counts, worst first: a step shows only its first ten of each kind.
 * Source: GitHub docs, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit packages/core/src/command.ts.
 */
export function* githubAnnotations(report: Report, now: Date): Iterable<string> {
  for (const finding of worstFirst(report.findings)) {
    if (finding.suppressed !== undefined) continue;
    const path = finding.package.locations[0]?.path;
    const title = `${finding.id} in ${finding.package.name} ${finding.package.version}`.trim();
    yield command(commands[finding.severity], { file: path, title }, sentence(finding));
  }
  for (const notice of noticesBesideRejected(report)) {
    if (notice.level === 'warning') yield command('warning', { title: notice.code }, plainText(notice.message));
  }
  if (report.rejected.length > 0) {
    const [first] = report.rejected;
    const text = `${report.rejected.length} could not be understood and were not judged; the first: ${first?.at}: ${first?.why}`;
    yield command('warning', { title: 'ENTRIES_REJECTED' }, plainText(text));
  }
  yield command('notice', { title: report.subject.name }, plainText(summaryLine(report, now)));
}

function sentence(finding: Finding): string {
  const { fixedIn } = finding;
  const fix = fixedIn.length > 0 ? `fixed in ${fixedIn.join(', ')}` : 'no fix known';
  const lines = [
    `${finding.severity}: ${finding.title ?? finding.id}`,
    `${finding.package.name} ${finding.package.version}: ${fix}`,
    linkOf(finding),
  ];
  return lines
    .filter((line) => line !== undefined)
    .map(plainText)
    .join('\n');
}

function command(name: Command, properties: Readonly<Record<string, string | undefined>>, message: string): string {
  const written = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${escapeProperty(plainText(value))}`],
  );
  return `::${name}${written.length === 0 ? '' : ` ${written.join(',')}`}::${escapeMessage(message)}\n`;
}

function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
