import {
  countFindings,
  type FindingRow,
  findFindingGroups,
  findFindings,
  findingSorts,
  type Place,
  placeTypes,
} from '@assay/store';
import { invalid } from '../v1/request-words.ts';
import { listKey, pageAnswer, readCursor } from './cursor.ts';
import { filterSchemas, readFilter } from './read-filter.ts';
import { pageOf, pageSchemas, whenSchema } from './schemas.ts';
import { type QueryValues, type Schema, textIn, type V2Route } from './v2-route.ts';

/** The order of findings; `severity` has the worst first. */
export const sortSchema = (usual: string): Schema => ({
  ...{ type: 'string', enum: findingSorts, default: usual },
  description: 'The order; severity has the worst first.',
});

/** `GET /findings`: what is found, where, since when, and what was decided about it. */
export const findingRoutes: readonly V2Route[] = [
  {
    path: '/findings',
    summary: 'Findings of artifacts, or the vulnerabilities among them',
    query: {
      ...filterSchemas(),
      when: whenSchema,
      grain: {
        ...{ type: 'string', enum: ['artifact', 'vulnerability'], default: 'artifact' },
        description: 'One item for each artifact, package and vulnerability, or one a vulnerability.',
      },
      sort: sortSchema('severity'),
      ...pageSchemas,
    },
    answers: { 'application/json': { anyOf: [pageOf('Finding'), pageOf('FindingGroup')] } },
    handle: async ({ queries }, { query }) => {
      const filter = readFilter(query);
      const grain = query.grain === 'vulnerability' ? 'vulnerability' : 'artifact';
      const sort = sortOf(query);
      const limit = Number(query.limit);
      const key = listKey([grain, sort, filter]);
      const text = textIn(query, 'cursor');
      const cursor = text === undefined ? undefined : readCursor(text, key, placeTypes(sort, grain));
      const wish = { filter, limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor.place }) };
      const page = async <T extends { readonly place: Place }>(rows: readonly T[]) => {
        // A first page that is the last was counted by reading it.
        const isAll = cursor === undefined && rows.length <= limit;
        const counted = isAll ? ({ kind: 'exact', value: rows.length } as const) : undefined;
        const total = cursor?.total ?? counted ?? (await countFindings(queries, filter, grain));
        return pageAnswer(rows, { limit, total, key });
      };
      if (grain === 'artifact') {
        const answer = await page(await findFindings(queries, { ...wish, sort }));
        return { ...answer, items: answer.items.map(toFinding) };
      }
      if (sort !== 'severity' && sort !== 'cve') throw invalid('with grain=vulnerability sort is severity or cve');
      const answer = await page(await findFindingGroups(queries, { ...wish, sort }));
      return { ...answer, items: answer.items.map(({ place: _, ...group }) => group) };
    },
  },
];

/** The order of a request. */
export function sortOf(query: QueryValues) {
  return findingSorts.find((each) => each === query.sort) ?? 'severity';
}

/** A finding as it is answered. */
export function toFinding(row: FindingRow) {
  const { cve, severity, package: pkg, artifact, fixedIn, firstSeen, lastSeen, fixedAt, triage } = row;
  return { cve, severity, package: pkg, artifact, fixedIn, firstSeen, lastSeen, fixedAt, triage };
}
