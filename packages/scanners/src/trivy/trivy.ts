import type { Scanner, ScanPlan, ScanRequest, Target } from '@assay/contract';
import { readReport } from '../read-report.ts';
import { pinnedReference, refuseStdin, safePath, unreadable } from '../target-argument.ts';

const id = 'trivy';

/**
 * Always set, and stronger than a user's `trivy.yaml`: findings must not end the run with an error, nothing is asked of the network
 * for the program itself. The scanners are named here too because `trivy sbom` has no option for them before 0.52, and without
 * them CycloneDX holds no findings. Source: Trivy documentation, "Environment variables" and "SBOM".
 */
const always = {
  TRIVY_EXIT_CODE: '0',
  TRIVY_NO_PROGRESS: 'true',
  TRIVY_SCANNERS: 'vuln',
  TRIVY_SKIP_VERSION_CHECK: 'true',
  TRIVY_DISABLE_TELEMETRY: 'true',
};

/** The settings with which Trivy opens no connection for its data. Source: Trivy documentation, "Air-gapped environment". */
const offline = {
  TRIVY_OFFLINE_SCAN: 'true',
  TRIVY_SKIP_DB_UPDATE: 'true',
  TRIVY_SKIP_JAVA_DB_UPDATE: 'true',
};

/** Aqua's Trivy, 0.44 to 0.74. */
export const trivy: Scanner = { id, reads: ['registry', 'oci-layout', 'archive', 'directory', 'sbom'], plan, read };

function plan(request: ScanRequest): ScanPlan {
  const { target } = request;
  refuseStdin(id, target);
  return {
    program: id,
    args: argumentsFor(target, request),
    env: request.offline ? { ...always, ...offline } : always,
    okExitCodes: [0],
  };
}

const asked = ['--format', 'cyclonedx', '--scanners', 'vuln'];

function argumentsFor(target: Target, request: ScanRequest): readonly string[] {
  if (target.kind === 'directory') return ['fs', ...asked, safePath(target.path)];
  if (target.kind === 'sbom') return ['sbom', '--format', 'cyclonedx', safePath(target.path)];
  if (target.kind === 'archive' && target.selector !== undefined)
    throw unreadable(id, target, 'it has no words to choose one image of an archive');
  const platform = request.platform === undefined ? [] : ['--platform', request.platform];
  if (target.kind === 'registry') {
    // Without it Trivy looks into the daemons of this machine first, where another image may have the name.
    const source = ['--image-src', 'remote'];
    return ['image', ...asked, ...platform, ...source, pinnedReference(target.reference, request)];
  }
  return ['image', ...asked, ...platform, '--input', `${safePath(target.path)}${target.selector ?? ''}`];
}

async function read(report: Uint8Array) {
  return readReport(report, id);
}
