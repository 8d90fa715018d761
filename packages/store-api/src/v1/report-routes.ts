import { AssayError } from '@assay/contract';
import { findReports, type Queries, type ReportFilter, type ReportHead, readContent, type Tool } from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { bodyOf } from '../server/body-of.ts';
import { Fields } from './body-fields.ts';
import { envelope } from './envelope.ts';
import { toReportRating } from './models.ts';
import { invalid, pagingOf, type Query, soundText, textOf, toPaging } from './request-words.ts';
import { reportSbom, wantedSbom } from './sbom-output.ts';
import type { RouteContext } from './store-routes.ts';

/** Reports: what one document said, at its time. Source: spec/store.md §3.9. */
export function addReportRoutes(server: FastifyInstance, { store }: RouteContext): void {
  const { queries } = store;
  server.get<{ Querystring: Query }>('/api/v1/reports', async ({ query }) => {
    const paging = pagingOf(query);
    const page = await findReports(queries, reportFilter(query), ordering(query), paging);
    return envelope(page.rows.map(toSearchResult), page.count, paging);
  });
  server.post('/api/v1/reports/_search', async (request) => {
    const body = Fields.of(bodyOf(request));
    const uids = body.texts('ReportUIDs');
    if (uids.length === 0) throw invalid('ReportUIDs is missing');
    const paging = toPaging(body.truth('All'), body.whole('Page', 1), body.whole('PageSize', 1));
    const page = await findReports(queries, { uids }, 'DESC', paging);
    const results = [];
    for (const report of page.rows) results.push(await toReport(queries, report));
    return envelope(results, page.count, paging);
  });
  for (const path of ['/api/v1/reports/:uid', '/api/v1/report/:uid']) {
    server.get<{ Params: { uid: string } }>(path, async ({ params, headers }, reply) => {
      const { rows } = await findReports(queries, { uids: [soundText(params.uid, 'the path')] }, 'DESC');
      const [report] = rows;
      if (report === undefined) throw new AssayError('NOT_STORED', 'Not found');
      const wanted = wantedSbom(headers);
      if (wanted === undefined) return toReport(queries, report);
      return reply.header('content-type', wanted.mediaType).send(await reportSbom(store, report, wanted));
    });
  }
}

/** Exactly one of digest, sha and original_location; groups only with the first two. Throws REQUEST_INVALID. */
function reportFilter(query: Query): ReportFilter {
  const digest = textOf(query, 'digest');
  const sha = textOf(query, 'sha');
  const originalLocation = textOf(query, 'original_location');
  if ([digest, sha, originalLocation].filter((each) => each !== undefined).length !== 1)
    throw invalid('exactly one of digest, sha and original_location is needed');
  const groupUid = textOf(query, 'artifact_group_uid');
  const groupName = textOf(query, 'artifact_group_name');
  const groupNamespace = textOf(query, 'artifact_group_namespace');
  const isGrouped = groupUid !== undefined || groupName !== undefined || groupNamespace !== undefined;
  if (isGrouped && originalLocation !== undefined)
    throw invalid('the filters of artifact groups come with digest or sha only');
  return {
    ...(digest === undefined ? {} : { digest }),
    ...(sha === undefined ? {} : { sha }),
    ...(originalLocation === undefined ? {} : { originalLocation }),
    ...(groupUid === undefined ? {} : { groupUid }),
    ...(groupName === undefined ? {} : { groupName }),
    ...(groupNamespace === undefined ? {} : { groupNamespace }),
  };
}

function ordering(query: Query): 'ASC' | 'DESC' {
  const word = (textOf(query, 'ordering') ?? 'DESC').toUpperCase();
  if (word === 'ASC' || word === 'DESC') return word;
  throw invalid(`ordering is ${JSON.stringify(word.slice(0, 40))}, not ASC or DESC`);
}

/** RFC 3339 in seconds, as the product prints it. */
function seconds(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function toTool(tool: Tool | null) {
  return tool === null ? null : { Name: tool.name, Vendor: tool.vendor, Version: tool.version };
}

/** `SearchReportResponse`; both names of the entity, as 1.6 and 1.7 have one each. */
function toSearchResult(report: ReportHead) {
  const [group] = report.groups;
  return {
    ...head(report),
    EntityID: report.artifact.id,
    EntityType: report.artifact.kind,
    EntityUID: report.artifact.digest,
    artifact_group: group === undefined ? null : { UID: group.uid, Labels: group.labels },
    tool: toTool(report.tool),
  };
}

function head({ uid, generatedAt, originalLocation, filePath }: ReportHead) {
  return {
    UID: uid,
    GeneratedAt: seconds(generatedAt),
    OriginalLocation: originalLocation,
    OriginalLocationFilePath: filePath,
  };
}

/** `ReportResponse`: packages and vulnerabilities of this report alone. */
async function toReport(queries: Queries, report: ReportHead) {
  const { packages, vulnerabilities, links, ratings } = await readContent(queries, report);
  const ratingsOf = Map.groupBy(ratings, ({ vulnerabilityId }) => vulnerabilityId);
  const leaves = new Map(
    vulnerabilities.map(({ id, vid, description, url, cna, references }) => [
      id,
      {
        ...{ CVEID: vid, Description: description, URL: url, CNA: cna, References: references },
        Ratings: (ratingsOf.get(id) ?? []).map(toReportRating),
      },
    ]),
  );
  const linksOf = Map.groupBy(links, ({ packageId }) => packageId);
  const { artifact } = report;
  return {
    ...head(report),
    tool: toTool(report.tool),
    entity: {
      Type: artifact.kind,
      ...(artifact.kind === 'image'
        ? { Registry: artifact.host, Name: artifact.name, Digest: artifact.digest }
        : { Host: artifact.host, Org: artifact.organization, Repo: artifact.name, Sha: artifact.digest }),
      ArtifactGroups: report.groups.map(({ uid, labels }) => ({ UID: uid, Labels: labels })),
      Packages: packages.map(({ id, name, version, manager, homepage }) => ({
        ...{ Name: name, Version: version, PackageManager: manager, Homepage: homepage },
        Vulnerabilities: (linksOf.get(id) ?? [])
          .map(({ vulnerabilityId }) => leaves.get(vulnerabilityId))
          .filter((leaf) => leaf !== undefined),
      })),
    },
  };
}
