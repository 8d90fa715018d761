import {
  type Change,
  type Clock,
  createReflector,
  imageVulnerabilityScans,
  type KubeClient,
  type Namespace,
  namespaces,
  pipelineRuns,
  pods,
  type Random,
  type Reflector,
  type ScannerProfile,
  scannerProfiles,
  taskRuns,
} from '@assay/kube';
import { runMarks } from '@assay/pipeline';
import { type KeptPod, projectPod } from '../project/project-pod.ts';
import { type KeptRun, projectPipelineRun, projectTaskRun } from '../project/project-run.ts';
import { type KeptScan, projectScan } from '../project/project-scan.ts';
import { durationMs } from '../settings.ts';

export interface KeptNamespace {
  readonly isTerminating: boolean;
  /** The level of Pod Security that is enforced; empty for none. */
  readonly enforces: string;
}

export interface KeptProfile {
  readonly namespace: string;
  readonly image: string;
  readonly dataVersion: string;
  readonly freshMs: number;
}

/** Everything the controller keeps of the cluster. */
export interface Stores {
  readonly scans: Reflector<KeptScan>;
  readonly taskRuns: Reflector<KeptRun>;
  readonly pipelineRuns: Reflector<KeptRun>;
  readonly pods: Reflector<KeptPod>;
  readonly namespaces: Reflector<KeptNamespace>;
  readonly profiles: Reflector<KeptProfile>;
}

export interface StoreOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly onScan: (change: Change<KeptScan>) => void;
  readonly onRun: (change: Change<KeptRun>) => void;
  readonly onPod: (change: Change<KeptPod>) => void;
  readonly onError: (error: unknown) => void;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Reflectors, not started. */
export function createStores(options: StoreOptions): Stores {
  const { onScan, onRun, onPod, ...shared } = options;
  // A kind that is missing is looked for every few seconds.
  const backoff = { firstMs: 250, longestMs: 5_000 };
  const ours = { ...shared, backoff, labelSelector: runMarks.scan };
  const byScan = { scan: ({ scanKey }: { readonly scanKey: string }) => [scanKey] };
  return {
    scans: createReflector({
      ...shared,
      backoff,
      resource: imageVulnerabilityScans,
      project: projectScan,
      onChange: onScan,
      indexes: { wish: ({ facts }: KeptScan) => [facts.wish] },
    }),
    taskRuns: createReflector({
      ...ours,
      resource: taskRuns,
      project: projectTaskRun,
      onChange: onRun,
      indexes: byScan,
    }),
    pipelineRuns: createReflector({
      ...ours,
      resource: pipelineRuns,
      project: projectPipelineRun,
      onChange: onRun,
      indexes: byScan,
    }),
    pods: createReflector({ ...ours, resource: pods, project: projectPod, onChange: onPod, indexes: byScan }),
    namespaces: createReflector({ ...shared, resource: namespaces, project: projectNamespace }),
    profiles: createReflector({
      ...shared,
      resource: scannerProfiles,
      project: projectProfile,
      indexes: { namespace: ({ namespace }: KeptProfile) => [namespace] },
    }),
  };
}

export const allStores = (stores: Stores): readonly Reflector<unknown>[] => Object.values(stores);

function projectNamespace({ metadata, status }: Namespace): KeptNamespace {
  return {
    isTerminating: status?.phase === 'Terminating' || metadata.deletionTimestamp !== undefined,
    enforces: metadata.labels?.['pod-security.kubernetes.io/enforce'] ?? '',
  };
}

function projectProfile({ metadata, spec }: ScannerProfile): KeptProfile {
  return {
    namespace: metadata.namespace ?? '',
    image: spec.image,
    dataVersion: spec.dataVersion,
    freshMs: durationMs(spec.freshFor ?? '') ?? dayMs,
  };
}
