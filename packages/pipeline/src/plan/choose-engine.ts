import { accountsOf, type ScanObject, scanAnnotations } from '../request/scan-object.ts';
import type { Engine } from './run-object.ts';

/** A service account as far as we look: names and annotations, never secrets themselves. */
export interface AccountFacts {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is run, and, when it is not what was asked for, why: a sentence for an Event. */
export interface EngineChoice {
  readonly engine: Engine;
  readonly because?: string;
}

/** Annotations by which clouds give an account an identity of its own. */
const identityAnnotations: readonly string[] = [
  'eks.amazonaws.com/role-arn',
  'azure.workload.identity/client-id',
  'iam.gke.io/gcp-service-account',
];

/**
 * One pod has one account, so the fused engine is for publishers whose credentials are docker-registry secrets: they can be mounted in one step.
 * The scan's annotation wins over the configured engine, but nobody can ask for a run that could not publish.
 */
export function chooseEngine(scan: ScanObject, publisher: AccountFacts, configured: Engine): EngineChoice {
  const said = scan.metadata.annotations?.[scanAnnotations.engine];
  const wanted = said === 'fused' || said === 'compatibility' ? said : configured;
  if (wanted === 'compatibility') return { engine: 'compatibility' };
  const because = obstacles.map((obstacle) => obstacle(scan, publisher)).find((one) => one !== undefined);
  return because === undefined ? { engine: 'fused' } : { engine: 'compatibility', because };
}

type Obstacle = (scan: ScanObject, publisher: AccountFacts) => string | undefined;

const activeKeychain: Obstacle = ({ spec }) => {
  const [first] = spec.activeKeychains ?? [];
  return first && `the keychain ${first.name} is active, and its credentials belong to the account of a whole pod`;
};

const ownIdentity: Obstacle = (scan, publisher) => {
  if (accountsOf(scan).scanner === publisher.name) return undefined;
  const found = identityAnnotations.find((one) => publisher.annotations[one] !== undefined);
  return found && `the publisher's account ${publisher.name} has a workload identity of its own (${found})`;
};

const obstacles: readonly Obstacle[] = [activeKeychain, ownIdentity];

/** Secrets that hold the token of an account, as older clusters list them, are no registry credentials. */
export function registrySecrets({ name, secrets }: AccountFacts): readonly string[] {
  return secrets.filter((secret) => !secret.startsWith(`${name}-token-`));
}
