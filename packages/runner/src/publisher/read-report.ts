import type { ReadDocument } from '@assay/contract';

/** One results file to read, and what to make of it. */
export interface ReportTask {
  readonly path: string;
  /** Bytes of the largest file that is read. */
  readonly maxBytes: number;
  /** Where the normalised report and the in-toto statement go; left out, none is made. */
  readonly make?: {
    readonly reportFile: string;
    readonly statementFile: string;
    /** The scanned image: its name without digest, and its digest. */
    readonly image: { readonly name: string; readonly digest: string };
    /** The scanner's name as people know it; `''` takes the document's. */
    readonly scannerName: string;
    /** RFC 3339, for documents that do not say when they were made. */
    readonly writtenAt: string;
  };
}

/** What a results file turned out to be. */
export type ReportReading =
  | {
      readonly is: 'report';
      readonly format: ReadDocument['format'];
      readonly packages: number;
      readonly findings: number;
      /** Entries that could not be understood. */
      readonly rejected: number;
    }
  /** Neither CycloneDX nor SPDX. */
  | { readonly is: 'other'; readonly why: string }
  | { readonly is: 'truncated' | 'invalid'; readonly why: string };

/** Reads a results file. Resolves for whatever the file holds; throws only when reading itself fails. */
export type ReportReader = (task: ReportTask, signal: AbortSignal) => Promise<ReportReading>;

/** Reads a results file in this thread. The readers of documents are loaded at first use. Throws OUTPUT_UNWRITABLE, INTERRUPTED. */
export const readReportHere: ReportReader = async (task, signal) =>
  (await import('./read-report-file.ts')).readReportFile(task, signal);
