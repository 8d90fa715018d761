import { parseStepFailure, stepResults } from '../publish/step-words.ts';
import { type Failure, isFailureReason, type ScanFailureReason } from './failures.ts';
import { type PodFacts, type RunFacts, resultOf, type TaskFacts } from './run-facts.ts';

/** What there is to look at when a run has failed. */
export interface Evidence {
  readonly run: RunFacts;
  readonly pods: readonly PodFacts[];
  /** Messages of Events about its pods, where somebody asked for them. */
  readonly events?: readonly string[];
}

/** A cause, as far as one piece of evidence tells it. */
type Cause = readonly [ScanFailureReason, detail: string];
type Check = (evidence: Evidence) => Cause | undefined;

/** Why a run failed. Read top to bottom: the first check that knows wins. Pure. */
export function classify(evidence: Evidence): Failure {
  const cause = checks.map((check) => check(evidence)).find((one) => one !== undefined);
  const [reason, detail] = cause ?? ['Failed', evidence.run.message];
  return { reason, detail: oneLine(detail), scanned: wasScanned(evidence) };
}

/** Whether all steps of the user had ended well: then only publishing failed. */
function wasScanned({ run }: Evidence): boolean {
  if (run.copyFrom !== undefined) return true;
  const failed = failedTask(run);
  if (failed?.task === 'publish-task') return true;
  // When a pod cannot start, Tekton calls every step failed, the publisher among them.
  const steps = failed?.failedSteps ?? [];
  return steps.length > 0 && steps.every(({ name }) => name === 'publisher');
}

const failedTask = (run: RunFacts): TaskFacts | undefined => run.tasks.find(({ state }) => state === 'failed');

const stoppedByUs: Check = ({ run, events = [] }) => {
  if (run.stopped === undefined) return undefined;
  const [, word = '', sentence = ''] = /^(\w+): ?(.*)$/s.exec(run.stopped) ?? [];
  const reason = isFailureReason(word) ? word : 'Failed';
  // A pod that waits for a volume says why only in Events.
  const missing = reason === 'StartTimedOut' ? events.map(missingObject).find((one) => one !== undefined) : undefined;
  return missing ?? [reason, sentence];
};

/** What a step of ours wrote down, as a result or in its termination message. */
const saidByStep: Check = ({ run, pods }) => {
  const texts = [resultOf(run, stepResults.failure) ?? '', ...troublesOf(pods).map(({ message }) => message)];
  const said = texts.map((text) => (text === '' ? undefined : parseStepFailure(text))).find((one) => one !== undefined);
  return said === undefined ? undefined : [said.reason, said.message];
};

/** Taken from its node: by pressure, by a drain, by a more important pod, or since the node is gone. */
const disrupted: Check = ({ run, pods }) => {
  for (const pod of pods) {
    if (pod.reason === 'Evicted' || evictions.has(pod.disruption)) return ['Evicted', pod.message];
    if (pod.reason === 'NodeLost' || pod.reason === 'Shutdown' || pod.reason === 'Terminated')
      return ['NodeLost', pod.message];
    if (pod.disruption === 'DeletionByTaintManager' || pod.disruption === 'DeletionByPodGC')
      return ['NodeLost', pod.message];
    // A restarted node has forgotten its containers.
    if (pod.troubles.some(({ reason }) => reason === 'ContainerStatusUnknown')) return ['NodeLost', pod.message];
  }
  const words = run.tasks
    .filter(({ state }) => state === 'failed')
    .map(({ reason, message }) => `${reason}: ${message}`);
  if (words.some((one) => /was evicted|^PodEvicted|low on resource/i.test(one)))
    return ['Evicted', failedTask(run)?.message ?? run.message];
  if (words.some((one) => /node .*(?:not ready|lost|shutdown)|pods? "[^"]+" not found/i.test(one)))
    return ['NodeLost', failedTask(run)?.message ?? run.message];
  return undefined;
};

const evictions: ReadonlySet<string> = new Set([
  'EvictionByEvictionAPI',
  'TerminationByKubelet',
  'PreemptionByScheduler',
]);

const outOfMemory: Check = ({ run, pods }) => {
  const container = troublesOf(pods).find(({ reason }) => reason === 'OOMKilled')?.container;
  const step = run.tasks.flatMap(({ failedSteps }) => failedSteps).find(({ reason }) => reason === 'OOMKilled')?.name;
  const name = step ?? container;
  return name === undefined ? undefined : ['OutOfMemory', `step ${name.replace(/^step-/, '')}`];
};

/** The `timeout` of a step ends it alone; Tekton 1.6 says so as the step's termination reason. */
const stepTimedOut: Check = ({ run }) => {
  const failed = failedTask(run);
  const step = failed?.failedSteps.find(({ reason }) => reason === 'TimeoutExceeded');
  return step === undefined ? undefined : ['TimedOut', `step ${step.name} did not end within its own timeout`];
};

/** Images that cannot be pulled. Tekton ends the run at the first back-off; its own message holds the kubelet's. */
const unpullable: Check = ({ run, pods }) => {
  const trouble = troublesOf(pods).find(({ reason }) => pullReasons.has(reason));
  const failed = failedTask(run);
  const said = failed !== undefined && isAboutPulling(failed) ? failed.message : undefined;
  const text = [trouble?.message, said].filter((one) => one !== undefined && one !== '').join('; ');
  if (trouble === undefined && said === undefined) return undefined;
  if (/no match for platform|no matching manifest/i.test(text)) return ['WrongArchitecture', text];
  if (/unauthorized|authentication required|denied|forbidden|\b40[13]\b/i.test(text)) return ['ImageDenied', text];
  if (/not found|(?:manifest|name)[ _]unknown|invalid reference|InvalidImageName|\b404\b/i.test(text))
    return ['ImageNotFound', text];
  return ['ImageUnavailable', text];
};

/** Of a step without `command` Tekton itself reads the image, before there is a pod, and speaks as its registry client does. */
const isAboutPulling = ({ reason, message }: TaskFacts): boolean =>
  reason === 'TaskRunImagePullFailed' ||
  /translating \S+ to pod: .*(?:\bGET https?:|\bHEAD https?:|_UNKNOWN\b|UNAUTHORIZED|DENIED)/i.test(message);

const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
]);

