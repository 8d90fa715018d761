import type { Digest } from './digest.ts';
import type { ReadDocument } from './report.ts';

/** What to scan: the parsed target of a command line, or of a resource. */
export type Target =
  | { readonly kind: 'registry'; readonly reference: string }
  | { readonly kind: 'oci-layout'; readonly path: string; readonly selector?: string }
  | { readonly kind: 'archive'; readonly path: string; readonly selector?: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'sbom'; readonly path: string };

/** A wish, checked: the same shape from a command line and, later, from a resource. */
export interface ScanRequest {
  readonly target: Target;
  readonly scanner: string;
  readonly platform?: string;
  readonly digest?: Digest;
  /** Vulnerability data of the scanner, where it can be told. */
  readonly offline: boolean;
}

/** One program to run: no shell, arguments as given. */
export interface ScanPlan {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** File the report is written to, relative to the workspace; standard output when absent. */
  readonly reportFile?: string;
  /** Exit codes that still mean a report was written. */
  readonly okExitCodes: readonly number[];
}

/** A tool that turns a target into findings. One folder per scanner; the folder's name is the id. */
export interface Scanner {
  readonly id: string;
  /** Target kinds it can read. */
  readonly reads: readonly Target['kind'][];
  /** What to run. Pure: same request, same plan. Throws OPTION_INVALID for a target it cannot read. */
  plan(request: ScanRequest): ScanPlan;
  /** What the run found. Throws REPORT_UNREADABLE rather than return half an answer. */
  read(report: Uint8Array): Promise<ReadDocument>;
}
