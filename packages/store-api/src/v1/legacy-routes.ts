import { AssayError } from '@assay/contract';
import {
  type ArtifactFilter,
  type ArtifactRow,
  artifactsWithPackages,
  artifactsWithVulnerabilities,
  findArtifacts,
  findPackages,
  findVulnerabilities,
  type PackageFilter,
  type Queries,
  type VulnerabilityFilter,
} from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { idOf, idOrText, invalid, type Query, severitiesOf, soundText, textOf } from './request-words.ts';
import type { RouteContext } from './store-routes.ts';
import { imageTree, leafOf, packageTrees, sourceTree, vulnerabilityTrees } from './trees.ts';

type Named = { readonly Params: { readonly key: string }; readonly Querystring: Query };
type Asked = { readonly Querystring: Query };

/** The routes of the first releases: plain lists, no pages. */
export function addLegacyRoutes(server: FastifyInstance, { store: { queries } }: RouteContext): void {
  server.get<Asked>('/api/images', async ({ query }) => imageTree(queries, await oneImage(queries, imageQuery(query))));
  server.get<Asked>('/api/images/packages', async ({ query }) => packagesOf(queries, imageQuery(query)));
  server.get<Named>('/api/images/:key/packages', async ({ params }) => packagesOf(queries, imageKey(params.key)));
  server.get<Named>('/api/images/:key/vulnerabilities', async ({ params, query }) =>
    vulnerabilitiesOf(queries, imageKey(params.key), severitiesOf(query)),
  );
  server.get<Asked>('/api/sources', async ({ query }) => {
    const { rows } = await findArtifacts(queries, sourceQuery(query));
    return Promise.all(rows.map((row) => sourceTree(queries, row)));
  });
  server.get<Asked>('/api/sources/packages', async ({ query }) => packagesOf(queries, sourceQuery(query)));
  server.get<Asked>('/api/sources/vulnerabilities', async ({ query }) =>
    vulnerabilitiesOf(queries, sourceQuery(query), severitiesOf(query)),
  );
  server.get<Named>('/api/sources/:key/packages', async ({ params }) =>
    packagesOf(queries, ...(await sourceKey(queries, params.key))),
  );
  server.get<Named>('/api/sources/:key/vulnerabilities', async ({ params, query }) => {
    const [first, ...more] = await sourceKey(queries, params.key);
    return first === undefined ? [] : vulnerabilitiesOf(queries, first, severitiesOf(query), ...more);
  });
  addPackageRoutes(server, queries);
  addVulnerabilityRoutes(server, queries);
}

function addPackageRoutes(server: FastifyInstance, queries: Queries): void {
  server.get<Asked>('/api/packages', async ({ query }) => {
    const id = idOf(query);
    const name = textOf(query, 'name');
    const version = textOf(query, 'version');
    if (id === undefined && name === undefined) throw invalid('one of id and name is needed');
    const { rows } = await findPackages(queries, {
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      ...(version === undefined ? {} : { version }),
    });
    return packageTrees(queries, rows);
  });
  for (const kind of ['image', 'source'] as const) {
    server.get<Named>(`/api/packages/:key/${kind}s`, async ({ params }) => {
      const { rows } = await findPackages(queries, packageKey(params.key));
      const found = await artifactsWithPackages(
        queries,
        kind,
        rows.map(({ id }) => id),
      );
      return found.map(leafOf);
    });
  }
  server.get<Named>('/api/packages/:key/vulnerabilities', async ({ params, query }) => {
    const { rows } = await findPackages(queries, packageKey(params.key));
    const packageIds = rows.map(({ id }) => id);
    return listed(queries, { packageIds, ...severitiesOf(query) });
  });
}

