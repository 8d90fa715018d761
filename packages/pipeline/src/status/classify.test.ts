import { describe, expect, it } from 'vitest';
import { classify } from './classify.ts';
import type { ScanFailureReason } from './failures.ts';
import type { ContainerTrouble, PodFacts, RunFacts, TaskFacts } from './run-facts.ts';

// Messages as Tekton 1.6, the kubelet of Kubernetes 1.34 and containerd say them.

const task = (more: Partial<TaskFacts> = {}): TaskFacts => ({
  task: '',
  state: 'failed',
  reason: 'Failed',
  message: '"step-scan" exited with code 1',
  failedSteps: [{ name: 'scan', exitCode: 1, reason: 'Error' }],
  results: {},
  ...more,
});

function run(more: Partial<RunFacts> = {}): RunFacts {
  const { tasks = [task()] } = more;
  const [first] = tasks;
  return {
    name: 's-xxxxx',
    scanUid: 'u',
    engine: 'fused',
    attempt: 1,
    state: 'failed',
    reason: first?.reason ?? 'Failed',
    message: first?.message ?? '',
    createdAt: 0,
    deleting: false,
    tasks,
    ...more,
  };
}

const pod = (more: Partial<PodFacts> = {}): PodFacts => ({
  name: 's-xxxxx-pod',
  phase: 'Failed',
  reason: '',
  message: '',
  disruption: '',
  unschedulable: '',
  troubles: [],
  ...more,
});

const trouble = (reason: string, message = '', more: Partial<ContainerTrouble> = {}): PodFacts =>
  pod({ troubles: [{ container: 'step-scan', reason, message, ...more }] });

const noStep = { failedSteps: [] } as const;
const said = (reason: string, message = 'why', step = 'publisher') =>
  task({
    failedSteps: [{ name: step, exitCode: 1, reason: 'Error' }],
    results: { failure: JSON.stringify({ step, reason, message, retry: 'never' }) },
  });

type Case = readonly [
  what: string,
  tasks: TaskFacts | Partial<RunFacts>,
  pods: readonly PodFacts[],
  reason: ScanFailureReason,
];

