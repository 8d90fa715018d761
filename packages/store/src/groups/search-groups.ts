import { sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { ids, texts } from '../ingest/dictionary.ts';
import { readPage } from '../query/read-page.ts';
import { type ArtifactRow, artifactColumns, type Page, type Paging } from '../query/rows.ts';

/** Images and sources a search is about. */
export interface EntityChoice {
  readonly digests: readonly string[];
  readonly shas: readonly string[];
  /** Only those in this group. */
  readonly groupUid?: string;
}

export interface GroupRow {
  readonly id: number;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The newest report linked to it; `null` when there is none. */
  readonly reportUid: string | null;
}

const groupColumns = sql`g.id, g.uid, g.labels, (select t.uid from group_report l join report t on t.id = l.report_id
  where l.group_id = g.id order by l.report_id desc limit 1) as "reportUid"`;

/** The artifacts of a choice. */
export async function chosenArtifacts(queries: Queries, choice: EntityChoice): Promise<readonly ArtifactRow[]> {
  const { digests, shas, groupUid } = choice;
  const grouped =
    groupUid === undefined
      ? sql``
      : sql`and a.id in (select m.artifact_id from group_artifact m join artifact_group g on g.id = m.group_id
          where g.uid = ${groupUid})`;
  const { rows } = await sql<ArtifactRow>`select ${artifactColumns} from artifact a
    where ((a.kind = 'image' and a.digest = any(${texts(digests)})) or (a.kind = 'source' and a.digest = any(${texts(shas)})))
    ${grouped} order by a.id`.execute(queries);
  return rows;
}

/** Groups that hold at least one of the artifacts. */
export function groupsHolding(
  queries: Queries,
  artifactIds: readonly number[],
  paging: Paging,
): Promise<Page<GroupRow>> {
  const body = sql`from artifact_group g where g.id in (select group_id from group_artifact
    where artifact_id = any(${ids(artifactIds)}))`;
  return readPage(queries, { columns: groupColumns, body, order: sql`g.id` }, paging);
}

/** Which of the artifacts are in which group. */
export async function membersOf(
  queries: Queries,
  groupIds: readonly number[],
  artifactIds?: readonly number[],
): Promise<readonly (ArtifactRow & { readonly groupId: number })[]> {
  if (groupIds.length === 0) return [];
  const narrowed = artifactIds === undefined ? sql`` : sql`and a.id = any(${ids(artifactIds)})`;
  const { rows } = await sql<
    ArtifactRow & { readonly groupId: number }
  >`select m.group_id as "groupId", ${artifactColumns}
    from group_artifact m join artifact a on a.id = m.artifact_id
    where m.group_id = any(${ids(groupIds)}) ${narrowed} order by a.id`.execute(queries);
  return rows;
}

/** Which groups a vulnerability touches: some artifact of theirs holds a package in which it was ever found. */
export interface Reach {
  readonly vulnerabilityId: number;
  readonly groupIds: readonly number[];
  /** The artifacts of each group through which it is touched. */
  readonly artifactIds: readonly number[];
}

/** The reach of vulnerabilities, whatever artifacts they were asked about. Source: spec/store.md §4.8. */
export async function reachOf(queries: Queries, vulnerabilityIds: readonly number[]): Promise<readonly Reach[]> {
  if (vulnerabilityIds.length === 0) return [];
  const wide = sql`select distinct other.id as component_id, pair.vulnerability_id from pair
    join component c on c.id = pair.component_id join component other on other.package_id = c.package_id
    where pair.vulnerability_id = any(${ids(vulnerabilityIds)})`;
  const found = await sql<{ ids: readonly number[] }>`select coalesce(array_agg(distinct w.component_id), '{}') as ids
    from (${wide}) w`.execute(queries);
  const { rows } = await sql<Reach>`with wide as (${wide}),
    grouped as (select distinct s.pkgset_id, s.artifact_id from group_artifact m
      join artifact_set s on s.artifact_id = m.artifact_id),
    hit as (select distinct wide.vulnerability_id, grouped.artifact_id from grouped
      join pkgset on pkgset.id = grouped.pkgset_id cross join unnest(pkgset.ids) member(id)
      join wide on wide.component_id = member.id where pkgset.ids && ${ids(found.rows[0]?.ids ?? [])})
    select hit.vulnerability_id as "vulnerabilityId", array_agg(distinct m.group_id) as "groupIds",
      array_agg(distinct hit.artifact_id) as "artifactIds"
    from hit join group_artifact m on m.artifact_id = hit.artifact_id group by 1`.execute(queries);
  return rows;
}

/** Groups by id. */
export async function groupsById(queries: Queries, groupIds: readonly number[]): Promise<readonly GroupRow[]> {
  if (groupIds.length === 0) return [];
  const { rows } = await sql<GroupRow>`select ${groupColumns} from artifact_group g where g.id = any(${ids(groupIds)})
    order by g.id`.execute(queries);
  return rows;
}
