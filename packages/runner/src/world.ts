import type { ImageReference } from '@assay/contract';
import type { RegistryOptions, RegistryRepository } from '@assay/oci';
import type { ReportReader } from './publisher/read-report.ts';

/** Facts of a log line. Never a secret. */
export type Facts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Where the steps speak. Messages are static; what varies is in the facts. */
export interface StepLog {
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  /** A line exactly as it is, for people who look for its very words. */
  line(text: string): void;
}

/** The web's `fetch`, as far as the keychains need it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The steps' way to everything outside the pod's files. */
export interface StepWorld {
  readonly log: StepLog;
  readonly signal: AbortSignal;
  readonly fetch: Fetch;
  /** Opens a repository; `openRegistry` of @assay/oci when absent. */
  openRepository?(reference: ImageReference, options: RegistryOptions): RegistryRepository;
  /** Reads one results file, away from this thread where that matters. */
  readonly readReport: ReportReader;
  now(): Date;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}
