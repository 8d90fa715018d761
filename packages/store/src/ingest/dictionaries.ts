import { sql } from 'kysely';
import { type Dictionary, IdCache, ids, texts } from './dictionary.ts';
import type { Entity, PackageFacts, RatingFacts, Tool, VulnerabilityFacts } from './facts.ts';

/** A package with the id of its v1 identity. */
export type ComponentRow = PackageFacts & { readonly packageId: number };
export type RatingRow = Omit<RatingFacts, 'vulnerability'> & { readonly vulnerabilityId: number };
export interface PairRow {
  readonly componentId: number;
  readonly vulnerabilityId: number;
}

/** Every dictionary, with its memory of ids. */
export interface Dictionaries {
  readonly packages: Dictionary<Pick<PackageFacts, 'name' | 'version' | 'manager'>>;
  readonly components: Dictionary<ComponentRow>;
  readonly vulnerabilities: Dictionary<Pick<VulnerabilityFacts, 'id'>>;
  readonly ratings: Dictionary<RatingRow>;
  readonly pairs: Dictionary<PairRow>;
  readonly tools: Dictionary<Tool>;
  readonly artifacts: Dictionary<Entity>;
}

/** Dictionaries with empty memories. Together they stay below some 60 MB. */
export function createDictionaries(): Dictionaries {
  return {
    packages: {
      cache: new IdCache(150_000),
      keyOf: ({ name, version, manager }) => `${name}\0${version}\0${manager}`,
      select: (rows) => sql`select u.at, d.id from unnest(${texts(rows.map((r) => r.name))},
        ${texts(rows.map((r) => r.version))}, ${texts(rows.map((r) => r.manager))})
        with ordinality u(name, version, manager, at)
        join package d on d.name = u.name and d.version = u.version and d.manager = u.manager`,
      insert: (rows) => sql`insert into package (name, version, manager) select * from unnest(
        ${texts(rows.map((r) => r.name))}, ${texts(rows.map((r) => r.version))}, ${texts(rows.map((r) => r.manager))})
        on conflict do nothing`,
    },
    components: {
      cache: new IdCache(150_000),
      keyOf: ({ packageId, purl }) => `${packageId}\0${purl}`,
      select: (rows) => sql`select u.at, d.id from unnest(${ids(rows.map((r) => r.packageId))},
        ${texts(rows.map((r) => r.purl))}) with ordinality u(package_id, purl, at)
        join component d on d.package_id = u.package_id and d.purl = u.purl`,
      insert: (rows) => sql`insert into component (package_id, purl, base, versioned) select * from unnest(
        ${ids(rows.map((r) => r.packageId))}, ${texts(rows.map((r) => r.purl))}, ${texts(rows.map((r) => r.base))},
        ${texts(rows.map((r) => r.versioned))}) on conflict do nothing`,
    },
    vulnerabilities: {
      cache: new IdCache(100_000),
      keyOf: ({ id }) => id,
      select: (rows) => sql`select u.at, d.id from unnest(${texts(rows.map((r) => r.id))})
        with ordinality u(vid, at) join vulnerability d on d.vid = u.vid`,
      insert: (rows) => sql`insert into vulnerability (vid) select * from unnest(${texts(rows.map((r) => r.id))})
        on conflict do nothing`,
    },
    ratings: {
      cache: new IdCache(100_000),
      keyOf: (r) => [r.vulnerabilityId, r.source, r.method, r.severity, r.score ?? '', r.vector].join('\0'),
      select: (rows) => sql`select u.at, d.id from unnest(${ids(rows.map((r) => r.vulnerabilityId))},
        ${texts(rows.map((r) => r.source))}, ${texts(rows.map((r) => r.method))}, ${texts(rows.map((r) => r.severity))},
        ${scores(rows)}, ${texts(rows.map((r) => r.vector))})
        with ordinality u(vulnerability_id, source, method, severity, score, vector, at)
        join rating d on d.vulnerability_id = u.vulnerability_id and d.source = u.source and d.method = u.method
        and d.severity = u.severity and d.vector = u.vector and d.score is not distinct from u.score`,
      insert: (rows) => sql`insert into rating (vulnerability_id, source, method, severity, score, vector)
        select * from unnest(${ids(rows.map((r) => r.vulnerabilityId))}, ${texts(rows.map((r) => r.source))},
        ${texts(rows.map((r) => r.method))}, ${texts(rows.map((r) => r.severity))}, ${scores(rows)},
        ${texts(rows.map((r) => r.vector))}) on conflict do nothing`,
    },
    pairs: {
      cache: new IdCache(300_000),
      keyOf: ({ componentId, vulnerabilityId }) => `${componentId} ${vulnerabilityId}`,
      select: (rows) => sql`select u.at, d.id from unnest(${ids(rows.map((r) => r.componentId))},
        ${ids(rows.map((r) => r.vulnerabilityId))}) with ordinality u(component_id, vulnerability_id, at)
        join pair d on d.component_id = u.component_id and d.vulnerability_id = u.vulnerability_id`,
      insert: (rows) => sql`insert into pair (component_id, vulnerability_id) select * from unnest(
        ${ids(rows.map((r) => r.componentId))}, ${ids(rows.map((r) => r.vulnerabilityId))}) on conflict do nothing`,
    },
    tools: {
      cache: new IdCache(1_000),
      keyOf: ({ name, version, vendor }) => `${name}\0${version}\0${vendor}`,
      select: (rows) => sql`select u.at, d.id from unnest(${texts(rows.map((r) => r.name))},
        ${texts(rows.map((r) => r.version))}, ${texts(rows.map((r) => r.vendor))})
        with ordinality u(name, version, vendor, at)
        join tool d on d.name = u.name and d.version = u.version and d.vendor = u.vendor`,
      insert: (rows) => sql`insert into tool (name, version, vendor) select * from unnest(
        ${texts(rows.map((r) => r.name))}, ${texts(rows.map((r) => r.version))}, ${texts(rows.map((r) => r.vendor))})
        on conflict do nothing`,
    },
    artifacts: {
      cache: new IdCache(20_000),
      keyOf: ({ digest, kind, host, organization, name }) => [digest, kind, host, organization, name].join('\0'),
      select: (rows) => sql`select u.at, d.id from unnest(${texts(rows.map((r) => r.digest))},
        ${texts(rows.map((r) => r.kind))}, ${texts(rows.map((r) => r.host))}, ${texts(rows.map((r) => r.organization))},
        ${texts(rows.map((r) => r.name))}) with ordinality u(digest, kind, host, organization, name, at)
        join artifact d on d.digest = u.digest and d.kind = u.kind and d.host = u.host
        and d.organization = u.organization and d.name = u.name`,
      insert: (rows) => sql`insert into artifact (digest, kind, host, organization, name) select * from unnest(
        ${texts(rows.map((r) => r.digest))}, ${texts(rows.map((r) => r.kind))}, ${texts(rows.map((r) => r.host))},
        ${texts(rows.map((r) => r.organization))}, ${texts(rows.map((r) => r.name))}) on conflict do nothing`,
    },
  };
}

function scores(rows: readonly RatingRow[]) {
  return sql`${rows.map((row) => row.score ?? null)}::float8[]`;
}
