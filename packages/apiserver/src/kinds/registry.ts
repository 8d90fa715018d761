import type { ResourceKind } from './resource.ts';

/** What the server serves. Built-in kinds stay; those of CustomResourceDefinitions come and go. */
export class Registry {
  readonly #groups = new Map<string, Map<string, Map<string, ResourceKind>>>();
  readonly #byCollection = new Map<string, ResourceKind>();
  #generation = 0;

  /** Changes whenever what is served changes. */
  get generation(): number {
    return this.#generation;
  }

  add(kind: ResourceKind, isStored = true): void {
    let versions = this.#groups.get(kind.group);
    if (versions === undefined) {
      versions = new Map();
      this.#groups.set(kind.group, versions);
    }
    let resources = versions.get(kind.version);
    if (resources === undefined) {
      resources = new Map();
      versions.set(kind.version, resources);
    }
    resources.set(kind.resource, kind);
    if (isStored || !this.#byCollection.has(kind.collection)) this.#byCollection.set(kind.collection, kind);
    this.#generation += 1;
  }

  /** Stops serving every version of a resource. */
  drop(group: string, resource: string): void {
    const versions = this.#groups.get(group);
    for (const [version, resources] of versions ?? []) {
      const kind = resources.get(resource);
      if (kind !== undefined) this.#byCollection.delete(kind.collection);
      resources.delete(resource);
      if (resources.size === 0) versions?.delete(version);
    }
    if (versions?.size === 0) this.#groups.delete(group);
    this.#generation += 1;
  }

  find(group: string, version: string, resource: string): ResourceKind | undefined {
    return this.#groups.get(group)?.get(version)?.get(resource);
  }

  /** The kind whose form the stored objects of a collection have. */
  stored(collection: string): ResourceKind | undefined {
    return this.#byCollection.get(collection);
  }

  /** The kind named by an apiVersion and kind. */
  named(apiVersion: string, kind: string): ResourceKind | undefined {
    const slash = apiVersion.indexOf('/');
    const group = slash < 0 ? '' : apiVersion.slice(0, slash);
    const resources = this.#groups.get(group)?.get(apiVersion.slice(slash + 1));
    for (const candidate of resources?.values() ?? []) if (candidate.kind === kind) return candidate;
    return undefined;
  }

  /** Groups and their versions, in order of registration; the core group is the empty name. */
  groups(): { group: string; versions: string[] }[] {
    return [...this.#groups].map(([group, versions]) => ({ group, versions: sortVersions([...versions.keys()]) }));
  }

  kinds(group: string, version: string): ResourceKind[] {
    const resources = this.#groups.get(group)?.get(version);
    return [...(resources?.values() ?? [])].sort((a, b) => (a.resource < b.resource ? -1 : 1));
  }
}

/** Sorts versions as Kubernetes does: stable before beta before alpha, newer first. */
export function sortVersions(versions: readonly string[]): string[] {
  const rank = (version: string): readonly number[] => {
    const form = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (form === null) return [3, 0, 0];
    const stage = form[2] === undefined ? 0 : form[2] === 'beta' ? 1 : 2;
    return [stage, -Number(form[1]), -Number(form[3] ?? 0)];
  };
  return [...versions].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    const at = x.findIndex((value, index) => value !== y[index]);
    return at < 0 ? (a < b ? -1 : 1) : (x[at] ?? 0) - (y[at] ?? 0);
  });
}
