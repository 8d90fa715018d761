import { AssayError } from '@assay/contract';
import {
  type FoundRecord,
  type FoundRun,
  findLocations,
  findRecords,
  findRuns,
  type LocationFilter,
  type Queries,
  type RecordFilter,
  type RecordKind,
  type RunFragment,
  readDora,
  type TimeRange,
} from '@assay/store';
import { Batches } from './batches.ts';

/** Without a wish everything is given, but not more than this. */
const mostNodes = 10_000;
/** Containers of one image inside a list. */
const mostNested = 1_000;

interface RecordQuery {
  readonly correlationId?: string | null;
  readonly imageDigest?: string | null;
  readonly name?: string | null;
  readonly namespace?: string | null;
  readonly location?: LocationQuery | null;
  readonly timestamp?: TimeQuery | null;
}

interface LocationQuery {
  readonly alias?: string | null;
  readonly reference?: string | null;
  readonly labels?: readonly { readonly key?: string | null; readonly value?: string | null }[] | null;
}

interface TimeQuery {
  readonly before?: string | null;
  readonly after?: string | null;
}

interface PageWish {
  readonly first?: number | null;
  readonly after?: string | null;
}

type AppWish = {
  readonly latest?: boolean | null;
  readonly query?: (RecordQuery & { readonly order?: { readonly direction: 'ASC' | 'DESC' } | null }) | null;
};

/** What the fields of `Query` resolve to. Source: spec/amr.md §6. */
export function createRoot(queries: Queries) {
  const nested = createNested(queries);
  const connection = async (
    kind: RecordKind,
    wish: PageWish,
    query: RecordQuery | null | undefined,
    isLatest: boolean,
  ) => {
    const page = pageOf(wish);
    const rows = await findRecords(queries, { ...toFilter(kind, query), isLatest }, page);
    return toConnection(rows, page.first);
  };
  return {
    locations: ({ query }: { query?: LocationQuery | null }) => findLocations(queries, toLocationFilter(query)),
    apps: async ({ latest, query }: AppWish) => {
      const byTime = query?.order?.direction;
      const paging = { first: mostNodes, ...(byTime == null ? {} : { byTime }) };
      const rows = await findRecords(queries, { ...toFilter('app', query), isLatest: latest === true }, paging);
      return rows.slice(0, mostNodes).map(nested.toNode);
    },
    images: async (wish: PageWish & { query?: RecordQuery | null }) =>
      withNodes(await connection('image', wish, wish.query, false), nested.toNode),
    containers: async (wish: PageWish & { query?: RecordQuery | null; latest?: boolean | null }) =>
      withNodes(await connection('container', wish, wish.query, wish.latest === true), nested.toNode),
    commits: async (wish: PageWish & { query?: RecordQuery | null }) =>
      withNodes(await connection('commit', wish, wish.query, false), nested.toNode),
    doraMetrics: async ({ query }: { query?: RecordQuery | null }) => {
      const location = toLocationFilter(query?.location);
      const metrics = await readDora(queries, {
        ...(query?.correlationId == null ? {} : { correlationId: query.correlationId }),
        location,
        at: toRange(query?.timestamp),
      });
      return {
        aggregatedLeadTime: metrics.leadTime,
        aggregatedDeployments: metrics.deployments,
        doraMetricsPerCorrelationID: { nodes: metrics.perCorrelation, pageInfo: lastPage },
      };
    },
    appAcceleratorRuns: async (wish: PageWish & { query?: Readonly<Record<string, unknown>> | null }) => {
      const page = pageOf(wish);
      const rows = await findRuns(queries, toRunFilter(wish.query ?? {}), page);
      return withNodes(toConnection(rows, page.first), (run) => toRunNode(run, nested));
    },
  };
}

const lastPage = { endCursor: null, hasNextPage: false };

type Nested = ReturnType<typeof createNested>;

/** What hangs on a record, asked for together over all records of a list. */
function createNested(queries: Queries) {
  const byDigest = (kind: RecordKind) => async (digests: readonly string[]) =>
    Map.groupBy(
      await findRecords(queries, { kind, imageDigests: digests }, { first: mostNodes }),
      (record) => record.imageDigest,
    );
  const containers = new Batches(byDigest('container'));
  const images = new Batches(byDigest('image'));
  const commits = new Batches(async (shas: readonly string[]) => {
    const found = await findRecords(queries, { kind: 'commit', shas }, { first: mostNodes });
    return new Map(found.map((record) => [record.sha, record]));
  });
  const commitOf = async (sha: string) => {
    const found = sha === '' ? undefined : await commits.find(sha);
    return found === undefined ? null : toNode(found);
  };
  const toNode = (record: FoundRecord) => ({
    ...record,
    timestamp: record.at,
    status: record.state,
    containers: async () => {
      const found = record.imageDigest === '' ? [] : ((await containers.find(record.imageDigest)) ?? []);
      return withNodes(toConnection(found, mostNested), toNode);
    },
    image: async (): Promise<unknown> => {
      const found = record.imageDigest === '' ? undefined : await images.find(record.imageDigest);
      const newest = found?.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
      return newest === undefined ? null : toNode(newest);
    },
    commit: () => commitOf(record.sha),
  });
  return { toNode, commitOf };
}

