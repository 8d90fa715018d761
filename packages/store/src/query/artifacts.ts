import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { ids } from '../ingest/dictionary.ts';
import { readPage } from './read-page.ts';
import { type ArtifactRow, allOf, artifactColumns, type Page, type Paging } from './rows.ts';

/** Which artifacts; what is absent does not matter. Texts compare exactly. */
export interface ArtifactFilter {
  readonly kind: ArtifactRow['kind'];
  readonly id?: number;
  readonly host?: string;
  readonly organization?: string;
  readonly name?: string;
  readonly digest?: string;
}

/** Whether a filter names nothing but a kind. */
export function isOpen({ kind: _, ...rest }: ArtifactFilter): boolean {
  return Object.values(rest).every((value) => value === undefined);
}

/** The filter as a condition on `artifact a`. */
export function artifactCondition(filter: ArtifactFilter): RawBuilder<unknown> {
  const { kind, id, host, organization, name, digest } = filter;
  return allOf([
    sql`a.kind = ${kind}`,
    ...(id === undefined ? [] : [sql`a.id = ${id}`]),
    ...(host === undefined ? [] : [sql`a.host = ${host}`]),
    ...(organization === undefined ? [] : [sql`a.organization = ${organization}`]),
    ...(name === undefined ? [] : [sql`a.name = ${name}`]),
    ...(digest === undefined ? [] : [sql`a.digest = ${digest}`]),
  ]);
}

/** Artifacts by id, the oldest first. */
export function findArtifacts(
  queries: Queries,
  filter: ArtifactFilter,
  paging: Paging = 'all',
): Promise<Page<ArtifactRow>> {
  return readPage(
    queries,
    { columns: artifactColumns, body: sql`from artifact a where ${artifactCondition(filter)}`, order: sql`a.id` },
    paging,
  );
}

/** Artifacts of which some scan ever found one of the packages. */
export async function artifactsWithPackages(
  queries: Queries,
  kind: ArtifactRow['kind'],
  packageIds: readonly number[],
): Promise<readonly ArtifactRow[]> {
  if (packageIds.length === 0) return [];
  const components = sql`select c.id from component c where c.package_id = any(${ids(packageIds)})`;
  return withComponents(queries, kind, components);
}

/** Artifacts that hold a package in which one of the vulnerabilities was ever found, be it in another artifact. Source: spec/store.md §3.1. */
export async function artifactsWithVulnerabilities(
  queries: Queries,
  kind: ArtifactRow['kind'],
  vulnerabilityIds: readonly number[],
): Promise<readonly ArtifactRow[]> {
  if (vulnerabilityIds.length === 0) return [];
  const components = sql`select other.id from pair join component c on c.id = pair.component_id
    join component other on other.package_id = c.package_id
    where pair.vulnerability_id = any(${ids(vulnerabilityIds)})`;
  return withComponents(queries, kind, components);
}

async function withComponents(
  queries: Queries,
  kind: ArtifactRow['kind'],
  components: RawBuilder<unknown>,
): Promise<readonly ArtifactRow[]> {
  // The ids come first: only then does the planner see that the index of sets is the way.
  const found = await sql<{ ids: readonly number[] }>`select coalesce(array_agg(distinct x.id), '{}') as ids
    from (${components}) x`.execute(queries);
  const wanted = found.rows[0]?.ids ?? [];
  if (wanted.length === 0) return [];
  const { rows } = await sql<ArtifactRow>`select ${artifactColumns} from artifact a
    where a.kind = ${kind} and a.id in (select s.artifact_id from pkgset join artifact_set s on s.pkgset_id = pkgset.id
      where pkgset.ids && ${ids(wanted)}) order by a.id`.execute(queries);
  return rows;
}

/** Sources an image was built from. */
export async function sourcesOfImages(
  queries: Queries,
  imageIds: readonly number[],
): Promise<readonly (ArtifactRow & { readonly imageId: number })[]> {
  const { rows } = await sql<
    ArtifactRow & { readonly imageId: number }
  >`select l.image_id as "imageId", ${artifactColumns}
    from image_source l join artifact a on a.id = l.source_id where l.image_id = any(${ids(imageIds)}) order by a.id`.execute(
    queries,
  );
  return rows;
}
