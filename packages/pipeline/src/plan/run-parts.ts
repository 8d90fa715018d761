import { stepResults } from '../publish/step-words.ts';
import { type Opaque, type ScanObject, scanAnnotations } from '../request/scan-object.ts';
import { resultsPath } from './container-defaults.ts';
import type { PlanInput } from './plan-input.ts';
import { runName } from './run-name.ts';
import type { DeclaredParam, Engine, RunMeta, RunParam } from './run-object.ts';

/** Labels and annotations of a run; Tekton copies them to its TaskRuns and pods. */
export const runMarks = {
  /** The scan's name. Source: spec/scan-2.md §3. */
  scan: 'imagevulnerabilityscan',
  scanUid: 'assay.dev/scan-uid',
  engine: 'assay.dev/engine',
  attempt: 'assay.dev/attempt',
  /** What the run answers, for equal scans. */
  answers: 'assay.dev/answers',
  /** The bundle a publish-only run publishes again. */
  copyFrom: 'assay.dev/copy-from',
  /** Why we stopped the run: `Reason: sentence`. */
  stopped: 'assay.dev/stopped-because',
} as const;

/** Results of the publisher's step, and `failure`, which every step of ours may write. */
export const resultNames = Object.values(stepResults);
export const allResults = resultNames.map((name) => ({ name, type: 'string' as const }));
export const failureResult = allResults.filter(({ name }) => name === stepResults.failure);

export function runMeta(input: PlanInput, engine: Engine): RunMeta {
  const { scan, attempt, answers, copyFrom } = input;
  const { name = '', namespace = '', uid = '' } = scan.metadata;
  return {
    name: runName(name, uid, attempt),
    namespace,
    labels: { [runMarks.scan]: name, [runMarks.scanUid]: uid },
    annotations: {
      [runMarks.engine]: engine,
      [runMarks.attempt]: String(attempt),
      ...(answers === undefined ? {} : { [runMarks.answers]: answers }),
      ...(copyFrom === undefined ? {} : { [runMarks.copyFrom]: copyFrom }),
    },
    ownerReferences: [
      { apiVersion: scan.apiVersion, kind: scan.kind, name, uid, controller: true, blockOwnerDeletion: false },
    ],
  };
}

/** Source: spec/scan-2.md §3, params. */
export function runParams({ scan, settings }: PlanInput): readonly RunParam[] {
  return [
    { name: 'image', value: scan.spec.image },
    { name: 'scan-results-path', value: resultsPath },
    { name: 'trusted-ca-certs', value: settings.caCertData },
  ];
}

export const declaredParams: readonly DeclaredParam[] = [
  { name: 'image', type: 'string', default: '' },
  { name: 'scan-results-path', type: 'string', default: resultsPath },
  { name: 'trusted-ca-certs', type: 'string', default: '' },
];

/** Source: spec/scan-2.md §3, podTemplate. */
export function podTemplate({ scan, settings }: PlanInput): Opaque {
  return {
    securityContext: { runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534 },
    ...(wantsToken(scan) ? {} : { automountServiceAccountToken: false }),
    ...(settings.priorityClassName === '' ? {} : { priorityClassName: settings.priorityClassName }),
  };
}

/** A step asks for its account's token by an annotation, or by naming the file. */
function wantsToken(scan: ScanObject): boolean {
  if (scan.metadata.annotations?.[scanAnnotations.token] === 'true') return true;
  return JSON.stringify(scan.spec.steps).includes('/var/run/secrets/kubernetes.io');
}
