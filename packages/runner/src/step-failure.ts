import { AssayError, type ProblemCode } from '@assay/contract';
import type { FailureReason, StepFailureMessage, StepName } from '@assay/pipeline';

/** The class of each problem a step can meet; others are `Internal`. */
const reasons: Partial<Readonly<Record<ProblemCode, FailureReason>>> = {
  RESULTS_EMPTY: 'ResultsEmpty',
  RESULT_TRUNCATED: 'ReportTruncated',
  RESULT_INVALID: 'ReportInvalid',
  RESULTS_TOO_LARGE: 'ResultsTooLarge',
  RESULTS_REFUSED: 'ResultsRefused',
  LOCATION_INVALID: 'LocationInvalid',
  REFERENCE_INVALID: 'LocationInvalid',
  REGISTRY_UNREACHABLE: 'RegistryUnreachable',
  REGISTRY_DENIED: 'RegistryDenied',
  REGISTRY_BUSY: 'RegistryBusy',
  REGISTRY_TLS: 'RegistryFailed',
  REGISTRY_NOT_FOUND: 'RegistryFailed',
  REGISTRY_PROTOCOL: 'RegistryFailed',
  CERTIFICATES_INVALID: 'CertificatesInvalid',
  CREDENTIALS_UNUSABLE: 'CredentialsUnusable',
  MANIFEST_INVALID: 'RegistryFailed',
  MANIFEST_UNSUPPORTED: 'RegistryFailed',
  CONTENT_MISMATCH: 'RegistryFailed',
  CONTENT_TRUNCATED: 'RegistryFailed',
  OUTPUT_UNWRITABLE: 'WorkspaceUnwritable',
  FILE_UNREADABLE: 'ResultsRefused',
  INTERRUPTED: 'Interrupted',
};

/** Bytes of a failure's sentence as Tekton keeps it: a JSON text within a JSON text. With its frame it stays far below the 4096 bytes of a termination message. */
const longestSentence = 1500;

/** What a step says of what was thrown in it. An unknown error's own words may hold anything, so they are not passed on. */
export function toStepFailure(step: StepName, thrown: unknown, signal: AbortSignal): StepFailureMessage {
  if (signal.aborted && !(thrown instanceof AssayError && thrown.code !== 'REGISTRY_UNREACHABLE'))
    return { step, reason: 'Interrupted', message: 'the step was stopped before it was done', retry: 'later' };
  if (!(thrown instanceof AssayError)) {
    const name = thrown instanceof Error ? codeOf(thrown) : typeof thrown;
    return { step, reason: 'Internal', message: `a defect in this product (${name})`, retry: 'never' };
  }
  return {
    step,
    reason: reasons[thrown.code] ?? 'Internal',
    message: shorten(thrown.detail),
    retry: thrown.retry,
  };
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Cuts in the middle: what a sentence begins and ends with tells most. */
function shorten(text: string): string {
  const plain = text
    .slice(0, 4 * longestSentence)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .toWellFormed();
  let shown = plain;
  for (let half = 350; Buffer.byteLength(JSON.stringify(JSON.stringify(shown))) > longestSentence; half -= 50)
    shown = `${plain.slice(0, half).toWellFormed()} … ${plain.slice(-half).toWellFormed()}`;
  return shown;
}
