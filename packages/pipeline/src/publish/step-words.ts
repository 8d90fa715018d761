/** The steps of ours in a scan pod: the word after the runner's entry point. */
export const stepNames = ['workspace-setup', 'write-certs', 'cred-helper', 'publisher'] as const;
export type StepName = (typeof stepNames)[number];

/** Names of the environment by which a pod tells our steps what to do: the planner writes them, apps/runner reads them. */
export const stepVariables = {
  /** The scanned image: `$(params.image)`. Publisher; cred-helper takes its registry from it. */
  image: 'ASSAY_IMAGE',
  /** `spec.scanResults.location`. Publisher; cred-helper takes its registry from it. */
  location: 'ASSAY_RESULTS_LOCATION',
  /** `$(params.scan-results-path)`; default `/workspace/scan-results`. */
  resultsPath: 'ASSAY_RESULTS_PATH',
  /** `$(params.trusted-ca-certs)`: PEM, may be empty. */
  trustedCerts: 'ASSAY_TRUSTED_CA_CERTS',
  /** Names of `spec.activeKeychains`, comma-separated. */
  keychains: 'ASSAY_KEYCHAINS',
  /** More registries whose keychain credentials are wanted, comma-separated: those of the steps' images. */
  registries: 'ASSAY_REGISTRIES',
  /** Folders of mounted secrets with registry credentials, comma-separated; `HOST=/folder` for one of `username` and `password`. In the publisher they replace DOCKER_CONFIG. */
  credentialFolders: 'ASSAY_CREDENTIAL_FOLDERS',
  /** Registries that speak plain http or show certificates nobody vouches for, comma-separated. */
  insecureRegistries: 'ASSAY_INSECURE_REGISTRIES',
  /** `repo@sha256:…` of a bundle that is published again at the location, instead of the results folder: an equal scan has found the answer. */
  copyFrom: 'ASSAY_COPY_FROM',
  /** The scanner's name as people know it: annotation `…/scanner-name`. */
  scannerName: 'ASSAY_SCANNER_NAME',
  /** `false` leaves out the second object beside the scanned image. */
  attach: 'ASSAY_ATTACH_RESULT',
  /** Bytes of the largest single results file, default 104857600. */
  fileLimit: 'ASSAY_LIMIT_FILE_BYTES',
  /** Bytes of all results files, default 268435456. */
  totalLimit: 'ASSAY_LIMIT_TOTAL_BYTES',
  /** Files the results publisher writes: `$(results.NAME.path)`. Left out ones are not written. */
  scanResultFile: 'ASSAY_RESULT_SCAN_RESULT',
  scannedImageFile: 'ASSAY_RESULT_SCANNED_IMAGE',
  reportCountFile: 'ASSAY_RESULT_REPORT_COUNT',
  /** Files beside the reports that are no valid report. */
  ignoredCountFile: 'ASSAY_RESULT_IGNORED_COUNT',
  failureFile: 'ASSAY_RESULT_FAILURE',
  /** Where a failed step leaves its reason, default `/tekton/termination`. */
  terminationFile: 'ASSAY_TERMINATION_FILE',
} as const;

/** Names of the Tekton results our publisher fills. `failure` is written by a step that failed, the others by one that did not. */
export const stepResults = {
  scanResult: 'scan-result',
  scannedImage: 'scanned-image',
  reportCount: 'report-count',
  ignoredCount: 'ignored-count',
  failure: 'failure',
} as const;

/** Why a step of ours failed. Each is one class of causes; conditions and metrics use the word as it is. */
export const failureReasons = [
  'ResultsEmpty',
  'ReportTruncated',
  'ReportInvalid',
  'ResultsTooLarge',
  'ResultsRefused',
  'LocationInvalid',
  /** None of the mounted secrets holds registry credentials: the scan is run again with the compatibility engine. */
  'CredentialsUnusable',
  'RegistryUnreachable',
  'RegistryDenied',
  'RegistryBusy',
  'RegistryFailed',
  'CertificatesInvalid',
  'WorkspaceUnwritable',
  'Interrupted',
  'Internal',
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** What a failed step says of itself, as JSON in the termination message and in the result `failure`; at most 1 KiB. */
export interface StepFailureMessage {
  readonly step: StepName;
  readonly reason: FailureReason;
  /** One sentence for a person. */
  readonly message: string;
  /** `later`: the same step may go through when run again. */
  readonly retry: 'never' | 'later';
}

/**
 * Reads what a failed step left, in the result or in the termination message; undefined when it is none of ours. Tekton makes an object of
 * a result that no task declares, so both forms are taken.
 */
export function parseStepFailure(left: unknown): StepFailureMessage | undefined {
  const value = typeof left === 'string' ? parseJson(left) : left;
  // Tekton keeps what it says about a step as a list of keys and values; ours is one of them.
  if (!Array.isArray(value)) return toFailure(value);
  for (const entry of value as readonly unknown[]) {
    if (isObject(entry) && entry.key === stepResults.failure && typeof entry.value === 'string')
      return toFailure(parseJson(entry.value));
  }
  return undefined;
}

/** Characters of a termination message, twice what a kubelet keeps. */
const longestMessage = 8192;

function toFailure(value: unknown): StepFailureMessage | undefined {
  if (!isObject(value)) return undefined;
  const step = stepNames.find((name) => name === value.step);
  const reason = failureReasons.find((name) => name === value.reason);
  if (step === undefined || reason === undefined || typeof value.message !== 'string') return undefined;
  return { step, reason, message: value.message, retry: value.retry === 'later' ? 'later' : 'never' };
}

function parseJson(text: string): unknown {
  if (text.length > longestMessage) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
