import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../../database/database.ts';
import { ids } from '../../ingest/dictionary.ts';
import type { FindingTriage } from './findings.ts';

/**
 * Joins `t` to `artifact a`: the decision that counts for a vulnerability in a package of it. The newest about the artifact itself;
 * without one the newest about an earlier artifact of the same name and host, made in a group that both are in. Another version of
 * the package is another question.
 */
export function withTriage(packageId: RawBuilder<unknown>, vulnerabilityId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`left join lateral (select d.state, d.justification, d.response as responses, d.comments,
      d.created_by as "by", d.created_at as at, g.uid as "group",
      case when i.artifact_id = a.id then null else b.id end as "carriedId",
      case when i.artifact_id = a.id then null else b.digest end as "carriedDigest"
    from analysis_instance i join artifact_group g on g.id = i.group_id join artifact b on b.id = i.artifact_id
    cross join lateral (select n.* from analysis_finding n where n.instance_id = i.id order by n.id desc limit 1) d
    where i.vulnerability_id = ${vulnerabilityId} and i.package_id = ${packageId} and (i.artifact_id = a.id
      or (b.kind = a.kind and b.host = a.host and b.organization = a.organization and b.name = a.name
        and (b.created_at, b.id) < (a.created_at, a.id)
        and exists (select from group_artifact m where m.group_id = i.group_id and m.artifact_id = a.id)))
    order by i.artifact_id = a.id desc, d.id desc limit 1) t on true`;
}

/** Which findings the decisions are wanted of. */
export interface Undecided {
  readonly artifact: { readonly id: number };
  readonly packageId: number;
  readonly vulnerabilityId: number;
}

type Row = Omit<FindingTriage, 'carriedFrom'> & {
  readonly place: number;
  readonly carriedId: number | null;
  readonly carriedDigest: string | null;
};

/** The decision of each finding, by its place; nothing where nobody has decided. */
export async function tellTriage(
  queries: Queries,
  findings: readonly Undecided[],
): Promise<readonly (FindingTriage | undefined)[]> {
  if (findings.length === 0) return [];
  const columns = [
    ids(findings.map(({ artifact }) => artifact.id)),
    ids(findings.map(({ packageId }) => packageId)),
    ids(findings.map(({ vulnerabilityId }) => vulnerabilityId)),
  ];
  const { rows } = await sql<Row>`select u.place, t.* from unnest(${sql.join(columns)}) with ordinality
    u(artifact_id, package_id, vulnerability_id, place) join artifact a on a.id = u.artifact_id
    ${withTriage(sql`u.package_id`, sql`u.vulnerability_id`)} where t.state is not null`.execute(queries);
  const found = new Map(rows.map((row) => [Number(row.place), row]));
  return findings.map((_, at) => {
    const row = found.get(at + 1);
    if (row === undefined) return undefined;
    const { place: _place, carriedId, carriedDigest, ...decision } = row;
    const carriedFrom = carriedId === null || carriedDigest === null ? null : { id: carriedId, digest: carriedDigest };
    return { ...decision, carriedFrom };
  });
}
