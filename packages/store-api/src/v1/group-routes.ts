import {
  changeGroup,
  chosenArtifacts,
  type EntityChoice,
  findPackages,
  findVulnerabilities,
  type GroupRow,
  groupsById,
  groupsHolding,
  linksOfVulnerabilities,
  membersOf,
  packagesById,
  type Queries,
  ratingsOf,
  reachOf,
  type VulnerabilityRow,
} from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { bodyOf } from '../server/body-of.ts';
import { Fields } from './body-fields.ts';
import { envelope, slice } from './envelope.ts';
import { toEntityResponse, toPackage, toRating, toVulnerability } from './models.ts';
import { invalid, severityFilter, toPaging } from './request-words.ts';
import type { RouteContext } from './store-routes.ts';
import { packageTrees } from './trees.ts';

/** Groups of images and sources. Source: spec/store.md §3.7, §4.8. */
export function addGroupRoutes(server: FastifyInstance, { store: { queries } }: RouteContext): void {
  server.post('/api/v1/artifact-groups', async (request, reply) => {
    const body = Fields.of(bodyOf(request));
    const artifact = artifactOf(body);
    const labels = body.textMap('Labels');
    const reportUid = body.text('ReportUID');
    const group = await changeGroup(queries, {
      uid: body.needed('UID'),
      ...(labels === undefined ? {} : { labels }),
      ...(artifact === undefined ? {} : { artifact }),
      ...(reportUid === undefined ? {} : { reportUid }),
    });
    return reply.code(201).send({
      UID: group.uid,
      Labels: group.labels,
      ReportUID: reportUid ?? '',
      Entities: group.artifacts.map(({ id, kind }) => ({ ID: id, Type: kind })),
    });
  });
  server.post('/api/v1/artifact-groups/_search', async (request) => searchGroups(queries, Fields.of(bodyOf(request))));
  server.post('/api/v1/artifact-groups/vulnerabilities/_search', async (request) =>
    searchVulnerabilities(queries, Fields.of(bodyOf(request))),
  );
  server.post('/api/v1/artifact-groups/vulnerabilities/_reach', async (request) =>
    searchReach(queries, Fields.of(bodyOf(request))),
  );
}

/** `Type` and `EntityID` come together. Throws REQUEST_INVALID. */
function artifactOf(body: Fields): { readonly kind: 'image' | 'source'; readonly id: number } | undefined {
  const kind = body.text('Type');
  const id = body.whole('EntityID', 0);
  if (kind === undefined && (id === undefined || id === 0)) return undefined;
  if (kind !== 'image' && kind !== 'source')
    throw invalid(kind === undefined ? 'Type is missing beside EntityID' : 'Type is neither image nor source');
  if (id === undefined) throw invalid('EntityID is missing beside Type');
  return { kind, id: Math.min(id, 2_147_483_647) };
}

function choiceOf(body: Fields): EntityChoice {
  const digests = body.texts('Digests');
  const shas = body.texts('Shas');
  if (digests.length === 0 && shas.length === 0) throw invalid('at least one of Digests and Shas is needed');
  return { digests, shas };
}

const bodyPaging = (body: Fields) => toPaging(body.truth('All'), body.whole('Page', 1), body.whole('PageSize', 1));

/** Groups that hold the entities, each with its matching entities and their matching packages. */
async function searchGroups(queries: Queries, body: Fields) {
  const paging = bodyPaging(body);
  const artifacts = await chosenArtifacts(queries, choiceOf(body));
  const name = body.text('PackageName');
  const cve = body.text('CVEID');
  const packages = new Map<number, Awaited<ReturnType<typeof entityPackages>>>();
  for (const { id, kind } of artifacts) packages.set(id, await entityPackages(queries, kind, id, name, cve));
  // A filter that nothing of an entity fits leaves the entity out.
  const isNarrowed = name !== undefined || cve !== undefined;
  const left = artifacts.filter(({ id }) => !isNarrowed || (packages.get(id) ?? []).length > 0);
  const ids = left.map(({ id }) => id);
  const page = await groupsHolding(queries, ids, paging);
  const members = await membersOf(
    queries,
    page.rows.map(({ id }) => id),
    ids,
  );
  const membersByGroup = Map.groupBy(members, ({ groupId }) => groupId);
  const results = page.rows.map((group) => ({
    ...toGroup(group),
    Entities: (membersByGroup.get(group.id) ?? []).map((member) => ({
      ...toEntityResponse(member),
      Packages: packages.get(member.id) ?? [],
    })),
  }));
  return envelope(results, page.count, paging);
}

