import { AssayError } from '@assay/contract';
import { reportNameEnds, reportRank } from '@assay/pipeline';
import type { ResultFile } from './collect-files.ts';
import type { ReportReading } from './read-report.ts';

type Readable = Extract<ReportReading, { is: 'report' }>;

/** A results file that is a report. */
export interface FoundReport {
  readonly file: ResultFile;
  readonly reading: Readable;
}

/** A file that should be a report, or begins as one, and is none. */
export interface BadReport {
  readonly name: string;
  readonly is: 'truncated' | 'invalid';
  readonly why: string;
}

/** What the results turned out to be. */
export interface Chosen {
  /** The most liked first: by name, then those with findings, then by name again. */
  readonly reports: readonly [FoundReport, ...FoundReport[]];
  readonly bad: readonly BadReport[];
}

/** A file and what reading it gave. */
export interface ReadFile {
  readonly file: ResultFile;
  readonly reading: ReportReading;
}

/** The order in which files are looked at: those whose names promise a report first. */
export function inReadingOrder(files: readonly ResultFile[]): readonly ResultFile[] {
  return files.toSorted((a, b) => reportRank(a.name) - reportRank(b.name) || compareText(a.name, b.name));
}

/**
 * Tells reports from the rest. Every file that parses counts, whatever its name; one whose name promises a report and that is none is bad.
 * Source: the Scan 2.0 contract, open question 7. Throws RESULT_TRUNCATED, RESULT_INVALID when no file is a report.
 */
export function chooseReports(read: readonly ReadFile[]): Chosen {
  const reports = read
    .flatMap(({ file, reading }) => (reading.is === 'report' ? [{ file, reading }] : []))
    .toSorted(
      (a, b) =>
        Number(b.reading.findings > 0) - Number(a.reading.findings > 0) ||
        reportRank(a.file.name) - reportRank(b.file.name) ||
        compareText(a.file.name, b.file.name),
    );
  const bad = read.flatMap(({ file, reading }) => toBad(file.name, reading) ?? []);
  const [best, ...others] = reports;
  if (best === undefined) throw noReport(read.length, bad);
  return { reports: [best, ...others], bad };
}

function toBad(name: string, reading: ReportReading): BadReport | undefined {
  if (reading.is === 'report') return undefined;
  if (reading.is !== 'other') return { name, is: reading.is, why: reading.why };
  return reportRank(name) < reportNameEnds.length ? { name, is: 'invalid', why: reading.why } : undefined;
}

function noReport(count: number, bad: readonly BadReport[]): AssayError {
  const files = count === 1 ? 'the one file of the results is' : `none of the ${count} files of the results is`;
  if (bad.length === 0)
    return new AssayError(
      'RESULT_INVALID',
      `${files} ${count === 1 ? 'neither' : 'either'} CycloneDX ${count === 1 ? 'nor' : 'or'} SPDX`,
    );
  const said = bad.slice(0, 3).map(({ name, is, why }) => {
    const what = is === 'truncated' ? 'ends in its middle' : 'is not valid';
    return `${JSON.stringify(name.slice(0, 120))} ${what}: ${why.slice(0, 160)}`;
  });
  const more = bad.length > 3 ? `; and ${bad.length - 3} more` : '';
  const code = bad.some(({ is }) => is === 'truncated') ? 'RESULT_TRUNCATED' : 'RESULT_INVALID';
  return new AssayError(code, said.join('; ') + more);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
