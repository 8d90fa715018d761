import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { texts } from '../ingest/dictionary.ts';
import type { Tool } from '../ingest/facts.ts';
import { readPage } from './read-page.ts';
import {
  type ArtifactRow,
  allOf,
  artifactColumns,
  type Link,
  type PackageRow,
  type Page,
  type Paging,
  packageColumns,
  type RatingRow,
  ratingColumns,
  type VulnerabilityRow,
  vulnerabilityColumns,
} from './rows.ts';
import { uidKey } from './uid-key.ts';

/** A group as reports name it. */
export interface GroupLabel {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A report without what it lists. */
export interface ReportHead {
  readonly id: number;
  readonly uid: string;
  readonly generatedAt: Date;
  /** When the document says it was made. */
  readonly madeAt: Date | null;
  readonly originalLocation: string;
  readonly filePath: string;
  readonly skipped: number;
  readonly tool: Tool | null;
  readonly artifact: ArtifactRow;
  readonly groups: readonly GroupLabel[];
}

/** What a report lists, and nothing that is known from elsewhere. */
export interface ReportContent {
  readonly packages: readonly PackageRow[];
  readonly vulnerabilities: readonly VulnerabilityRow[];
  readonly links: readonly Link[];
  readonly ratings: readonly RatingRow[];
}

/** Which reports; what is absent does not matter. */
export interface ReportFilter {
  readonly uids?: readonly string[];
  readonly digest?: string;
  readonly sha?: string;
  readonly originalLocation?: string;
  readonly groupUid?: string;
  readonly groupName?: string;
  readonly groupNamespace?: string;
}

interface HeadRow extends ArtifactRow {
  readonly reportId: number;
  readonly uid: string;
  readonly generatedAt: Date;
  readonly madeAt: Date | null;
  readonly originalLocation: string;
  readonly filePath: string;
  readonly skipped: number;
  readonly tool: Tool | null;
  readonly groups: readonly GroupLabel[];
}

const headColumns = sql`t.id as "reportId", t.uid, t.generated_at as "generatedAt", d.made_at as "madeAt",
  t.original_location as "originalLocation", t.file_path as "filePath", d.skipped,
  (select jsonb_build_object('name', o.name, 'version', o.version, 'vendor', o.vendor) from tool o where o.id = d.tool_id) as tool,
  (select coalesce(jsonb_agg(jsonb_build_object('uid', g.uid, 'labels', g.labels) order by g.id), '[]')
    from group_report l join artifact_group g on g.id = l.group_id where l.report_id = t.id) as groups,
  ${artifactColumns}`;

/** Heads of reports in the order of their submission. */
export async function findReports(
  queries: Queries,
  filter: ReportFilter,
  order: 'ASC' | 'DESC',
  paging: Paging = 'all',
): Promise<Page<ReportHead>> {
  const body = sql`from report t join artifact a on a.id = t.artifact_id join document d on d.id = t.document_id where ${reportCondition(filter)}`;
  const direction = order === 'ASC' ? sql`t.generated_at, t.id` : sql`t.generated_at desc, t.id desc`;
  const page = await readPage<HeadRow>(queries, { columns: headColumns, body, order: direction }, paging);
  return { count: page.count, rows: page.rows.map(toHead) };
}

function reportCondition(filter: ReportFilter): RawBuilder<unknown> {
  const { uids, digest, sha, originalLocation, groupUid, groupName, groupNamespace } = filter;
  const groups = [
    ...(groupUid === undefined ? [] : [sql`g.uid = ${groupUid}`]),
    ...(groupName === undefined ? [] : [sql`g.labels->>'name' = ${groupName}`]),
    ...(groupNamespace === undefined ? [] : [sql`g.labels->>'namespace' = ${groupNamespace}`]),
  ];
  return allOf([
    ...(uids === undefined
      ? []
      : // The name's own row says in which part of the history the report is.
        [
          sql`(t.generated_at, t.id) in (select k.generated_at, k.id from report_uid k
            where k.key = any(${texts(uids.map(uidKey))}::uuid[]))`,
        ]),
    ...(digest === undefined ? [] : [sql`a.kind = 'image' and a.digest = ${digest}`]),
    ...(sha === undefined ? [] : [sql`a.kind = 'source' and a.digest = ${sha}`]),
    ...(originalLocation === undefined ? [] : [sql`t.original_location = ${originalLocation}`]),
    ...(groups.length === 0
      ? []
      : [
          sql`exists (select from group_report l join artifact_group g on g.id = l.group_id
            where l.report_id = t.id and ${allOf(groups)})`,
        ]),
  ]);
}

function toHead(row: HeadRow): ReportHead {
  const { reportId, uid, generatedAt, madeAt, originalLocation, filePath, skipped, tool, groups, ...artifact } = row;
  return {
    id: reportId,
    ...{ uid, generatedAt, madeAt, originalLocation, filePath, skipped, tool, groups },
    artifact,
  };
}

/** What a report lists. */
export async function readContent(queries: Queries, { id, generatedAt }: ReportHead): Promise<ReportContent> {
  const of = sql`report t join document d on d.id = t.document_id
    where t.generated_at = ${generatedAt} and t.id = ${id}`;
  const packages = await sql<PackageRow>`select distinct ${packageColumns} from package p where p.id in (
    select c.package_id from component c where c.id in (
      select unnest(s.ids) from pkgset s where s.id = (select d.pkgset_id from ${of}))) order by p.id`.execute(queries);
  const links = await sql<Link>`select distinct c.package_id as "packageId", pair.vulnerability_id as "vulnerabilityId"
    from pair join component c on c.id = pair.component_id where pair.id in (
      select unnest(s.ids) from pairset s where s.id = (select d.pairset_id from ${of})) order by 1, 2`.execute(
    queries,
  );
  const vulnerabilities =
    await sql<VulnerabilityRow>`select ${vulnerabilityColumns} from vulnerability v where v.id in (
    select pair.vulnerability_id from pair where pair.id in (
      select unnest(s.ids) from pairset s where s.id = (select d.pairset_id from ${of}))) order by v.id`.execute(
      queries,
    );
  const ratings = await sql<RatingRow>`select ${ratingColumns} from rating r where r.id in (
    select unnest(s.ids) from ratingset s where s.id = (select d.ratingset_id from ${of})) order by r.id`.execute(
    queries,
  );
  return { packages: packages.rows, links: links.rows, vulnerabilities: vulnerabilities.rows, ratings: ratings.rows };
}

const decompress = promisify(gunzip);

/** A report's document as it came, byte by byte. `undefined` when the report is gone. */
export async function readOriginal(
  queries: Queries,
  { id, generatedAt }: ReportHead,
): Promise<{ readonly mediaType: string; readonly bytes: Uint8Array } | undefined> {
  const { rows } = await sql<{
    mediaType: string;
    gzip: Uint8Array;
    size: number;
  }>`select d.media_type as "mediaType", d.gzip,
    d.size from document d where d.id = (select t.document_id from report t
    where t.generated_at = ${generatedAt} and t.id = ${id})`.execute(queries);
  const row = rows[0];
  if (row === undefined) return undefined;
  return { mediaType: row.mediaType, bytes: await decompress(row.gzip, { maxOutputLength: row.size + 1 }) };
}