/** Packages of an entity by exact name and CVE, with their vulnerabilities: of the CVE alone, when one is named. */
async function entityPackages(
  queries: Queries,
  kind: 'image' | 'source',
  id: number,
  name: string | undefined,
  cve: string | undefined,
) {
  const { rows } = await findPackages(queries, { in: { kind, id }, ...(name === undefined ? {} : { name }) });
  const wanted =
    cve === undefined ? undefined : new Set((await findVulnerabilities(queries, { name: cve })).rows.map((v) => v.id));
  const trees = await packageTrees(queries, rows);
  return trees
    .map(({ Images: _images, Sources: _sources, Vulnerabilities, ...rest }) => ({
      ...rest,
      Vulnerabilities: Vulnerabilities.filter(({ ID }) => wanted === undefined || wanted.has(ID)).map(
        ({ Packages: _packages, ...vulnerability }) => vulnerability,
      ),
    }))
    .filter(({ Vulnerabilities }) => wanted === undefined || Vulnerabilities.length > 0);
}

function toGroup({ uid, labels, reportUid }: GroupRow) {
  return { UID: uid, Labels: labels, ReportUID: reportUid ?? '' };
}

/** Vulnerabilities of the chosen entities that a package's name leaves. */
async function affecting(
  queries: Queries,
  artifacts: readonly { readonly id: number; readonly kind: 'image' | 'source' }[],
  name: string | undefined,
  severities?: readonly string[],
): Promise<readonly VulnerabilityRow[]> {
  const words = (severities ?? []).map(severityFilter);
  const found = new Map<number, VulnerabilityRow>();
  for (const { id, kind } of artifacts) {
    const packages = await findPackages(queries, { in: { kind, id }, ...(name === undefined ? {} : { name }) });
    const packageIds = packages.rows.map((row) => row.id);
    const { rows } = await findVulnerabilities(queries, { packageIds, severities: words });
    for (const row of rows) found.set(row.id, row);
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}

/** Each vulnerability with its packages in the chosen entities, and every group that it touches. */
async function searchVulnerabilities(queries: Queries, body: Fields) {
  const paging = bodyPaging(body);
  const groupUid = body.text('ArtifactGroupUID');
  const choice = { ...choiceOf(body), ...(groupUid === undefined ? {} : { groupUid }) };
  const artifacts = await chosenArtifacts(queries, choice);
  const name = body.text('PackageName');
  const page = slice(await affecting(queries, artifacts, name), paging);
  const ids = page.rows.map(({ id }) => id);
  const reach = new Map((await reachOf(queries, ids)).map((entry) => [entry.vulnerabilityId, entry]));
  const groupIds = [...new Set([...reach.values()].flatMap((entry) => entry.groupIds))];
  const groups = new Map((await groupsById(queries, groupIds)).map((group) => [group.id, group]));
  const members = Map.groupBy(await membersOf(queries, groupIds), ({ groupId }) => groupId);
  const links = Map.groupBy(await linksOfVulnerabilities(queries, ids), (link) => link.vulnerabilityId);
  const packageIds = [...links.values()].flat().map(({ packageId }) => packageId);
  const packages = new Map((await packagesById(queries, [...new Set(packageIds)])).map((row) => [row.id, row]));
  const ratings = Map.groupBy(await ratingsOf(queries, ids), ({ vulnerabilityId }) => vulnerabilityId);
  const results = page.rows.map((row) => {
    const touched = reach.get(row.id);
    const through = new Set(touched?.artifactIds ?? []);
    return {
      ...toVulnerability(row),
      Ratings: (ratings.get(row.id) ?? []).map(toRating),
      Packages: (links.get(row.id) ?? [])
        .map(({ packageId }) => packages.get(packageId))
        .filter((pkg) => pkg !== undefined && (name === undefined || pkg.name === name))
        .map((pkg) => (pkg === undefined ? {} : toPackage(pkg))),
      ArtifactGroups: (touched?.groupIds ?? [])
        .map((id) => groups.get(id))
        .filter((group) => group !== undefined)
        .map((group) => ({
          ...toGroup(group),
          Entities: (members.get(group.id) ?? []).filter(({ id }) => through.has(id)).map(toEntityResponse),
        })),
    };
  });
  return envelope(results, page.count, paging);
}

/** How many groups each vulnerability of the chosen entities touches, the widest first. */
async function searchReach(queries: Queries, body: Fields) {
  const paging = bodyPaging(body);
  const artifacts = await chosenArtifacts(queries, choiceOf(body));
  const rows = await affecting(queries, artifacts, undefined, body.texts('Severities'));
  const ids = rows.map(({ id }) => id);
  const counts = new Map((await reachOf(queries, ids)).map((entry) => [entry.vulnerabilityId, entry.groupIds.length]));
  const sorted = rows.toSorted((a, b) => (counts.get(b.id) ?? 0) - (counts.get(a.id) ?? 0) || a.id - b.id);
  const page = slice(sorted, paging);
  const shown = page.rows.map(({ id }) => id);
  const ratings = Map.groupBy(await ratingsOf(queries, shown), ({ vulnerabilityId }) => vulnerabilityId);
  const results = page.rows.map((row) => ({
    AgCount: counts.get(row.id) ?? 0,
    Vulnerability: { ...toVulnerability(row), Ratings: (ratings.get(row.id) ?? []).map(toRating) },
  }));
  return envelope(results, page.count, paging);
}