const cases: readonly Case[] = [
  ['a scanner that ends with 1', task(), [], 'ScannerFailed'],
  [
    'a step killed for its memory',
    task({ failedSteps: [{ name: 'scan', exitCode: 137, reason: 'OOMKilled' }] }),
    [],
    'OutOfMemory',
  ],
  ['a container killed for its memory', task(), [trouble('OOMKilled')], 'OutOfMemory'],
  [
    'an eviction for pressure',
    task(noStep),
    [pod({ reason: 'Evicted', message: 'The node was low on resource: memory.' })],
    'Evicted',
  ],
  ['an eviction by a drain', task(noStep), [pod({ disruption: 'EvictionByEvictionAPI' })], 'Evicted'],
  ['a preemption', task(noStep), [pod({ disruption: 'PreemptionByScheduler' })], 'Evicted'],
  [
    'an eviction that only Tekton saw',
    task({ ...noStep, reason: 'PodEvicted', message: 'pod was evicted' }),
    [],
    'Evicted',
  ],
  ['a node that is gone', task(noStep), [pod({ disruption: 'DeletionByPodGC' })], 'NodeLost'],
  [
    'a node that shut down',
    task(noStep),
    [pod({ reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' })],
    'NodeLost',
  ],
  ['a node that forgot its containers', task(noStep), [trouble('ContainerStatusUnknown')], 'NodeLost'],
  ['a pod that vanished', task({ ...noStep, message: 'pods "s-xxxxx-pod" not found' }), [], 'NodeLost'],
  [
    'an image that is not there',
    task({
      ...noStep,
      reason: 'TaskRunImagePullFailed',
      message:
        'the step "scan" in TaskRun "s" failed to pull the image "r/x:1". Pod errored with the message: "Back-off pulling image "r/x:1": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "r/x:1": failed to resolve reference "r/x:1": r/x:1: not found."',
    }),
    [],
    'ImageNotFound',
  ],
  [
    'an image that is not there, of a step without a command',
    task({
      ...noStep,
      reason: 'PodCreationFailed',
      message:
        'failed to create task run pod "s": translating TaskSpec to Pod: GET http://r/v2/x/manifests/1: MANIFEST_UNKNOWN: manifest unknown. Maybe missing or invalid Task dev/',
    }),
    [],
    'ImageNotFound',
  ],
  [
    'a step that takes longer than its own timeout',
    task({ failedSteps: [{ name: 'scan', exitCode: 1, reason: 'TimeoutExceeded' }] }),
    [],
    'TimedOut',
  ],
  [
    'an image nobody may pull',
    task(noStep),
    [
      trouble(
        'ErrImagePull',
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      ),
    ],
    'ImageDenied',
  ],
  [
    'an image behind a 401',
    task(noStep),
    [
      trouble(
        'ImagePullBackOff',
        'unexpected status from HEAD request to https://r/v2/x/manifests/1: 401 Unauthorized',
      ),
    ],
    'ImageDenied',
  ],
  [
    'an image of another platform',
    task(noStep),
    [trouble('ErrImagePull', 'no match for platform in manifest: not found')],
    'WrongArchitecture',
  ],
  [
    'a registry of images that is down',
    task(noStep),
    [trouble('ImagePullBackOff', 'dial tcp 10.0.0.1:5000: connect: connection refused')],
    'ImageUnavailable',
  ],
  [
    'a program of another platform',
    task(),
    [trouble('StartError', 'exec /bin/scan: exec format error')],
    'WrongArchitecture',
  ],
  [
    'a missing account',
    task({
      ...noStep,
      reason: 'PodCreationFailed',
      message:
        'failed to create task run pod "s": serviceaccounts "scanner" not found. Maybe missing or invalid Task dev/',
    }),
    [],
    'ServiceAccountMissing',
  ],
  [
    'a missing secret of the account',
    task({
      ...noStep,
      reason: 'PodCreationFailed',
      message: 'translating TaskSpec to Pod: secrets "write-creds" not found',
    }),
    [],
    'SecretMissing',
  ],
  [
    'a missing secret of a variable',
    task(noStep),
    [trouble('CreateContainerConfigError', 'secret "token" not found')],
    'SecretMissing',
  ],
  [
    'a missing key of a secret',
    task(noStep),
    [trouble('CreateContainerConfigError', "couldn't find key snyk in Secret dev/snyk-token")],
    'SecretMissing',
  ],
  [
    'a namespace that wants more than Tekton gives',
    task({
      ...noStep,
      reason: 'PodAdmissionFailed',
      message:
        'pods "s-pod" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "prepare")',
    }),
    [],
    'PodSecurityRestricted',
  ],
  [
    'a scan that takes too long',
    task({ ...noStep, reason: 'TaskRunTimeout', message: 'TaskRun "s" failed to finish within "1h0m0s"' }),
    [],
    'TimedOut',
  ],
  [
    'a run somebody cancelled',
    task({ ...noStep, reason: 'TaskRunCancelled', message: 'cancelled' }),
    [],
    'RunCancelled',
  ],
  [
    'a step Tekton does not accept',
    task({ ...noStep, reason: 'TaskRunValidationFailed', message: 'x' }),
    [],
    'RunRefused',
  ],
  ['an empty results folder', said('ResultsEmpty'), [], 'ResultsEmpty'],
  ['half a report', said('ReportTruncated'), [], 'ReportTruncated'],
  ['no valid report', said('ReportInvalid'), [], 'ReportInvalid'],
  ['too large results', said('ResultsTooLarge'), [], 'ResultsTooLarge'],
  ['a results registry that is down', said('RegistryUnreachable'), [], 'RegistryUnreachable'],
  ['a results registry that fails', said('RegistryFailed'), [], 'RegistryFailed'],
  ['a results registry that asks to slow down', said('RegistryBusy'), [], 'RegistryBusy'],
  ['a results registry that refuses', said('RegistryDenied'), [], 'RegistryDenied'],
  [
    'a publisher that said nothing',
    task({ failedSteps: [{ name: 'publisher', exitCode: 1, reason: 'Error' }] }),
    [],
    'PublishFailed',
  ],
  [
    'a preparing step that said nothing',
    task({ failedSteps: [{ name: 'cred-helper', exitCode: 1, reason: 'Error' }] }),
    [],
    'SetupFailed',
  ],
  ['certificates that are none', said('CertificatesInvalid', 'why', 'write-certs'), [], 'CertificatesInvalid'],
  ['words nobody knows', task({ ...noStep, reason: 'Novelty', message: 'unheard of' }), [], 'Failed'],
  ['a run we stopped', { stopped: 'StartTimedOut: no pod was made', state: 'running' }, [], 'StartTimedOut'],
  ['a run stopped for a reason of a later version', { stopped: 'Novelty: x' }, [], 'Failed'],
];

describe('the cause of', () => {
  it.each(cases)('%s', (_what, evidence, pods, reason) => {
    const facts =
      'failedSteps' in evidence ? run({ tasks: [evidence as TaskFacts] }) : run(evidence as Partial<RunFacts>);
    expect(classify({ run: facts, pods }).reason).toBe(reason);
  });

  it('a scanner that ends with an error is in its log, and how to read it is said', () => {
    const { detail } = classify({ run: run(), pods: [trouble('Error', '', { exitCode: 1 })] });
    expect(detail).toBe('step scan ended with exit code 1; its log says why: kubectl logs s-xxxxx-pod -c step-scan');
  });

  it('a pod that waits for a secret is in the Events', () => {
    const events = ['MountVolume.SetUp failed for volume "ws-1" : secret "snyk-token" not found'];
    const failure = classify({ run: run({ stopped: 'StartTimedOut: waits' }), pods: [], events });
    expect(failure).toMatchObject({ reason: 'SecretMissing', detail: 'secret snyk-token' });
  });
});

describe('the scanner has done its part', () => {
  it('when only the publisher failed', () =>
    expect(classify({ run: run({ tasks: [said('ResultsEmpty')] }), pods: [] }).scanned).toBe(true));
  // spec/scan-2.md §3, lines 136-137: the publish task failed, the others succeeded
  it('when the publish task failed', () => {
    const tasks = [
      task({ task: 'scan-task', state: 'succeeded', failedSteps: [] }),
      task({ task: 'publish-task', failedSteps: [] }),
    ];
    expect(classify({ run: run({ tasks }), pods: [] }).scanned).toBe(true);
  });
  it('not when no step could start, which Tekton says of each of them', () => {
    const failedSteps = ['scan', 'publisher'].map((name) => ({ name, exitCode: 1, reason: 'TaskRunImagePullFailed' }));
    const failure = classify({
      run: run({ tasks: [task({ reason: 'TaskRunImagePullFailed', failedSteps })] }),
      pods: [],
    });
    expect(failure.scanned).toBe(false);
  });
  it('not when it failed itself', () => expect(classify({ run: run(), pods: [] }).scanned).toBe(false));
});

it('a failure’s words are short and on one line', () => {
  const { detail } = classify({ run: run({ tasks: [task({ ...noStep, message: 'x\n'.repeat(10_000) })] }), pods: [] });
  expect(detail.length).toBeLessThanOrEqual(400);
  expect(detail).not.toContain('\n');
});