const wrongMachine: Check = ({ run, pods }) => {
  const said = [...troublesOf(pods).map(({ message }) => message), run.message, failedTask(run)?.message ?? ''];
  const found = said.find((one) => /exec format error/i.test(one));
  return found === undefined ? undefined : ['WrongArchitecture', found];
};

const missingThings: Check = ({ run, pods, events = [] }) => {
  const config = troublesOf(pods).filter(({ reason }) => reason === 'CreateContainerConfigError');
  const said = [...config.map(({ message }) => message), run.message, failedTask(run)?.message ?? '', ...events];
  return said.map(missingObject).find((one) => one !== undefined);
};

/** `secret "x" not found`, as the kubelet, Tekton and the API server say it. */
function missingObject(text: string): Cause | undefined {
  const account = /service ?accounts? "([^"]+)" not found|serviceaccount ([\w./-]+) (?:was )?not found/i.exec(text);
  if (account !== null) return ['ServiceAccountMissing', `service account ${account[1] ?? account[2]}`];
  const found = /(secret|configmap|config map)s? "([^"]+)" not found/i.exec(text);
  if (found !== null) return ['SecretMissing', `${found[1]?.toLowerCase()} ${found[2]}`];
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) ([\w./-]+)/i.exec(text);
  if (key !== null) return ['SecretMissing', `key ${key[1]} of ${key[2]?.toLowerCase()} ${key[3]}`];
  const reference = /references non-existent (secret|config) key: (\S+)/i.exec(text);
  return reference === null ? undefined : ['SecretMissing', `key ${reference[2]} of a ${reference[1]}`];
}

const podSecurity: Check = ({ run }) => {
  const said = [run.message, failedTask(run)?.message ?? ''].find((one) => /violates PodSecurity/i.test(one));
  return said === undefined ? undefined : ['PodSecurityRestricted', said];
};

/** Tekton's own words for what it did. */
const saidByTekton: Check = ({ run }) => {
  const failed = failedTask(run);
  for (const { reason, message } of failed === undefined ? [run] : [failed, run]) {
    const known = tektonReasons.get(reason);
    if (known !== undefined) return [known, message];
  }
  return undefined;
};

const tektonReasons: ReadonlyMap<string, ScanFailureReason> = new Map([
  ['TaskRunTimeout', 'TimedOut'],
  ['PipelineRunTimeout', 'TimedOut'],
  ['TaskRunCancelled', 'RunCancelled'],
  ['Cancelled', 'RunCancelled'],
  ['CancelledRunningFinally', 'RunCancelled'],
  ['TaskRunValidationFailed', 'RunRefused'],
  ['PodAdmissionFailed', 'RunRefused'],
  ['TaskRunResolutionFailed', 'RunRefused'],
  ['InvalidParamValue', 'RunRefused'],
  ['InvalidTaskRunspec', 'RunRefused'],
  ['PipelineValidationFailed', 'RunRefused'],
  ['CouldntGetTask', 'RunRefused'],
  ['PodCreationFailed', 'RunRefused'],
  ['CreateContainerConfigError', 'RunRefused'],
]);

const failedStep: Check = ({ run, pods }) => {
  const [step] = failedTask(run)?.failedSteps ?? [];
  if (step === undefined) return undefined;
  const detail = `step ${step.name} ended with exit code ${step.exitCode}`;
  if (step.name === 'publisher') return ['PublishFailed', detail];
  if (step.name === 'workspace-setup' || step.name === 'write-certs' || step.name === 'cred-helper')
    return ['SetupFailed', detail];
  return ['ScannerFailed', `${detail}${logOf(step.name, pods)}`];
};

/** Where a person reads why: the log is the scanner's own, and we do not read it. */
function logOf(step: string, pods: readonly PodFacts[]): string {
  const container = `step-${step}`;
  const pod = pods.find(({ troubles }) => troubles.some((one) => one.container === container));
  return pod === undefined ? '' : `; its log says why: kubectl logs ${pod.name} -c ${container}`;
}

const checks: readonly Check[] = [
  stoppedByUs,
  saidByStep,
  disrupted,
  outOfMemory,
  stepTimedOut,
  unpullable,
  wrongMachine,
  missingThings,
  podSecurity,
  saidByTekton,
  failedStep,
];

const troublesOf = (pods: readonly PodFacts[]) => pods.flatMap(({ troubles }) => troubles);

/** Longest detail, in characters: a status stays small whatever a kubelet says. */
const longestDetail = 400;

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longestDetail ? line : `${line.slice(0, longestDetail - 1)}…`;
}
