import {
  type ImageVulnerabilityScan,
  imageVulnerabilityScans,
  type KubeClient,
  KubeError,
  type KubeObject,
  pipelineRuns,
  type Resource,
  type ServiceAccount,
  serviceAccounts,
  taskRuns,
} from '@assay/kube';
import {
  type AccountFacts,
  type Action,
  accountsOf,
  chooseEngine,
  type EngineChoice,
  type PlannedRun,
  planRun,
  type RunFacts,
  registrySecrets,
  type ScanFacts,
} from '@assay/pipeline';
import type { KeptNamespace } from '../observe/stores.ts';
import { projectPipelineRun, projectTaskRun } from '../project/project-run.ts';
import type { ControllerSettings } from '../settings.ts';
import { RunRefused, refusalOf, refuse } from './refusals.ts';
import type { TektonFlags } from './tekton-flags.ts';

type Start = Extract<Action, { do: 'start' }>;

export interface MakeRunPorts {
  readonly client: KubeClient;
  readonly settings: ControllerSettings;
  readonly flags: TektonFlags;
  readonly namespace: KeptNamespace | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What was made, or what was found made already. */
export interface MadeRun {
  readonly run: RunFacts;
  readonly isNew: boolean;
  /** Why it is not the engine that was asked for. */
  readonly because?: string;
}

/**
 * Makes the run of an attempt. Its name is told by the scan and the attempt, so doing it twice makes it once. Undefined when the scan is gone.
 * Throws RunRefused where the scan must wait or fail, and KubeError with code KUBE_KIND_MISSING where Tekton is missing.
 */
export async function makeRun(facts: ScanFacts, start: Start, ports: MakeRunPorts): Promise<MadeRun | undefined> {
  const { client, signal } = ports;
  if (ports.namespace?.isTerminating === true) throw refuse('NamespaceTerminating', facts.namespace);
  const scan = await client.get(imageVulnerabilityScans, { namespace: facts.namespace, name: facts.name }, { signal });
  if (scan === undefined || scan.metadata.uid !== facts.uid || scan.metadata.deletionTimestamp !== undefined)
    return undefined;
  const publisher = await readAccounts(scan, facts.namespace, ports);
  await checkPodSecurity(facts.namespace, ports);
  const choice = chooseFor(scan, start, publisher, ports.settings);
  const planned = planRun(
    {
      scan,
      settings: ports.settings.plan,
      attempt: start.attempt,
      publisherSecrets: registrySecrets(publisher),
      ...(start.answers === undefined ? {} : { answers: start.answers }),
      ...(start.copyFrom === undefined ? {} : { copyFrom: start.copyFrom }),
    },
    choice.engine,
  );
  const made = await createOnce(planned, facts, ports);
  return { ...made, ...(choice.because === undefined ? {} : { because: choice.because }) };
}

function chooseFor(
  scan: ImageVulnerabilityScan,
  start: Start,
  publisher: AccountFacts,
  settings: ControllerSettings,
): EngineChoice {
  if (start.copyFrom !== undefined) return { engine: 'fused' };
  if (start.engine === undefined) return chooseEngine(scan, publisher, settings.engine);
  return { engine: start.engine, because: 'none of the publisher’s secrets is a docker-registry secret' };
}

/** An account that comes within this time after its scan is in time. Milliseconds. */
const accountGraceMs = 30_000;

/** Both accounts must be there; of the publisher's, names and annotations are looked at. */
async function readAccounts(
  scan: ImageVulnerabilityScan,
  namespace: string,
  ports: MakeRunPorts,
): Promise<AccountFacts> {
  const { client, signal } = ports;
  const { scanner, publisher } = accountsOf(scan);
  const read = (name: string) => client.get(serviceAccounts, { namespace, name }, { signal });
  const [scans, publishes] = await Promise.all([read(scanner), scanner === publisher ? undefined : read(publisher)]);
  const found = scanner === publisher ? scans : publishes;
  // Applied together with the scan, an account may come a moment later.
  const isYoung = ports.now() - Date.parse(scan.metadata.creationTimestamp ?? '') < accountGraceMs;
  const soon = isYoung ? { againInMs: 2_000 } : {};
  if (scans === undefined) throw refuse('ServiceAccountMissing', `service account ${scanner}`, soon);
  if (found === undefined) throw refuse('ServiceAccountMissing', `service account ${publisher}`, soon);
  return accountFacts(publisher, found);
}

function accountFacts(name: string, { metadata, secrets = [] }: ServiceAccount): AccountFacts {
  return {
    name,
    secrets: secrets.flatMap((one) => (one.name === undefined ? [] : [one.name])),
    annotations: metadata.annotations ?? {},
  };
}

async function checkPodSecurity(namespace: string, { flags, namespace: kept }: MakeRunPorts): Promise<void> {
  if (kept?.enforces !== 'restricted' || (await flags.setsSecurityContext())) return;
  const detail = `namespace ${namespace} enforces "restricted", and Tekton's own containers meet it only with set-security-context: "true" in its ConfigMap feature-flags`;
  throw refuse('PodSecurityRestricted', detail);
}

async function createOnce(
  planned: PlannedRun,
  facts: ScanFacts,
  { client, signal }: MakeRunPorts,
): Promise<Omit<MadeRun, 'because'>> {
  try {
    return { run: await create(planned, client, signal), isNew: true };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.code === 'KUBE_KIND_MISSING') throw error;
    if (error.reason === 'AlreadyExists') return { run: await adopt(planned, facts, client, signal), isNew: false };
    throw new RunRefused(refusalOf(error));
  }
}

async function create(planned: PlannedRun, client: KubeClient, signal: AbortSignal): Promise<RunFacts> {
  return planned.kind === 'TaskRun'
    ? projectTaskRun(await client.create(taskRuns, planned, { signal })).facts
    : projectPipelineRun(await client.create(pipelineRuns, planned, { signal })).facts;
}

/** The run of an earlier call whose answer was lost. One that belongs to somebody else is a name that is taken. */
async function adopt(
  planned: PlannedRun,
  facts: ScanFacts,
  client: KubeClient,
  signal: AbortSignal,
): Promise<RunFacts> {
  const { name, namespace } = planned.metadata;
  const read = async <T extends KubeObject>(resource: Resource<T>): Promise<T> => {
    const found = await client.get(resource, { namespace, name }, { signal });
    if (found === undefined) throw refuse('ApiUnavailable', `${name} was there and is gone`, { againInMs: 1_000 });
    if (!(found.metadata.ownerReferences ?? []).some(({ uid }) => uid === facts.uid))
      throw refuse('RunRefused', `the name ${name} is taken by another object`);
    return found;
  };
  return planned.kind === 'TaskRun'
    ? projectTaskRun(await read(taskRuns)).facts
    : projectPipelineRun(await read(pipelineRuns)).facts;
}
