import { AssayError } from '@assay/contract';

/** What we read of the store's answers. Source: store-openapi.yaml. */
export interface SeenRating {
  readonly Severity: string;
}

export interface SeenVulnerability {
  readonly CVEID: string;
  readonly Description?: string;
  readonly Ratings: readonly SeenRating[];
  readonly Packages?: readonly SeenPackage[];
}

export interface SeenPackage {
  readonly Name: string;
  readonly Version: string;
  readonly PackageManager: string;
  readonly Vulnerabilities?: readonly SeenVulnerability[];
}

export interface SeenArtifact {
  readonly Registry?: string;
  readonly Host?: string;
  readonly Organization?: string;
  readonly Name?: string;
  readonly Repository?: string;
  readonly Digest?: string;
  readonly Sha?: string;
}

export interface SeenReport {
  readonly UID: string;
  readonly GeneratedAt: string;
  readonly entity: SeenArtifact & { readonly Packages: readonly SeenPackage[] };
}

/** A list of an answer; nothing stored is an empty one. Throws STORE_ANSWER. */
export function listOf<T>(answer: unknown): readonly T[] {
  const list = typeof answer === 'object' && answer !== null && 'Results' in answer ? answer.Results : (answer ?? []);
  if (!Array.isArray(list)) throw new AssayError('STORE_ANSWER', 'the store does not answer with a list');
  return list as readonly T[]; // the shape of the contract; what is shown of it is looked at where it is shown
}

const order = ['critical', 'high', 'medium', 'low', 'negligible', 'none', 'unknown'];

/** The worst severity of a vulnerability; `Unknown` without any. */
export function severityOf({ Ratings }: SeenVulnerability): string {
  const words = (Ratings ?? []).map(({ Severity }) => Severity);
  const rank = (word: string): number => (order.indexOf(word.toLowerCase()) + order.length) % order.length;
  return words.toSorted((a, b) => rank(a) - rank(b))[0] ?? 'Unknown';
}

/** `registry/name@digest`, or `host/organization/repository@sha`. */
export function artifactName(artifact: SeenArtifact): string {
  const { Registry, Host, Organization, Name, Repository, Digest, Sha } = artifact;
  const path = [Registry ?? Host, Organization, Name ?? Repository].filter((part) => part !== undefined && part !== '');
  return `${path.join('/')}@${Digest ?? Sha ?? ''}`;
}
