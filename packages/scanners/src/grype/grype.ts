import type { Scanner, ScanPlan, ScanRequest, Target } from '@assay/contract';
import { readReport, withFindings } from '../read-report.ts';
import { pinnedReference, refuseStdin, safePath, unreadable } from '../target-argument.ts';
import { inOurWords } from './in-our-words.ts';

const id = 'grype';

/** Grype asks its makers for a newer version of itself at each start; a scan is no occasion for that. */
const always = { GRYPE_CHECK_FOR_APP_UPDATE: 'false' };

/** The settings with which Grype opens no connection for itself. Source: Grype 0.120, `grype config`. */
const offline = {
  GRYPE_DB_AUTO_UPDATE: 'false',
  GRYPE_DB_VALIDATE_AGE: 'false',
  GRYPE_EXTERNAL_SOURCES_ENABLE: 'false',
};

/** Anchore's Grype. Written for 0.120; its words are the same since 0.80. */
export const grype: Scanner = { id, reads: ['registry', 'oci-layout', 'archive', 'directory', 'sbom'], plan, read };

function plan(request: ScanRequest): ScanPlan {
  const { target, platform } = request;
  refuseStdin(id, target);
  const isImage = target.kind === 'registry' || target.kind === 'oci-layout' || target.kind === 'archive';
  return {
    program: id,
    args: [
      sourceOf(target, request),
      '--output',
      'cyclonedx-json',
      // For what is no image Grype refuses the option.
      ...(isImage && platform !== undefined ? ['--platform', platform] : []),
    ],
    env: request.offline ? { ...always, ...offline } : always,
    // 2: a user's own setting `fail-on-severity` was reached; the report is there. Source: Grype 0.120, cmd/grype/cli/cli.go.
    okExitCodes: [0, 2],
  };
}

function sourceOf(target: Target, request: ScanRequest): string {
  if ((target.kind === 'oci-layout' || target.kind === 'archive') && target.selector !== undefined)
    throw unreadable(id, target, 'it has no words to choose one image of several');
  if (target.kind === 'registry') return `registry:${pinnedReference(target.reference, request)}`;
  if (target.kind === 'oci-layout') return `oci-dir:${safePath(target.path)}`;
  if (target.kind === 'directory') return `dir:${safePath(target.path)}`;
  if (target.kind === 'sbom') return `sbom:${safePath(target.path)}`;
  // Whether it is of docker or OCI stands inside; Grype looks.
  return safePath(target.path);
}

async function read(report: Uint8Array) {
  return withFindings(await readReport(report, id), inOurWords);
}
