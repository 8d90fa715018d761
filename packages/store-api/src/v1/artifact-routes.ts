import { AssayError } from '@assay/contract';
import {
  type ArtifactFilter,
  type ArtifactRow,
  findArtifacts,
  findPackages,
  findVulnerabilities,
  isOpen,
  type PackageFilter,
  type PackageRow,
  type Page,
  type Paging,
  type Queries,
  type VulnerabilityRow,
} from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { envelope } from './envelope.ts';
import { dates } from './models.ts';
import { idOrText, pagingOf, type Query, severitiesOf, textOf } from './request-words.ts';
import { aggregatedSbom, wantedSbom } from './sbom-output.ts';
import type { RouteContext } from './store-routes.ts';
import { imageTree, leafOf, packageTrees, sourceTree, vulnerabilityTrees } from './trees.ts';

type Asked = { readonly Querystring: Query };
type One = { readonly Params: { readonly key: string } };

/** Lists with pages, and one image or source as a model or an SBOM. */
export function addArtifactRoutes(server: FastifyInstance, { store }: RouteContext): void {
  const { queries } = store;
  for (const kind of ['image', 'source'] as const) {
    const filterOf = kind === 'image' ? imageFilter : sourceFilter;
    server.get<Asked>(`/api/v1/${kind}s`, async ({ query }) => {
      const paging = pagingOf(query);
      const page = await findArtifacts(queries, filterOf(query), paging);
      return envelope(
        page.rows.map((row) => ({ ...leafOf(row), ...dates(row) })),
        page.count,
        paging,
      );
    });
    server.get<Asked>(`/api/v1/${kind}s/packages`, async ({ query }) => {
      const paging = pagingOf(query);
      const part = textOf(query, 'package_name');
      const filter = { in: filterOf(query), ...(part === undefined ? {} : { partOfName: part }) };
      return packagePage(queries, await findPackages(queries, filter, paging), paging);
    });
    server.get<Asked>(`/api/v1/${kind}s/vulnerabilities`, async ({ query }) => {
      const paging = pagingOf(query);
      const within = filterOf(query);
      const page = await findVulnerabilities(queries, { in: within, ...severitiesOf(query) }, paging);
      return vulnerabilityPage(queries, page, paging, within);
    });
    server.get<One>(`/api/v1/${kind}s/:key`, async ({ params, headers }, reply) => {
      const artifact = await oneArtifact(queries, kind, params.key);
      const wanted = wantedSbom(headers);
      if (wanted !== undefined) {
        const text = await aggregatedSbom(store, artifact, wanted);
        return reply.header('content-type', wanted.mediaType).send(text);
      }
      return kind === 'image' ? imageTree(queries, artifact) : sourceTree(queries, artifact);
    });
  }
  server.get<Asked>('/api/v1/packages', async ({ query }) => {
    const paging = pagingOf(query);
    return packagePage(queries, await findPackages(queries, packageFilter(query), paging), paging);
  });
  server.get<One>('/api/v1/packages/:key', async ({ params }) => {
    const { rows } = await findPackages(queries, { id: wholeId(params.key) });
    const [found] = await packageTrees(queries, rows);
    if (found === undefined) throw new AssayError('NOT_STORED', 'Not found');
    return found;
  });
  server.get<One>('/api/v1/vulnerabilities/:key', async ({ params }) => {
    const { rows } = await findVulnerabilities(queries, { id: wholeId(params.key) });
    const [found] = await vulnerabilityTrees(queries, rows);
    if (found === undefined) throw new AssayError('NOT_STORED', 'Not found');
    return found.tree;
  });
}

/** An id where nothing else may stand. Throws REQUEST_INVALID. */
function wholeId(segment: string): number {
  const key = idOrText(segment);
  if ('id' in key) return key.id;
  throw new AssayError('REQUEST_INVALID', `the ID is ${JSON.stringify(segment.slice(0, 60))}, not a whole number`);
}

async function packagePage(queries: Queries, page: Page<PackageRow>, paging: Paging) {
  const trees = await packageTrees(queries, page.rows);
  const results = page.rows.map((row, at) => ({ ...trees[at], ...dates(row) }));
  return envelope(results, page.count, paging);
}

async function vulnerabilityPage(
  queries: Queries,
  page: Page<VulnerabilityRow>,
  paging: Paging,
  within: ArtifactFilter,
) {
  const trees = await vulnerabilityTrees(queries, page.rows, isOpen(within) ? undefined : within);
  return envelope(
    trees.map(({ row, tree }) => ({ ...tree, ...dates(row) })),
    page.count,
    paging,
  );
}

/** One artifact by id or digest; of several the newest. Throws NOT_STORED. */
async function oneArtifact(queries: Queries, kind: ArtifactRow['kind'], segment: string): Promise<ArtifactRow> {
  const key = idOrText(segment);
  const { rows } = await findArtifacts(queries, 'id' in key ? { kind, id: key.id } : { kind, digest: key.text });
  const artifact = rows.at(-1);
  if (artifact === undefined) throw new AssayError('NOT_STORED', 'Not found');
  return artifact;
}

function imageFilter(query: Query): ArtifactFilter {
  const digest = textOf(query, 'digest');
  const name = textOf(query, 'name');
  const host = textOf(query, 'registry');
  return {
    kind: 'image',
    ...(digest === undefined ? {} : { digest }),
    ...(name === undefined ? {} : { name }),
    ...(host === undefined ? {} : { host }),
  };
}

function sourceFilter(query: Query): ArtifactFilter {
  const digest = textOf(query, 'sha');
  const name = textOf(query, 'repo');
  const organization = textOf(query, 'org');
  return {
    kind: 'source',
    ...(digest === undefined ? {} : { digest }),
    ...(name === undefined ? {} : { name }),
    ...(organization === undefined ? {} : { organization }),
  };
}

function packageFilter(query: Query): PackageFilter {
  const partOfName = textOf(query, 'name');
  const manager = textOf(query, 'package_manager');
  const version = textOf(query, 'version');
  return {
    ...(partOfName === undefined ? {} : { partOfName }),
    ...(manager === undefined ? {} : { manager }),
    ...(version === undefined ? {} : { version }),
  };
}
