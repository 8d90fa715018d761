import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../../database/database.ts';
import { ids } from '../../ingest/dictionary.ts';
import { countRows } from './artifact-overview.ts';
import { componentsOf } from './finding-filter.ts';
import type { ArtifactName, Total } from './findings.ts';

/** Which package: by name in any ecosystem, or by a package URL as exact as it is. */
export interface PackageWish {
  readonly name?: string;
  readonly purl?: string;
  readonly when: 'now' | 'ever';
}

/** A package in an artifact. */
export interface PackagePlace {
  readonly package: {
    readonly name: string;
    readonly version: string;
    readonly manager: string;
    readonly purl: string;
  };
  readonly artifact: ArtifactName;
  /** Whether the newest report of the artifact lists it. */
  readonly isCurrent: boolean;
  readonly place: readonly (string | number)[];
}

/** A version and in how many artifacts it is. */
export interface VersionCount {
  readonly name: string;
  readonly version: string;
  readonly manager: string;
  readonly artifacts: number;
}

/** Where a package is: its versions, a part of the places behind one, and how many there are. `undefined` when no package is called so. */
export async function findPackagePlaces(
  queries: Queries,
  wish: PackageWish,
  { after, limit }: { readonly after?: readonly (string | number)[]; readonly limit: number },
): Promise<
  | { readonly versions: readonly VersionCount[]; readonly places: readonly PackagePlace[]; readonly total: Total }
  | undefined
> {
  const { rows: components } = await sql<{
    id: number;
  }>`select c.id from component c join package p on p.id = c.package_id
    where ${named(wish)}`.execute(queries);
  if (components.length === 0) return undefined;
  const chosen = ids(components.map(({ id }) => id));
  const held =
    wish.when === 'now'
      ? sql`select a.id as artifact_id, m.id as component_id from pkgset s join artifact a on a.head_pkgset = s.id`
      : sql`select distinct x.artifact_id, m.id as component_id from pkgset s join artifact_set x on x.pkgset_id = s.id`;
  const members = sql`with members as materialized (${held} cross join unnest(s.ids) m(id)
    where s.ids && ${chosen} and m.id = any(${chosen}))`;
  const body = sql`from members h join component c on c.id = h.component_id join package p on p.id = c.package_id`;
  const { rows: versions } = await sql<VersionCount>`${members} select p.name, p.version, p.manager,
    count(distinct h.artifact_id)::int4 as artifacts ${body} group by 1, 2, 3 order by 1, 2, 3 limit 1000`.execute(
    queries,
  );
  const behind =
    after === undefined
      ? sql`true`
      : sql`(p.name, p.version, c.id, a.id) > (${after[0]}::text, ${after[1]}::text, ${after[2]}::int4, ${after[3]}::int4)`;
  const current =
    wish.when === 'now'
      ? sql`true`
      : sql`exists (select from pkgset k where k.id = a.head_pkgset and c.id = any(k.ids))`;
  const { rows: places } = await sql<PackagePlace>`${members} select
    jsonb_build_object('name', p.name, 'version', p.version, 'manager', p.manager, 'purl', c.purl) as package,
    jsonb_build_object('id', a.id, 'kind', a.kind, 'host', a.host, 'organization', a.organization, 'name', a.name,
      'digest', a.digest) as artifact, ${current} as "isCurrent",
    jsonb_build_array(p.name, p.version, c.id, a.id) as place
    ${body} join artifact a on a.id = h.artifact_id where ${behind}
    order by p.name, p.version, c.id, a.id limit ${limit}`.execute(queries);
  // A `with` inside of the count keeps the sets from being read twice.
  const total = await countRows(queries, sql`${members} select from members`);
  return { versions, places, total };
}

function named({ name, purl }: PackageWish): RawBuilder<unknown> {
  if (purl === undefined) return sql`p.name = ${name ?? ''}`;
  return sql`c.id in (${componentsOf([purl])})`;
}
