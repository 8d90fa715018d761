import type { FailureReason as StepFailureReason } from '../publish/step-words.ts';

/** What a failure means for the rest of the scan. */
interface FailureEntry {
  /** One sentence for the condition; what is known besides follows it. */
  readonly sentence: string;
  /** Whether another attempt may go better: only where the cause lies outside the scan. */
  readonly retry: boolean;
}

const final = (sentence: string): FailureEntry => ({ sentence, retry: false });
const passing = (sentence: string): FailureEntry => ({ sentence, retry: true });

/**
 * Every way a scan can fail, by the reason of its `Succeeded` condition. The set is closed: adding one is a change of the interface.
 * `docs/reference/scan-status.md` lists them; a test holds both equal.
 */
export const failures = {
  // Before a step runs
  ImageNotFound: final('The image of a step does not exist.'),
  ImageDenied: final('The image of a step may not be pulled.'),
  ImageUnavailable: final('The image of a step cannot be pulled.'),
  WrongArchitecture: final('The image of a step is made for another kind of machine.'),
  ServiceAccountMissing: final('A service account of the scan does not exist.'),
  SecretMissing: final('A secret or config map of the scan does not exist.'),
  PodSecurityRestricted: final('The namespace enforces Pod Security, and the pod would be refused.'),
  RunRefused: final('The cluster refuses the run.'),
  TektonWebhookDown: final('The webhook of Tekton does not answer.'),
  ApiUnavailable: final('The API server did not take the run.'),
  NamespaceTerminating: final('The namespace is being deleted.'),
  StartTimedOut: final('The pod did not start in time.'),
  // While the scanner runs
  ScannerFailed: final('The scanner ended with an error.'),
  OutOfMemory: final('A step used more memory than it may.'),
  TimedOut: final('The scan did not end in time.'),
  Evicted: passing('The pod was evicted from its node.'),
  NodeLost: passing('The node of the pod was lost.'),
  SetupFailed: final('A step that prepares the scan failed.'),
  CertificatesInvalid: final('The trusted certificates are not valid.'),
  WorkspaceUnwritable: final('The workspace cannot be written.'),
  Interrupted: final('A step was interrupted.'),
  Internal: final('A step of ours has a defect.'),
  // While the results are published
  ResultsEmpty: final('The scanner wrote no file into the results folder.'),
  ReportTruncated: final('The report ends in its middle.'),
  ReportInvalid: final('No file in the results folder is a valid report.'),
  ResultsTooLarge: final('The results are larger than is allowed.'),
  ResultsRefused: final('The results folder holds what cannot be published.'),
  LocationInvalid: final('The location of the results is not valid.'),
  RegistryUnreachable: final('The registry of the results does not answer.'),
  RegistryBusy: passing('The registry of the results is busy.'),
  RegistryFailed: passing('The registry of the results fails.'),
  RegistryDenied: final('The registry of the results refuses the publisher.'),
  CredentialsUnusable: final('The publisher’s account has no usable registry credentials.'),
  PublishFailed: final('The results were not published.'),
  // By somebody’s hand
  RunCancelled: final('The run was cancelled.'),
  RunDeleted: final('The run was deleted.'),
  // What nobody has named yet
  Failed: final('The run failed.'),
} as const satisfies Record<StepFailureReason, FailureEntry> & Record<string, FailureEntry>;

export type ScanFailureReason = keyof typeof failures;

/** A failure that was understood, with what is known about it. */
export interface Failure {
  readonly reason: ScanFailureReason;
  /** What is known besides the sentence of the catalogue; may be empty. */
  readonly detail: string;
  /** Whether the user's steps had all ended well. */
  readonly scanned: boolean;
}

export const isFailureReason = (word: string): word is ScanFailureReason => Object.hasOwn(failures, word);

export const mayRetry = (reason: ScanFailureReason): boolean => failures[reason].retry;

/** The sentence for a condition or an Event. */
export function failureText({ reason, detail }: Pick<Failure, 'reason' | 'detail'>): string {
  const { sentence } = failures[reason];
  return detail === '' ? sentence : `${sentence.replace(/\.$/, '')}: ${detail}`;
}
