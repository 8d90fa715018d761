import type { Scanner, ScanPlan, ScanRequest, Target } from '@assay/contract';
import { readReport } from '../read-report.ts';
import { pinnedReference, refuseStdin, safePath } from '../target-argument.ts';

const id = 'assay';

/** This product, run as a program of its own: in a job of a cluster as on another machine. */
export const assay: Scanner = { id, reads: ['registry', 'oci-layout', 'archive', 'directory', 'sbom'], plan, read };

function plan(request: ScanRequest): ScanPlan {
  const { target, platform, offline } = request;
  refuseStdin(id, target);
  return {
    program: id,
    args: [
      'scan',
      wordFor(target, request),
      '-o',
      'cyclonedx-json',
      '--quiet',
      ...(platform === undefined ? [] : ['--platform', platform]),
      ...(offline ? ['--offline'] : []),
    ],
    env: {},
    okExitCodes: [0],
  };
}

function wordFor(target: Target, request: ScanRequest): string {
  if (target.kind === 'registry') return `registry:${pinnedReference(target.reference, request)}`;
  const path = safePath(target.path);
  if (target.kind === 'oci-layout') return `oci:${path}${target.selector ?? ''}`;
  if (target.kind === 'archive') return `docker-archive:${path}${target.selector ?? ''}`;
  return target.kind === 'directory' ? `dir:${path}` : `sbom:${path}`;
}

async function read(report: Uint8Array) {
  return readReport(report, id);
}