function toRunNode(run: FoundRun, nested: Nested) {
  return {
    ...{ guid: run.guid, source: run.source, username: run.username, namespace: run.namespace, name: run.name },
    appAcceleratorRepoURL: run.repoUrl,
    appAcceleratorRevision: run.revision,
    appAcceleratorSubpath: run.subpath,
    timestamp: run.at,
    appAcceleratorSource: () => sourceOf(run, nested),
    appAcceleratorFragments: {
      nodes: run.fragments.map((fragment) => ({
        ...{ namespace: fragment.namespace, name: fragment.name },
        appAcceleratorFragmentSourceRepoURL: fragment.repoUrl,
        appAcceleratorFragmentSourceRevision: fragment.revision,
        appAcceleratorFragmentSourceSubpath: fragment.subpath,
        appAcceleratorFragmentSource: () => sourceOf(fragment, nested),
      })),
      pageInfo: lastPage,
    },
  };
}

/** The commit that a part came from; what its event said of it where no observer saw the commit. */
async function sourceOf({ commit, repoUrl }: RunFragment, nested: Nested) {
  if (commit === '') return null;
  return (await nested.commitOf(commit)) ?? { sha: commit, repoUrl };
}

interface Connection<T> {
  readonly rows: readonly T[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

function toConnection<T extends { readonly id: number }>(found: readonly T[], first: number): Connection<T> {
  const rows = found.slice(0, first);
  const last = rows.at(-1);
  const endCursor = last === undefined ? null : Buffer.from(`id:${last.id}`).toString('base64url');
  return { rows, pageInfo: { endCursor, hasNextPage: found.length > first } };
}

function withNodes<T, N>({ rows, pageInfo }: Connection<T>, toNode: (row: T) => N) {
  return { nodes: rows.map(toNode), pageInfo };
}

function pageOf({ first, after }: PageWish): { readonly first: number; readonly after?: number } {
  if (first != null && first < 1) throw invalid(`first is ${first}, not a whole number of at least 1`);
  const size = Math.min(first ?? mostNodes, mostNodes);
  if (after == null || after === '') return { first: size };
  const id = /^id:(\d{1,15})$/.exec(Buffer.from(after, 'base64url').toString('utf8'))?.[1];
  if (id === undefined) throw invalid('after is no cursor of this store');
  return { first: size, after: Number(id) };
}

function toFilter(kind: RecordKind, query: RecordQuery | null | undefined): RecordFilter {
  const { correlationId, imageDigest, name, namespace, location, timestamp } = query ?? {};
  return {
    kind,
    ...(correlationId == null ? {} : { correlationIds: [correlationId] }),
    ...(imageDigest == null ? {} : { imageDigests: [withAlgorithm(imageDigest)] }),
    ...(name == null ? {} : { name }),
    ...(namespace == null ? {} : { namespace }),
    ...(location == null ? {} : { location: toLocationFilter(location) }),
    at: toRange(timestamp),
  };
}

function withAlgorithm(digest: string): string {
  return /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : digest;
}

function toLocationFilter(query: LocationQuery | null | undefined): LocationFilter {
  const labels = (query?.labels ?? []).map(({ key, value }) => {
    if (key == null && value == null) throw invalid('a label wants a key, a value, or both');
    return { ...(key == null ? {} : { key }), ...(value == null ? {} : { value }) };
  });
  return {
    ...(query?.reference == null ? {} : { reference: query.reference }),
    ...(query?.alias == null ? {} : { alias: query.alias }),
    labels,
  };
}

function toRange(query: TimeQuery | null | undefined): TimeRange {
  return { ...moment('before', query?.before), ...moment('after', query?.after) };
}

function moment(name: 'before' | 'after', text: string | null | undefined): TimeRange {
  if (text == null || text === '') return {};
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw invalid(`${name} is ${JSON.stringify(text.slice(0, 60))}, not an ISO 8601 moment`);
  return { [name]: date.toISOString() };
}

const runFields = {
  ...{ guid: 'guid', source: 'source', username: 'username', namespace: 'namespace', name: 'name' },
  ...{ appAcceleratorRepoURL: 'repoUrl', appAcceleratorRevision: 'revision', appAcceleratorSubpath: 'subpath' },
} as const;

function toRunFilter(query: Readonly<Record<string, unknown>>) {
  const texts = Object.entries(runFields).flatMap(([field, name]) => {
    const value = query[field];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const { timestamp } = query;
  const range = typeof timestamp === 'object' ? toRange(timestamp) : {};
  return { ...Object.fromEntries(texts), at: range };
}

function invalid(detail: string): AssayError {
  return new AssayError('REQUEST_INVALID', detail);
}
