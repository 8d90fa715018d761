import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../../database/database.ts';
import type { SeverityCounts } from '../../ingest/sets.ts';
import { allOf } from '../rows.ts';
import { type FindingFilter, levelSql } from './finding-filter.ts';
import { reportMoment } from './finding-history.ts';
import { type ArtifactName, mostCounted, type Total } from './findings.ts';

/** Findings by severity as the document of a report rated them. */
export type Counts = SeverityCounts;

/** An artifact with what is known of it now. */
export interface ArtifactOverview extends ArtifactName {
  readonly createdAt: Date;
  /** Of the newest scan; `null` is never scanned, not clean. */
  readonly counts: Counts | null;
  /** The newest report; `null` for what came without one. */
  readonly lastReport: { readonly uid: string; readonly at: Date } | null;
  readonly groups: readonly string[];
}

const countColumns = sql`jsonb_build_object('critical', s.critical, 'high', s.high, 'medium', s.medium, 'low', s.low,
  'minor', s.minor, 'unknown', s.unknown, 'fixable', s.fixable)`;
const nameOrder = sql`a.name, a.host, a.organization, a.digest, a.id`;

/** Artifacts by name, behind a place, with how many there are. The conditions are those on artifacts. */
export async function findArtifactOverviews(
  queries: Queries,
  filter: FindingFilter,
  wish: { readonly after?: readonly (string | number)[]; readonly limit: number },
): Promise<readonly (ArtifactOverview & { readonly place: readonly (string | number)[] })[]> {
  const { after, limit } = wish;
  const behind =
    after === undefined
      ? sql`true`
      : sql`(${nameOrder}) > (${sql.join(after.map((value, at) => sql`${value}::${sql.raw(at < 4 ? 'text' : 'int4')}`))})`;
  return overviews(queries, sql`${levelSql('artifact', filter)} and ${behind}`, limit);
}

/** One artifact; `undefined` when it is not there. */
export async function findArtifactOverview(queries: Queries, id: number): Promise<ArtifactOverview | undefined> {
  const [found] = await overviews(queries, sql`a.id = ${id}`, 1);
  if (found === undefined) return undefined;
  const { place: _, ...overview } = found;
  return overview;
}

async function overviews(queries: Queries, where: RawBuilder<unknown>, limit: number) {
  type Row = Omit<ArtifactOverview, 'lastReport'> & {
    readonly place: readonly (string | number)[];
    readonly reportUid: string | null;
    readonly reportAt: Date | null;
  };
  const { rows } = await sql<Row>`select a.id, a.kind, a.host, a.organization, a.name, a.digest,
      a.created_at as "createdAt", case when s.id is null then null else ${countColumns} end as counts,
      last.uid as "reportUid", last.at as "reportAt", jsonb_build_array(${nameOrder}) as place,
      array(select g.uid from group_artifact m join artifact_group g on g.id = m.group_id
        where m.artifact_id = a.id order by g.uid) as groups
    from (select a.* from artifact a where ${where} order by ${nameOrder} limit ${limit}) a
    left join pairset s on s.id = a.head_pairset
    left join lateral (select t.uid, a.head_at as at from report t where t.artifact_id = a.id and t.id = a.head_report
      limit 1) last on true
    order by ${nameOrder}`.execute(queries);
  return rows.map(({ reportUid, reportAt, ...row }) => ({
    ...row,
    lastReport: reportUid === null || reportAt === null ? null : { uid: reportUid, at: reportAt },
  }));
}

/** How many artifacts the conditions on artifacts leave. */
export async function countArtifacts(queries: Queries, filter: FindingFilter): Promise<Total> {
  return countRows(queries, sql`select from artifact a where ${levelSql('artifact', filter)}`);
}

/** Counts rows up to `mostCounted`. */
export async function countRows(queries: Queries, listing: RawBuilder<unknown>): Promise<Total> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int4 as n from (${listing} limit ${mostCounted + 1}) x`.execute(queries);
  const n = rows[0]?.n ?? 0;
  return n > mostCounted ? { kind: 'more-than', value: mostCounted } : { kind: 'exact', value: n };
}

/** One report in the history of an artifact. */
export interface HistoryEntry {
  readonly id: number;
  readonly uid: string;
  /** What it speaks of: the date of its document. */
  readonly at: Date;
  readonly submittedAt: Date;
  readonly packages: number;
  /** `null` when it did not look for vulnerabilities. */
  readonly counts: Counts | null;
  readonly tool: { readonly name: string; readonly version: string } | null;
}

/** The reports of an artifact, the oldest first, behind one of them. */
export async function findArtifactHistory(
  queries: Queries,
  artifactId: number,
  wish: { readonly after?: { readonly at: Date; readonly id: number }; readonly limit: number },
): Promise<readonly HistoryEntry[]> {
  const { after, limit } = wish;
  const { rows } =
    await sql<HistoryEntry>`select x.* from (select t.id, t.uid, date_trunc('milliseconds', ${reportMoment}) as at,
      t.generated_at as "submittedAt", p.n as packages, case when d.is_scan then ${countColumns} end as counts,
      (select jsonb_build_object('name', o.name, 'version', o.version) from tool o where o.id = d.tool_id) as tool
    from report t join document d on d.id = t.document_id join pkgset p on p.id = d.pkgset_id
    join pairset s on s.id = d.pairset_id where t.artifact_id = ${artifactId}) x
    where ${allOf(after === undefined ? [] : [sql`(x.at, x.id) > (${after.at}::timestamptz, ${after.id}::int8)`])}
    order by x.at, x.id limit ${limit}`.execute(queries);
  return rows;
}

/** How many reports an artifact has. */
export function countHistory(queries: Queries, artifactId: number): Promise<Total> {
  return countRows(queries, sql`select from report t where t.artifact_id = ${artifactId}`);
}
