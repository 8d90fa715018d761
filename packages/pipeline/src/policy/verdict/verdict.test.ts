import type { Notice, Report, Severity } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { aFinding } from '../a-finding.ts';
import { decideVerdict, isFixable, type VerdictInput } from './decide-verdict.ts';
import { exitCodeOf, type Outcome } from './exit-code.ts';

const now = new Date('2026-11-25T12:00:00Z');
const of = (severity: Severity) => aFinding({ severity });
const aReport = (parts: Partial<Report> = {}): Report => ({
  schema: 'https://assay.dev/schemas/report/v1',
  subject: { kind: 'image', name: 'app' },
  scanner: { name: 'assay', version: '0.1.0' },
  data: { kind: 'full', asOf: '2026-11-24T12:00:00Z', schema: 1, records: 10 },
  scannedAt: '2026-11-25T12:00:00Z',
  packageCounts: {},
  findings: [],
  rejected: [],
  notices: [],
  ...parts,
});
const decide = (parts: Partial<Report>, rest: Partial<VerdictInput> = {}) => {
  const { verdict, reasons } = decideVerdict({ report: aReport(parts), now, ...rest });
  return [verdict, ...reasons.map((reason) => reason.check)];
};
const notice = (code: Notice['code'], level: Notice['level'] = 'warning'): Notice => ({ code, level, message: 'x' });
const oldData = { kind: 'full', asOf: '2026-11-15T12:00:00Z', schema: 1, records: 1 } as const;
const suppressed = { by: 'ignore', reason: 'r', source: 's' } as const;

describe('a verdict', () => {
  const cases: readonly (readonly [
    name: string,
    report: Partial<Report>,
    rest: Partial<VerdictInput>,
    want: string[],
  ])[] = [
    ['is clean where nothing was asked for', { findings: [of('critical')] }, {}, ['clean']],
    ['violates at the threshold', { findings: [of('high')] }, { failOn: 'high' }, ['violating', 'severityReached']],
    [
      'violates above the threshold',
      { findings: [of('critical')] },
      { failOn: 'high' },
      ['violating', 'severityReached'],
    ],
    ['is clean below the threshold', { findings: [of('medium')] }, { failOn: 'high' }, ['clean']],
    ['does not count what is suppressed', { findings: [aFinding({ suppressed })] }, { failOn: 'low' }, ['clean']],
    [
      'counts only what can be fixed when asked so',
      { findings: [aFinding({ fixState: 'not-fixed', fixedIn: [] })] },
      { failOn: 'low', onlyFixed: true },
      ['clean'],
    ],
    [
      'is open about an unknown severity',
      { findings: [of('unknown')] },
      { failOn: 'critical' },
      ['undecided', 'severityUnknown'],
    ],
    [
      'violates on any finding with fail-on unknown',
      { findings: [of('unknown')] },
      { failOn: 'unknown' },
      ['violating', 'severityReached'],
    ],
    [
      'lets a violation outrank an open question',
      { findings: [of('unknown'), of('critical')] },
      { failOn: 'high' },
      ['violating', 'severityReached', 'severityUnknown'],
    ],
    [
      'is open when the data is older than allowed',
      { data: oldData },
      { maxDbAgeDays: 5 },
      ['undecided', 'dataOlderThanAllowed'],
    ],
    ['tolerates old data without a limit', { data: oldData }, { failOn: 'high' }, ['clean']],
    ['tolerates data that is exactly as old as allowed', { data: oldData }, { maxDbAgeDays: 10 }, ['clean']],
    [
      'is open when the age is unreadable',
      { data: { ...oldData, asOf: 'soon' } },
      { maxDbAgeDays: 5 },
      ['undecided', 'dataOfUnknownAge'],
    ],
    [
      'is open when the data is from the future',
      { data: { ...oldData, asOf: '2027-01-01T00:00:00Z' } },
      { maxDbAgeDays: 5 },
      ['undecided', 'dataOfUnknownAge'],
    ],
    [
      'is open when the scan itself says the data is too old',
      { notices: [notice('DATA_TOO_OLD')] },
      {},
      ['undecided', 'dataDeclaredTooOld'],
    ],
    [
      'says once that data is too old',
      { data: oldData, notices: [notice('DATA_TOO_OLD')] },
      { maxDbAgeDays: 5 },
      ['undecided', 'dataOlderThanAllowed'],
    ],
    [
      'is open where a part was not judged',
      { notices: [notice('DISTRO_NOT_COVERED')] },
      { failOn: 'high' },
      ['undecided', 'partNotJudged'],
    ],
    ['does not mind a part not judged without a gate', { notices: [notice('DISTRO_NOT_COVERED')] }, {}, ['clean']],
    [
      'does not mind mere information',
      { notices: [notice('NO_DATA_FOR_ECOSYSTEM', 'info')] },
      { failOn: 'high' },
      ['clean'],
    ],
    [
      'minds the notices of ignore and VEX files',
      {},
      { failOn: 'high', notices: [notice('ENTRIES_REJECTED')] },
      ['undecided', 'partNotJudged'],
    ],
  ];
  for (const [name, report, rest, want] of cases) it(name, () => expect(decide(report, rest)).toEqual(want));

  it('is open when a scanner does not tell its data', () => {
    const { data: _, ...report } = aReport();
    expect(decideVerdict({ report, now, maxDbAgeDays: 5 }).verdict).toBe('undecided');
  });

  it('counts in its sentence', () => {
    const message = (findings: Report['findings'], onlyFixed = false) =>
      decideVerdict({ report: aReport({ findings }), now, failOn: 'high', onlyFixed }).reasons[0]?.message;
    expect(message([of('high')])).toBe('1 finding is high or worse');
    expect(message([of('high'), of('critical')], true)).toBe('2 findings are high or worse and fixable');
  });

  it('takes a known version for a fix even where the state says nothing', () => {
    expect(isFixable(aFinding({ fixState: 'unknown', fixedIn: ['2'] }))).toBe(true);
    expect(isFixable(aFinding({ fixState: 'wont-fix', fixedIn: [] }))).toBe(false);
  });
});

describe('the exit code', () => {
  // Issue 3: "0 clean, 1 error, 2 usage, 3 threshold or policy violated, 4 undecided; when several apply: 2, 1, 3, 4, 0".
  const cases: readonly (readonly [outcomes: Outcome[], code: number])[] = [
    [[], 0],
    [['clean'], 0],
    [['error'], 1],
    [['usage'], 2],
    [['violating'], 3],
    [['undecided'], 4],
    [['clean', 'undecided'], 4],
    [['undecided', 'violating', 'clean'], 3],
    [['violating', 'error', 'undecided'], 1],
    [['error', 'usage', 'violating'], 2],
  ];
  for (const [outcomes, code] of cases) {
    it(`of ${outcomes.join(' and ') || 'nothing'} is ${code}`, () => expect(exitCodeOf(outcomes)).toBe(code));
  }
});
