import { type Finding, type Inventory, type Report, severities } from '@assay/contract';
import pc from 'picocolors';
import { countPackages, noticesBesideRejected } from '../findings.ts';
import { plural, summaryLine } from '../summary.ts';
import { plainText } from '../text/plain-text.ts';
import { groupFindings } from './group-findings.ts';
import { type Colors, headingLine, planColumns, rowLine, stackedLines } from './lay-out.ts';
import { type Row, toRow } from './to-row.ts';

export interface TableOptions {
  readonly color: boolean;
  /** Columns of the terminal; `Infinity` where there is none. */
  readonly width: number;
  /** Show what was let go, and why, instead of only counting it. */
  readonly showSuppressed: boolean;
  readonly now: Date;
}

/** The least of a verdict that is shown. */
export interface VerdictLike {
  readonly verdict: 'clean' | 'violating' | 'undecided';
  readonly reasons: readonly { readonly means: 'violating' | 'undecided'; readonly message: string }[];
}

const mostRejected = 5;
const leastWidth = 40;

/** Writes a report for people: what was scanned, findings in groups, what could not be judged, one summary line. */
export function* reportTable(
  input: { readonly report: Report; readonly inventory: Inventory; readonly verdict?: VerdictLike },
  options: TableOptions,
): Iterable<string> {
  const { report, inventory, verdict } = input;
  const colors = pc.createColors(options.color);
  const width = Math.max(leastWidth, options.width);
  yield* heading(report, colors);
  const counting = report.findings.filter((finding) => finding.suppressed === undefined);
  const rows = new Map(report.findings.map((finding) => [finding, toRow(finding)] as const));
  for (const group of groupFindings(counting, report, inventory))
    yield* block(group.title, group.findings, rows, width, colors);
  const letGo = report.findings.filter((finding) => finding.suppressed !== undefined);
  if (options.showSuppressed && letGo.length > 0) yield* suppressedBlock(letGo, rows, width, colors);
  yield* rejectedBlock(report, colors);
  yield* notices(report, colors);
  yield `${colors.bold(plainText(summaryLine(report, options.now)))}\n`;
  if (letGo.length > 0 && !options.showSuppressed)
    yield colors.dim(`${plural(letGo.length, 'finding is', 'findings are')} let go: --show-suppressed says why\n`);
  for (const reason of verdict?.reasons ?? []) {
    const word = reason.means === 'violating' ? colors.red('violating') : colors.yellow('undecided');
    yield `${word}: ${plainText(reason.message)}\n`;
  }
}

function* heading(report: Report, colors: Colors): Iterable<string> {
  const { subject, distro } = report;
  const facts = [subject.platform, subject.digest?.slice(0, 19)].filter((one) => one !== undefined);
  const name = plainText(subject.version === undefined ? subject.name : `${subject.name} ${subject.version}`);
  yield `${colors.bold(name)}${facts.length === 0 ? '' : ` (${plainText(facts.join(', '))})`}\n`;
  const kinds = Object.entries(report.packageCounts)
    .filter(([type, count]) => count > 0 && type !== 'none')
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const { known, unidentified } = countPackages(report);
  const packages = plural(known, 'package', 'packages');
  const listed = kinds.length > 1 ? `: ${kinds.map(([type, count]) => `${type} ${count}`).join(', ')}` : '';
  const system = distro === undefined ? undefined : (distro.prettyName ?? `${distro.id} ${distro.version}`.trim());
  yield `${plainText([system, packages + listed, unidentified === 0 ? undefined : `${unidentified} unidentified`].filter((one) => one !== undefined).join(' · '))}\n\n`;
}

function* block(
  title: string,
  findings: readonly Finding[],
  rows: ReadonlyMap<Finding, Row>,
  width: number,
  colors: Colors,
): Iterable<string> {
  yield `${colors.bold(plainText(title))} · ${inWords(findings)}\n`;
  const own = findings.flatMap((finding) => rows.get(finding) ?? []);
  const columns = planColumns(own, width);
  if (columns === undefined) {
    for (const row of own) yield `${stackedLines(row, width, colors).join('\n')}\n`;
  } else {
    yield `${headingLine(columns, colors)}\n`;
    for (const row of own) yield `${rowLine(row, columns, colors)}\n`;
  }
  yield '\n';
}

function* suppressedBlock(
  findings: readonly Finding[],
  rows: ReadonlyMap<Finding, Row>,
  width: number,
  colors: Colors,
): Iterable<string> {
  yield `${colors.bold('Suppressed')} · ${inWords(findings)}\n`;
  for (const finding of findings) {
    const row = rows.get(finding);
    if (row === undefined) continue;
    // The reason is why one asked for them: it has a line of its own and is not cut.
    yield `${stackedLines(row, width, colors).join('\n')}\n            ${colors.dim(row.title)}\n`;
  }
  yield '\n';
}

function inWords(findings: readonly Finding[]): string {
  const parts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return `${plural(findings.length, 'finding', 'findings')}: ${parts.join(', ')}`;
}

function* rejectedBlock(report: Report, colors: Colors): Iterable<string> {
  const { rejected } = report;
  if (rejected.length === 0) return;
  const what = plural(rejected.length, 'entry', 'entries');
  yield colors.yellow(`${what} could not be understood and ${rejected.length === 1 ? 'was' : 'were'} not judged:\n`);
  for (const one of rejected.slice(0, mostRejected)) yield `  ${plainText(one.at)}: ${plainText(one.why)}\n`;
  if (rejected.length > mostRejected) yield `  … and ${rejected.length - mostRejected} more: see -o json\n`;
  yield '\n';
}

function* notices(report: Report, colors: Colors): Iterable<string> {
  const all = noticesBesideRejected(report);
  for (const notice of all) {
    const word = notice.level === 'warning' ? colors.yellow('warning') : colors.dim('note');
    yield `${word}: ${plainText(notice.message)}\n`;
  }
  if (all.length > 0) yield '\n';
}
