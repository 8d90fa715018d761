import { type Finding, leavesOpen, type Notice, type Report, reaches, type Severity } from '@assay/contract';

/** Everything a verdict looks at. */
export interface VerdictInput {
  readonly report: Report;
  /** The least severity that may not be there. Without it findings alone violate nothing. `unknown` means: no finding at all. */
  readonly failOn?: Severity;
  /** Count only findings that a newer version fixes. */
  readonly onlyFixed?: boolean;
  /** Days; vulnerability data older than this leaves the answer open. */
  readonly maxDbAgeDays?: number;
  readonly now: Date;
  /** Notices beside the report's own: of ignore and VEX files. */
  readonly notices?: readonly Notice[];
}

export interface VerdictReason {
  /** Name of the check that says so: stable. */
  readonly check: string;
  readonly means: 'violating' | 'undecided';
  /** One sentence for a person. */
  readonly message: string;
}

export interface Verdict {
  readonly verdict: 'clean' | 'violating' | 'undecided';
  /** Why; empty when clean. Violations first. */
  readonly reasons: readonly VerdictReason[];
}

/**
 * Whether a scan passes the gate that was asked for. A violation outranks an open question; an open question is never fine.
 * Pure: same input, same verdict.
 */
export function decideVerdict(input: VerdictInput): Verdict {
  return verdictOf(checks.flatMap((check) => check(input) ?? []));
}

/** What reasons come to: a violation outranks an open question, and without a reason all is well. */
export function verdictOf(reasons: readonly VerdictReason[]): Verdict {
  const violations = reasons.filter((reason) => reason.means === 'violating');
  const open = reasons.filter((reason) => reason.means === 'undecided');
  const verdict = violations.length > 0 ? 'violating' : open.length > 0 ? 'undecided' : 'clean';
  return { verdict, reasons: [...violations, ...open] };
}

type Check = (input: VerdictInput) => VerdictReason | undefined;

/** Each looks for one thing and tolerates every input; all are asked. docs/guide/output.md, "Exit codes", lists them. */
const checks: readonly Check[] = [
  severityReached,
  severityUnknown,
  dataOlderThanAllowed,
  dataOfUnknownAge,
  dataDeclaredTooOld,
  partNotJudged,
];

function severityReached(input: VerdictInput): VerdictReason | undefined {
  const { failOn } = input;
  if (failOn === undefined) return undefined;
  const count = counted(input).filter((finding) => failOn === 'unknown' || reaches(finding.severity, failOn)).length;
  if (count === 0) return undefined;
  const level = failOn === 'unknown' ? 'of any severity' : failOn === 'critical' ? 'critical' : `${failOn} or worse`;
  const fixable = input.onlyFixed === true ? ' and fixable' : '';
  return {
    check: 'severityReached',
    means: 'violating',
    message: `${plural(count, 'finding is', 'findings are')} ${level}${fixable}`,
  };
}

function severityUnknown(input: VerdictInput): VerdictReason | undefined {
  if (input.failOn === undefined || input.failOn === 'unknown') return undefined;
  const count = counted(input).filter((finding) => finding.severity === 'unknown').length;
  if (count === 0) return undefined;
  return {
    check: 'severityUnknown',
    means: 'undecided',
    message: `nobody has rated the severity of ${plural(count, 'finding', 'findings')}`,
  };
}

function dataOlderThanAllowed({ report, maxDbAgeDays, now }: VerdictInput): VerdictReason | undefined {
  const age = ageInDays(report, now);
  if (maxDbAgeDays === undefined || age === undefined || age <= maxDbAgeDays) return undefined;
  const message = `the vulnerability data is ${plural(Math.floor(age), 'day', 'days')} old, more than the ${maxDbAgeDays} allowed`;
  return { check: 'dataOlderThanAllowed', means: 'undecided', message };
}

/** Another scanner's report does not say; a date that lies in the future says nothing either. */
function dataOfUnknownAge({ report, maxDbAgeDays, now }: VerdictInput): VerdictReason | undefined {
  if (maxDbAgeDays === undefined || ageInDays(report, now) !== undefined) return undefined;
  return { check: 'dataOfUnknownAge', means: 'undecided', message: 'the age of the vulnerability data is not known' };
}

function dataDeclaredTooOld(input: VerdictInput): VerdictReason | undefined {
  if (!noticesOf(input).some((notice) => notice.code === 'DATA_TOO_OLD') || dataOlderThanAllowed(input) !== undefined)
    return undefined;
  return { check: 'dataDeclaredTooOld', means: 'undecided', message: 'the vulnerability data is too old' };
}

function partNotJudged(input: VerdictInput): VerdictReason | undefined {
  if (input.failOn === undefined) return undefined;
  const found = noticesOf(input).filter(leavesOpen);
  const codes = [...new Set(found.map((notice) => notice.code))];
  if (codes.length === 0) return undefined;
  return { check: 'partNotJudged', means: 'undecided', message: `a part could not be judged (${codes.join(', ')})` };
}

function counted({ report, onlyFixed }: VerdictInput): readonly Finding[] {
  return report.findings.filter(
    (finding) => finding.suppressed === undefined && (onlyFixed !== true || isFixable(finding)),
  );
}

/** Whether a version is known that fixes the finding. */
export function isFixable(finding: Finding): boolean {
  return finding.fixState === 'fixed' || finding.fixedIn.length > 0;
}

function noticesOf({ report, notices }: VerdictInput): readonly Notice[] {
  return [...report.notices, ...(notices ?? [])];
}

const dayInMs = 24 * 60 * 60 * 1000;

/** Clocks of two machines differ; a day ahead is now, more is a mistake. */
function ageInDays(report: Report, now: Date): number | undefined {
  const asOf = report.data === undefined ? Number.NaN : Date.parse(report.data.asOf);
  const age = (now.getTime() - asOf) / dayInMs;
  return Number.isNaN(age) || age < -1 ? undefined : Math.max(0, age);
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
