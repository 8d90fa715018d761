import type { Json, JsonObject } from '../json.ts';
import type { Registry } from '../kinds/registry.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/resource.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Reviews: kinds that are only created, and answered at once. */
export interface ReviewKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The review kinds this server answers. */
export const reviewKinds: readonly ReviewKind[] = [
  { group: 'authentication.k8s.io', version: 'v1', resource: 'tokenreviews', kind: 'TokenReview', namespaced: false },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    resource: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    resource: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    resource: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    resource: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    resource: 'localsubjectaccessreviews',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
  },
];

/** Groups and versions in the order of registration, reviews included, the core group first. */
export function groupVersions(registry: Registry): { group: string; versions: string[] }[] {
  const groups = registry.groups();
  for (const review of reviewKinds) {
    const found = groups.find((g) => g.group === review.group);
    if (found === undefined) groups.push({ group: review.group, versions: [review.version] });
    else if (!found.versions.includes(review.version)) found.versions.push(review.version);
  }
  return groups;
}

function groupObject(group: string, versions: readonly string[]): JsonObject {
  const all = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: all, preferredVersion: all[0] ?? {} };
}

/** `/apis`. */
export function groupList(registry: Registry): JsonObject {
  const groups = groupVersions(registry).filter((g) => g.group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((g) => groupObject(g.group, g.versions)) };
}

/** `/apis/GROUP`; undefined when there is no such group. */
export function groupAnswer(registry: Registry, group: string): JsonObject | undefined {
  const found = groupVersions(registry).find((g) => g.group === group && group !== '');
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupObject(found.group, found.versions) };
}

/** `/api/v1` or `/apis/GROUP/VERSION`; undefined when there is none. */
export function resourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const resources = registry.kinds(group, version).flatMap(resourceEntries);
  for (const review of reviewKinds) {
    if (review.group !== group || review.version !== version) continue;
    const { resource, kind, namespaced } = review;
    resources.push({ name: resource, singularName: kind.toLowerCase(), namespaced, kind, verbs: ['create'] });
  }
  if (resources.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf({ group, version }), resources };
}

function resourceEntries(kind: ResourceKind): JsonObject[] {
  const main: JsonObject = {
    name: kind.resource,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.kind === 'Namespace' ? verbs.filter((v) => v !== 'deletecollection') : verbs,
  };
  if (kind.shortNames.length > 0) main.shortNames = [...kind.shortNames];
  if (kind.categories.length > 0) main.categories = [...kind.categories];
  const out = [main];
  if (kind.hasStatus) out.push(subresource(kind, 'status', kind.kind));
  if (kind.scale !== undefined) {
    out.push({ ...subresource(kind, 'scale', 'Scale'), group: 'autoscaling', version: 'v1' });
  }
  return out;
}

function subresource(kind: ResourceKind, name: string, kindName: string): JsonObject {
  const { resource, namespaced } = kind;
  return {
    name: `${resource}/${name}`,
    singularName: '',
    namespaced,
    kind: kindName,
    verbs: ['get', 'patch', 'update'],
  };
}

/** The aggregated form of `/api` (`core` true) or `/apis`: everything in one answer (apidiscovery.k8s.io/v2). */
export function aggregated(registry: Registry, core: boolean): JsonObject {
  const items: Json[] = groupVersions(registry)
    .filter((g) => (g.group === '') === core)
    .map(({ group, versions }) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versions.map((version) => ({
        version,
        resources: discoveryResources(registry, group, version),
        freshness: 'Current',
      })),
    }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function discoveryResources(registry: Registry, group: string, version: string): JsonObject[] {
  const out = registry.kinds(group, version).map((kind): JsonObject => {
    const [main, ...below] = resourceEntries(kind);
    const subresources = below.map((entry) => ({
      subresource: String(entry.name).split('/')[1] ?? '',
      responseKind: { group: entry.group ?? group, version: entry.version ?? version, kind: entry.kind ?? '' },
      verbs: entry.verbs ?? [],
    }));
    const entry: JsonObject = {
      resource: kind.resource,
      responseKind: { group, version, kind: kind.kind },
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: kind.singular,
      verbs: main?.verbs ?? verbs,
    };
    if (kind.shortNames.length > 0) entry.shortNames = [...kind.shortNames];
    if (kind.categories.length > 0) entry.categories = [...kind.categories];
    if (subresources.length > 0) entry.subresources = subresources;
    return entry;
  });
  for (const review of reviewKinds) {
    if (review.group !== group || review.version !== version) continue;
    out.push({
      resource: review.resource,
      responseKind: { group, version, kind: review.kind },
      scope: review.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: review.kind.toLowerCase(),
      verbs: ['create'],
    });
  }
  return out;
}
