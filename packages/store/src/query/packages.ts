import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { ids } from '../ingest/dictionary.ts';
import { type ArtifactFilter, artifactCondition, isOpen } from './artifacts.ts';
import { readPage } from './read-page.ts';
import { allOf, type Link, type PackageRow, type Page, type Paging, packageColumns } from './rows.ts';

/** Which packages; what is absent does not matter. */
export interface PackageFilter {
  readonly id?: number;
  readonly name?: string;
  /** Any part of the name, in any case. */
  readonly partOfName?: string;
  readonly version?: string;
  readonly manager?: string;
  /** Only packages that some scan ever found in one of these. */
  readonly in?: ArtifactFilter;
}

/** Packages by id, the oldest first. */
export function findPackages(
  queries: Queries,
  filter: PackageFilter,
  paging: Paging = 'all',
): Promise<Page<PackageRow>> {
  const body = sql`from package p where ${packageCondition(filter)}`;
  return readPage(queries, { columns: packageColumns, body, order: sql`p.id` }, paging);
}

function packageCondition(filter: PackageFilter): RawBuilder<unknown> {
  const { id, name, partOfName, version, manager } = filter;
  return allOf([
    ...(id === undefined ? [] : [sql`p.id = ${id}`]),
    ...(name === undefined ? [] : [sql`p.name = ${name}`]),
    ...(partOfName === undefined || partOfName === ''
      ? []
      : [sql`position(lower(${partOfName}) in lower(p.name)) > 0`]),
    ...(version === undefined ? [] : [sql`p.version = ${version}`]),
    ...(manager === undefined ? [] : [sql`p.manager = ${manager}`]),
    ...(filter.in === undefined ? [] : [sql`p.id in (${packagesIn(filter.in)})`]),
  ]);
}

/** Ids of packages ever found in artifacts. */
export function packagesIn(filter: ArtifactFilter): RawBuilder<unknown> {
  // Every package came with an image or a source; of images alone nobody needs to look.
  if (filter.kind === 'image' && isOpen(filter)) return sql`select id from package`;
  return sql`select c.package_id from artifact a join artifact_set s on s.artifact_id = a.id
    join pkgset on pkgset.id = s.pkgset_id cross join unnest(pkgset.ids) member(id)
    join component c on c.id = member.id where ${artifactCondition(filter)}`;
}

/** Packages by id. */
export async function packagesById(queries: Queries, packageIds: readonly number[]): Promise<readonly PackageRow[]> {
  if (packageIds.length === 0) return [];
  const { rows } = await sql<PackageRow>`select ${packageColumns} from package p where p.id = any(${ids(packageIds)})
    order by p.id`.execute(queries);
  return rows;
}

/** Which vulnerabilities were ever found in packages, in whatever artifact. Source: spec/store.md §3.1. */
export async function linksOfPackages(queries: Queries, packageIds: readonly number[]): Promise<readonly Link[]> {
  if (packageIds.length === 0) return [];
  const { rows } =
    await sql<Link>`select distinct c.package_id as "packageId", pair.vulnerability_id as "vulnerabilityId"
    from component c join pair on pair.component_id = c.id where c.package_id = any(${ids(packageIds)})
    order by 1, 2`.execute(queries);
  return rows;
}

/** In which packages vulnerabilities were ever found; of `within` only, when given. */
export async function linksOfVulnerabilities(
  queries: Queries,
  vulnerabilityIds: readonly number[],
  within?: ArtifactFilter,
): Promise<readonly Link[]> {
  if (vulnerabilityIds.length === 0) return [];
  const narrowed = within === undefined ? sql`` : sql`and c.package_id in (${packagesIn(within)})`;
  const { rows } =
    await sql<Link>`select distinct c.package_id as "packageId", pair.vulnerability_id as "vulnerabilityId"
    from pair join component c on c.id = pair.component_id
    where pair.vulnerability_id = any(${ids(vulnerabilityIds)}) ${narrowed} order by 1, 2`.execute(queries);
  return rows;
}
