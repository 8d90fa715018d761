import { AssayError } from '@assay/contract';
import {
  countArtifacts,
  countHistory,
  type FilterKey,
  findArtifactHistory,
  findArtifactOverview,
  findArtifactOverviews,
} from '@assay/store';
import { listKey, pageAnswer, readCursor } from './cursor.ts';
import { filterSchemas, readFilter } from './read-filter.ts';
import { objectOf, pageOf, pageSchemas } from './schemas.ts';
import { textIn, type V2Route } from './v2-route.ts';

const keys: readonly FilterKey[] = ['image', 'registry', 'digest', 'kind', 'group', 'groupName', 'namespace'];
const idSchema = { id: { type: 'integer', minimum: 1, maximum: 2_147_483_647, description: 'The id of an artifact.' } };

/** Images and sources: what is known of them now, and their reports. */
export const artifactRoutes: readonly V2Route[] = [
  {
    path: '/artifacts',
    summary: 'Images and sources by name, with what their newest scans found',
    query: { ...filterSchemas(keys), ...pageSchemas },
    answers: { 'application/json': pageOf('ArtifactOverview') },
    handle: async ({ queries }, { query }) => {
      const filter = readFilter(query, keys);
      const limit = Number(query.limit);
      const key = listKey(['artifacts', filter]);
      const text = textIn(query, 'cursor');
      const cursor = text === undefined ? undefined : readCursor(text, key, ['text', 'text', 'text', 'text', 'int4']);
      const after = cursor === undefined ? {} : { after: cursor.place };
      const rows = await findArtifactOverviews(queries, filter, { limit: limit + 1, ...after });
      const total = cursor?.total ?? (await countArtifacts(queries, filter));
      const answer = pageAnswer(rows, { limit, total, key });
      return { ...answer, items: answer.items.map(({ place: _, ...overview }) => overview) };
    },
  },
  {
    path: '/artifacts/:id/history',
    summary: 'The reports of an artifact, the oldest first',
    query: pageSchemas,
    params: idSchema,
    answers: {
      'application/json': {
        allOf: [objectOf({ artifact: { $ref: '#/components/schemas/ArtifactOverview' } }), pageOf('HistoryEntry')],
      },
    },
    handle: async ({ queries }, { query, params }) => {
      const id = Number(params.id);
      const artifact = await findArtifactOverview(queries, id);
      if (artifact === undefined) throw new AssayError('NOT_STORED', `there is no artifact with the id ${id}`);
      const limit = Number(query.limit);
      const key = listKey(['history', id]);
      const text = textIn(query, 'cursor');
      const cursor = text === undefined ? undefined : readCursor(text, key, ['int8', 'int8']);
      const [at, report] = cursor?.place ?? [];
      const after = cursor === undefined ? {} : { after: { at: new Date(Number(at)), id: Number(report) } };
      const entries = await findArtifactHistory(queries, id, { limit: limit + 1, ...after });
      const rows = entries.map((entry) => ({ ...entry, place: [entry.at.getTime(), entry.id] }));
      const total = cursor?.total ?? (await countHistory(queries, id));
      const answer = pageAnswer(rows, { limit, total, key });
      return { artifact, ...answer, items: answer.items.map(({ id: _report, place: _, ...entry }) => entry) };
    },
  },
];
