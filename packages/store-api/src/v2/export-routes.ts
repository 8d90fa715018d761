import { Readable } from 'node:stream';
import {
  type FindingFilter,
  type FindingRow,
  type FindingSort,
  findFindings,
  type Place,
  type Queries,
} from '@assay/store';
import { toCsv } from './export-csv.ts';
import { toCycloneDx } from './export-cyclonedx.ts';
import { toOpenVex } from './export-openvex.ts';
import { toSarif } from './export-sarif.ts';
import { sortOf, sortSchema, toFinding } from './finding-routes.ts';
import { filterSchemas, readFilter } from './read-filter.ts';
import { whenSchema } from './schemas.ts';
import type { V2Route } from './v2-route.ts';

/** Findings that are read at a time. */
const chunk = 2_000;

/** A format: how it is called in `Content-Type` and as a file, and how it is written. */
interface ExportFormat {
  readonly mediaType: string;
  readonly ending: string;
  readonly write: (read: (sort?: FindingSort) => AsyncIterable<FindingRow>) => AsyncIterable<string>;
}

const formats: Readonly<Record<string, ExportFormat>> = {
  csv: { mediaType: 'text/csv; charset=utf-8', ending: 'csv', write: (read) => toCsv(read()) },
  jsonl: { mediaType: 'application/x-ndjson', ending: 'jsonl', write: (read) => toJsonLines(read()) },
  sarif: { mediaType: 'application/sarif+json', ending: 'sarif', write: (read) => toSarif(read()) },
  cyclonedx: {
    mediaType: 'application/vnd.cyclonedx+json; version=1.6',
    ending: 'cdx.json',
    write: (read) => toCycloneDx(() => read('artifact'), new Date()),
  },
  openvex: { mediaType: 'application/json', ending: 'openvex.json', write: (read) => toOpenVex(read(), new Date()) },
};

async function* toJsonLines(findings: AsyncIterable<FindingRow>): AsyncGenerator<string> {
  for await (const finding of findings) yield `${JSON.stringify(toFinding(finding))}\n`;
}

/** `GET /export`: all findings of a filter, as a stream. */
export const exportRoutes: readonly V2Route[] = [
  {
    path: '/export',
    summary: 'All findings of a filter as a file',
    query: {
      format: { type: 'string', enum: Object.keys(formats), description: 'The format of the file.' },
      ...filterSchemas(),
      when: whenSchema,
      // By artifact, the history of each is read once.
      sort: sortSchema('artifact'),
    },
    required: ['format'],
    answers: Object.fromEntries(
      Object.values(formats).map(({ mediaType }) => [mediaType.split(';', 1)[0] ?? '', { type: 'string' }]),
    ),
    handle: async ({ queries }, { query, reply }) => {
      const name = String(query.format);
      const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
      if (format === undefined) throw new Error('the schema let a format through that is none');
      const asked = readFilter(query);
      // Only decisions make a VEX document: the others need not be looked at.
      const decided = { key: 'state', isNegated: true, values: ['none'] } as const;
      const filter = name === 'openvex' ? { ...asked, conditions: [...asked.conditions, decided] } : asked;
      const lines = format.write((sort = sortOf(query)) => everyFinding(queries, filter, sort))[Symbol.asyncIterator]();
      // What fails before anything was sent is answered as a problem, so two pieces are made first: one may be but a head.
      const first = [await lines.next(), await lines.next()];
      return reply
        .header('content-type', format.mediaType)
        .header('content-disposition', `attachment; filename="findings.${format.ending}"`)
        .send(Readable.from(rest(first, lines)));
    },
  },
];

async function* rest(first: readonly IteratorResult<string>[], lines: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (const { done, value } of first) if (done !== true) yield value;
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) yield next.value;
  } finally {
    // A reader that went away ends the reading.
    await lines.return?.();
  }
}

/** Findings one after the other, page behind page. */
async function* everyFinding(queries: Queries, filter: FindingFilter, sort: FindingSort): AsyncGenerator<FindingRow> {
  let after: Place | undefined;
  for (;;) {
    const rows = await findFindings(queries, {
      ...{ filter, sort, limit: chunk },
      ...(after === undefined ? {} : { after }),
    });
    yield* rows;
    if (rows.length < chunk) return;
    after = rows.at(-1)?.place;
  }
}
