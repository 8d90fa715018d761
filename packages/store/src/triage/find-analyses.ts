import { AssayError } from '@assay/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { findArtifacts } from '../query/artifacts.ts';
import { readPage } from '../query/read-page.ts';
import { type ArtifactRow, allOf, artifactColumns, type Page, type Paging } from '../query/rows.ts';
import type { AnalysisFinding } from './analysis.ts';

/** An analysis with its whole trail, the newest decision first. */
export interface AnalysisRow {
  readonly uid: string;
  readonly createdBy: string;
  readonly groupUid: string;
  readonly artifact: ArtifactRow;
  readonly package: { readonly name: string; readonly version: string; readonly manager: string };
  readonly vulnerability: { readonly cve: string; readonly description: string };
  readonly findings: readonly AnalysisFinding[];
}

/** Which analyses; what is absent does not matter. */
export interface AnalysisFilter {
  readonly groupUid?: string;
  readonly digest?: string;
  readonly registry?: string;
  readonly commit?: string;
  readonly organization?: string;
  readonly repository?: string;
}

type Row = ArtifactRow & Omit<AnalysisRow, 'artifact'>;

const columns = sql`i.uid, i.created_by as "createdBy", g.uid as "groupUid", ${artifactColumns},
  jsonb_build_object('name', p.name, 'version', p.version, 'manager', p.manager) as package,
  jsonb_build_object('cve', v.vid, 'description', v.description) as vulnerability,
  (select jsonb_agg(jsonb_build_object('state', f.state, 'justification', f.justification, 'responses', f.response,
    'comments', f.comments, 'createdBy', f.created_by) order by f.id desc)
    from analysis_finding f where f.instance_id = i.id) as findings`;
const from = sql`from analysis_instance i join artifact_group g on g.id = i.group_id join artifact a on a.id = i.artifact_id
  join package p on p.id = i.package_id join vulnerability v on v.id = i.vulnerability_id`;

/** Analyses, the newest first. */
export function findAnalyses(
  queries: Queries,
  filter: AnalysisFilter,
  paging: Paging = 'all',
): Promise<Page<AnalysisRow>> {
  const { groupUid, digest, registry, commit, organization, repository } = filter;
  return read(
    queries,
    allOf([
      ...(groupUid === undefined ? [] : [sql`g.uid = ${groupUid}`]),
      ...(digest === undefined ? [] : [sql`a.kind = 'image' and a.digest = ${digest}`]),
      ...(registry === undefined ? [] : [sql`a.kind = 'image' and a.host = ${registry}`]),
      ...(commit === undefined ? [] : [sql`a.kind = 'source' and a.digest = ${commit}`]),
      ...(organization === undefined ? [] : [sql`a.kind = 'source' and a.organization = ${organization}`]),
      ...(repository === undefined ? [] : [sql`a.kind = 'source' and a.name = ${repository}`]),
    ]),
    paging,
  );
}

async function read(queries: Queries, condition: RawBuilder<unknown>, paging: Paging): Promise<Page<AnalysisRow>> {
  const listing = { columns, body: sql`${from} where ${condition}`, order: sql`i.id desc` };
  const page = await readPage<Row>(queries, listing, paging);
  return { count: page.count, rows: page.rows.map(toAnalysis) };
}

function toAnalysis(row: Row): AnalysisRow {
  const { uid, createdBy, groupUid, package: pkg, vulnerability, findings, ...artifact } = row;
  return { uid, createdBy, groupUid, artifact, package: pkg, vulnerability, findings };
}

/**
 * Analyses of earlier images of the same name in a group that could be carried to an image: it has the package and the vulnerability, and no analysis of
 * its own beyond `in_triage`. Source: spec/store.md §3.8, "rebase". Throws REQUEST_INVALID for an image that is not there.
 */
export async function findRebaseOptions(
  queries: Queries,
  wish: { readonly digest: string; readonly registry?: string; readonly groupUid: string },
  paging: Paging = 'all',
): Promise<Page<AnalysisRow>> {
  const { digest, registry, groupUid } = wish;
  const targets = await findArtifacts(queries, {
    kind: 'image',
    digest,
    ...(registry === undefined ? {} : { host: registry }),
  });
  const target = oneImage(targets.rows, digest);
  const own = sql`select from analysis_instance o where o.artifact_id = ${target.id} and o.group_id = i.group_id
    and o.package_id = i.package_id and o.vulnerability_id = i.vulnerability_id and (select f.state from analysis_finding f
      where f.instance_id = o.id order by f.id desc limit 1) <> 'in_triage'`;
  const holds = sql`select from artifact_set s join pkgset on pkgset.id = s.pkgset_id where s.artifact_id = ${target.id}
    and pkgset.ids && array(select c.id from component c where c.package_id = i.package_id)`;
  const affected = sql`select from component c join pair on pair.component_id = c.id
    where c.package_id = i.package_id and pair.vulnerability_id = i.vulnerability_id`;
  return read(
    queries,
    sql`g.uid = ${groupUid} and a.kind = 'image' and a.name = ${target.name} and a.digest <> ${target.digest}
      and (a.created_at, a.id) < (${target.createdAt}, ${target.id})
      and exists (${holds}) and exists (${affected}) and not exists (${own})`,
    paging,
  );
}

function oneImage(images: readonly ArtifactRow[], digest: string): ArtifactRow {
  const [image] = images;
  if (image === undefined || images.length > 1)
    throw new AssayError(
      'REQUEST_INVALID',
      image === undefined
        ? `there is no image with digest '${digest.slice(0, 200)}'`
        : `there are ${images.length} images with digest '${digest.slice(0, 200)}'`,
      image === undefined ? {} : { hint: 'Name the registry too.' },
    );
  return image;
}
