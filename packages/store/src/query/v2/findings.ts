import { type Severity, severities } from '@assay/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../../database/database.ts';
import type { ArtifactRow } from '../rows.ts';
import type { FindingFilter } from './finding-filter.ts';
import { tellHistory } from './finding-history.ts';
import { behind, type FindingSort, orderSql, type Place } from './finding-order.ts';
import { matchesSql, type Scope, scopeSql, walk } from './finding-scope.ts';
import { tellTriage } from './triage-of.ts';

/** What an artifact is called. */
export type ArtifactName = Pick<ArtifactRow, 'id' | 'kind' | 'host' | 'organization' | 'name' | 'digest'>;

/** A decision that counts for a finding. */
export interface FindingTriage {
  readonly state: string;
  readonly justification: string;
  readonly responses: readonly string[];
  readonly comments: string;
  readonly by: string;
  readonly at: Date;
  /** The UID of the group in which it was made. */
  readonly group: string;
  /** The earlier artifact that it was made about; `null` when it is about this one. */
  readonly carriedFrom: { readonly id: number; readonly digest: string } | null;
}

/** A vulnerability in a package of an artifact. */
export interface FindingRow {
  readonly pairId: number;
  readonly componentId: number;
  readonly packageId: number;
  readonly vulnerabilityId: number;
  readonly cve: string;
  readonly severity: Severity;
  readonly package: {
    readonly name: string;
    readonly version: string;
    readonly manager: string;
    readonly purl: string;
  };
  readonly artifact: ArtifactName;
  readonly fixedIn: readonly string[];
  /** Of the scans of the artifact that found it; `null` when it came without a report. */
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
  /** The first scan after them that did not; `null` while it is there. */
  readonly fixedAt: Date | null;
  readonly triage: FindingTriage | null;
  readonly place: Place;
}

/** A vulnerability and how far it reaches. */
export interface FindingGroup {
  readonly cve: string;
  readonly severity: Severity;
  readonly artifacts: number;
  readonly packages: number;
  /** Whether a fix is known for some of the packages. */
  readonly isFixable: boolean;
  readonly place: Place;
}

/** How many there are: exactly, or more than were counted. */
export interface Total {
  readonly kind: 'exact' | 'more-than';
  readonly value: number;
}

/** Nobody reads more of them one by one; counting on would read the whole portfolio. */
export const mostCounted = 10_000;

/** Which part of the findings: in an order, behind a place, so many. */
export interface FindingWish {
  readonly filter: FindingFilter;
  readonly sort: FindingSort;
  readonly after?: Place;
  readonly limit: number;
}

type Core = Omit<FindingRow, 'severity' | 'firstSeen' | 'lastSeen' | 'fixedAt' | 'triage'> & { readonly rank: number };

/** Findings of artifacts with their history and decisions. */
export async function findFindings(queries: Queries, wish: FindingWish): Promise<readonly FindingRow[]> {
  const { filter, sort, after } = wish;
  const order = orderSql(sort, 'artifact');
  const columns = sql`f.pair_id as "pairId", f.component_id as "componentId", f.package_id as "packageId",
    f.vulnerability_id as "vulnerabilityId", f.vid as cve, f.rank, f.fixed_in as "fixedIn",
    jsonb_build_object('name', f.name, 'version', f.version, 'manager', f.manager, 'purl', f.purl) as package,
    jsonb_build_object('id', a.id, 'kind', a.kind, 'host', a.host, 'organization', a.organization, 'name', a.name,
      'digest', a.digest) as artifact, jsonb_build_array(${order}) as place`;
  const found = await gather<Core>(queries, { ...wish, grain: 'artifact' }, (scope, limit) => {
    // The artifact comes last in every other order: of one pair no more are needed than of all.
    const some = sort === 'artifact' ? sql`` : sql`order by a.id limit ${limit}`;
    return sql`${scopeSql(filter, scope)} select ${columns}
      ${matchesSql(filter, scope, behind(sort, 'artifact', after), some)} order by ${order} limit ${limit}`;
  });
  const [histories, decisions] = [await tellHistory(queries, found), await tellTriage(queries, found)];
  return found.map(({ rank, ...core }, at) => ({
    ...core,
    severity: severityAt(rank),
    ...(histories[at] ?? { firstSeen: null, lastSeen: null, fixedAt: null }),
    triage: decisions[at] ?? null,
  }));
}

/** The same, one row a vulnerability. Its orders are `severity` and `cve`. */
export async function findFindingGroups(
  queries: Queries,
  wish: FindingWish & { readonly sort: 'severity' | 'cve' },
): Promise<readonly FindingGroup[]> {
  const { filter, sort, after } = wish;
  const order = orderSql(sort, 'vulnerability');
  const found = await gather<Omit<FindingGroup, 'severity'> & { readonly rank: number }>(
    queries,
    { ...wish, grain: 'vulnerability' },
    (scope, limit) => sql`${scopeSql(filter, scope)}
      select f.vid as cve, f.rank, count(distinct a.id)::int4 as artifacts,
        count(distinct f.package_id)::int4 as packages, bool_or(f.fixed_in <> '{}') as "isFixable",
        jsonb_build_array(${order}) as place
      ${matchesSql(filter, scope, behind(sort, 'vulnerability', after))} group by f.vid, f.rank order by ${order} limit ${limit}`,
  );
  return found.map(({ rank, ...group }) => ({ ...group, severity: severityAt(rank) }));
}

/** Counts findings, or the vulnerabilities among them, up to `mostCounted`. */
export async function countFindings(
  queries: Queries,
  filter: FindingFilter,
  grain: 'artifact' | 'vulnerability',
): Promise<Total> {
  let value = 0;
  // In the order of ids: then no vulnerability is counted in two scopes, and none needs to be rated for its place.
  for await (const scope of walk(queries, { filter, sort: 'cve', grain })) {
    const found =
      grain === 'artifact'
        ? sql`select ${matchesSql(filter, scope)}`
        : sql`select distinct f.vulnerability_id ${matchesSql(filter, scope, sql`true`, sql`limit 1`)}`;
    const { rows } = await sql<{ n: number }>`${scopeSql(filter, scope)} select count(*)::int4 as n
      from (${found} limit ${mostCounted + 1 - value}) x`.execute(queries);
    value += rows[0]?.n ?? 0;
    if (value > mostCounted) return { kind: 'more-than', value: mostCounted };
  }
  return { kind: 'exact', value };
}

/** Asks one scope after the other until there are enough. */
async function gather<T>(
  queries: Queries,
  wish: FindingWish & { readonly grain: 'artifact' | 'vulnerability' },
  ask: (scope: Scope, limit: number) => RawBuilder<unknown>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const scope of walk(queries, wish)) {
    const { rows } = await sql<T>`${ask(scope, wish.limit - found.length)}`.execute(queries);
    found.push(...rows);
    if (found.length >= wish.limit) break;
  }
  return found;
}

/** The severity at a place. */
export function severityAt(rank: number): Severity {
  return severities[rank] ?? 'unknown';
}
