import { AssayError } from '@assay/contract';
import { diffStored, findDiffSide, findPackagePlaces, findVulnerabilityDetail, severityRule } from '@assay/store';
import { invalid } from '../v1/request-words.ts';
import { listKey, pageAnswer, readCursor } from './cursor.ts';
import { exactPurl } from './read-filter.ts';
import { pageOf, pageSchemas, whenSchema } from './schemas.ts';
import { textIn, type V2Route } from './v2-route.ts';

const sideSchema = (which: string) => ({
  ...{ type: 'string', minLength: 1, maxLength: 600 },
  description: `${which}: the UID of a report, or \`digest:\` with the digest of an image or the commit of a source for what is newest about it.`,
});

/** What is known of a vulnerability and of a package, and what differs between two reports. */
export const knowledgeRoutes: readonly V2Route[] = [
  {
    path: '/vulnerabilities/:id',
    summary: 'A vulnerability: its ratings and which of them is shown, and how far it reaches now',
    query: {},
    params: { id: { type: 'string', maxLength: 2000, description: 'Its id or an alias.' } },
    answers: { 'application/json': { $ref: '#/components/schemas/Vulnerability' } },
    handle: async ({ queries }, { params }) => {
      const id = String(params.id);
      const found = await findVulnerabilityDetail(queries, id);
      if (found === undefined)
        throw new AssayError('NOT_STORED', `the store has no vulnerability ${JSON.stringify(id.slice(0, 100))}`);
      const { vulnerability, aliases, severity, ratings, packages, artifacts, groups } = found;
      const { vid, description, url, cna, references } = vulnerability;
      return {
        ...{ id: vid, aliases, description, url, cna, references, severity, severityRule, ratings },
        ...{ packages, artifacts, groups },
      };
    },
  },
  {
    path: '/packages',
    summary: 'Which versions of a package there are, and where',
    query: {
      name: { type: 'string', maxLength: 2000, description: 'The name in any ecosystem; or `purl`.' },
      purl: { type: 'string', maxLength: 2000, description: 'A package URL as exact as wanted; or `name`.' },
      when: whenSchema,
      ...pageSchemas,
    },
    answers: {
      'application/json': pageOf('PackagePlace', {
        versions: { type: 'array', items: { $ref: '#/components/schemas/PackageVersion' } },
      }),
    },
    handle: async ({ queries }, { query }) => {
      const name = textIn(query, 'name');
      const url = textIn(query, 'purl');
      if ((name === undefined) === (url === undefined)) throw invalid('exactly one of name and purl is needed');
      const wish = {
        when: query.when === 'ever' ? ('ever' as const) : ('now' as const),
        ...(name === undefined ? {} : { name }),
        ...(url === undefined ? {} : { purl: exactPurl(url) }),
      };
      const limit = Number(query.limit);
      const key = listKey(['packages', wish]);
      const text = textIn(query, 'cursor');
      const cursor = text === undefined ? undefined : readCursor(text, key, ['text', 'text', 'int4', 'int4']);
      const after = cursor === undefined ? {} : { after: cursor.place };
      const found = await findPackagePlaces(queries, wish, { limit: limit + 1, ...after });
      if (found === undefined)
        throw new AssayError(
          'NOT_STORED',
          `the store has no package ${JSON.stringify((name ?? url ?? '').slice(0, 100))}`,
        );
      const answer = pageAnswer(found.places, { limit, total: cursor?.total ?? found.total, key });
      return {
        versions: found.versions,
        ...answer,
        items: answer.items.map(({ place: _, ...rest }) => rest),
      };
    },
  },
  {
    path: '/diff',
    summary: 'What differs between two reports: packages and findings',
    query: { from: sideSchema('Before'), to: sideSchema('After') },
    required: ['from', 'to'],
    answers: { 'application/json': { $ref: '#/components/schemas/Diff' } },
    handle: async ({ queries }, { query }) => {
      const side = async (name: 'from' | 'to') => {
        const text = String(query[name]);
        const digest = /^digest:(.*)$/s.exec(text)?.[1];
        const found = await findDiffSide(queries, digest === undefined ? { uid: text } : { digest });
        if (found !== undefined) return found;
        const what = digest === undefined ? 'report' : 'report of';
        throw new AssayError(
          'NOT_STORED',
          `${name}: the store has no ${what} ${JSON.stringify((digest ?? text).slice(0, 200))}`,
        );
      };
      const [from, to] = [await side('from'), await side('to')];
      const shown = ({ report, at, artifact, isScan }: typeof from) => ({ report, at, artifact, isScan });
      return { from: shown(from), to: shown(to), ...(await diffStored(queries, from, to)) };
    },
  },
];