function addVulnerabilityRoutes(server: FastifyInstance, queries: Queries): void {
  server.get<Asked>('/api/vulnerabilities', async ({ query }) => {
    const name = textOf(query, 'CVEID');
    if (name === undefined) throw invalid('CVEID is needed');
    return listed(queries, { name, ...severitiesOf(query) });
  });
  server.get<Named>('/api/vulnerabilities/:key/packages', async ({ params }) => {
    const { rows } = await findVulnerabilities(queries, { name: soundText(params.key, 'the path') });
    const trees = await vulnerabilityTrees(queries, rows);
    const ids = new Set(trees.flatMap(({ tree }) => tree.Packages.map(({ ID }) => ID)));
    const packages = await Promise.all([...ids].sort((a, b) => a - b).map((id) => findPackages(queries, { id })));
    return packageTrees(
      queries,
      packages.flatMap((page) => page.rows),
    );
  });
  for (const kind of ['image', 'source'] as const) {
    server.get<Named>(`/api/vulnerabilities/:key/${kind}s`, async ({ params }) => {
      const { rows } = await findVulnerabilities(queries, { name: soundText(params.key, 'the path') });
      const found = await artifactsWithVulnerabilities(
        queries,
        kind,
        rows.map(({ id }) => id),
      );
      return found.map(leafOf);
    });
  }
}

async function listed(queries: Queries, filter: VulnerabilityFilter) {
  const { rows } = await findVulnerabilities(queries, filter);
  return (await vulnerabilityTrees(queries, rows)).map(({ tree }) => tree);
}

/** Packages ever found in any of the artifacts, each once. */
async function packagesOf(queries: Queries, ...filters: readonly ArtifactFilter[]) {
  const pages = await Promise.all(filters.map((filter) => findPackages(queries, { in: filter })));
  const byId = new Map(pages.flatMap(({ rows }) => rows.map((row) => [row.id, row])));
  return packageTrees(
    queries,
    [...byId.values()].sort((a, b) => a.id - b.id),
  );
}

/** Vulnerabilities of artifacts, each with the packages of them that it is in. */
async function vulnerabilitiesOf(
  queries: Queries,
  filter: ArtifactFilter,
  severities: Pick<VulnerabilityFilter, 'severities'>,
  ...more: readonly ArtifactFilter[]
) {
  const lists = await Promise.all(
    [filter, ...more].map(async (each) => {
      const { rows } = await findVulnerabilities(queries, { in: each, ...severities });
      return (await vulnerabilityTrees(queries, rows, each)).map(({ tree }) => tree);
    }),
  );
  const byId = new Map(lists.flat().map((tree) => [tree.ID, tree]));
  return [...byId.values()].sort((a, b) => a.ID - b.ID);
}

/** The newest image that fits. Throws NOT_STORED. */
async function oneImage(queries: Queries, filter: ArtifactFilter): Promise<ArtifactRow> {
  const { rows } = await findArtifacts(queries, filter);
  const image = rows.at(-1);
  if (image === undefined) throw new AssayError('NOT_STORED', 'Not found');
  return image;
}

function imageQuery(query: Query): ArtifactFilter {
  const id = idOf(query);
  const digest = textOf(query, 'digest');
  const name = textOf(query, 'name');
  if (id === undefined && digest === undefined && name === undefined)
    throw invalid('one of id, digest and name is needed');
  return {
    kind: 'image',
    ...(id === undefined ? {} : { id }),
    ...(digest === undefined ? {} : { digest }),
    ...(name === undefined ? {} : { name }),
  };
}

function imageKey(segment: string): ArtifactFilter {
  const key = idOrText(segment);
  return 'id' in key ? { kind: 'image', id: key.id } : { kind: 'image', digest: key.text };
}

function sourceQuery(query: Query): ArtifactFilter {
  const id = idOf(query);
  const name = textOf(query, 'repo');
  const digest = textOf(query, 'sha');
  const organization = textOf(query, 'org');
  if (id === undefined && name === undefined && digest === undefined && organization === undefined)
    throw invalid('one of id, repo, sha and org is needed');
  return {
    kind: 'source',
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(digest === undefined ? {} : { digest }),
    ...(organization === undefined ? {} : { organization }),
  };
}

/** A source by id, commit or repository: a commit is tried first. */
async function sourceKey(queries: Queries, segment: string): Promise<readonly ArtifactFilter[]> {
  const key = idOrText(segment);
  if ('id' in key) return [{ kind: 'source', id: key.id }];
  const byCommit = await findArtifacts(queries, { kind: 'source', digest: key.text }, { page: 1, size: 1 });
  return [byCommit.rows.length > 0 ? { kind: 'source', digest: key.text } : { kind: 'source', name: key.text }];
}

function packageKey(segment: string): PackageFilter {
  const key = idOrText(segment);
  return 'id' in key ? { id: key.id } : { name: key.text };
}
