import { AssayError, findSeverity, type Severity } from '@assay/contract';
import type { Paging } from '@assay/store';

/** The query of a request as Fastify parses it: a name given several times is a list, of which the first counts. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The most results of one explicit page. Source: spec/store.md §14 row 13. */
const mostPerPage = 1_000;
/** The largest id of a dictionary. */
const largestId = 2_147_483_647;

/** A text of the query; `undefined` when it is absent or empty. Throws REQUEST_INVALID for text that no database holds. */
export function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  const text = typeof value === 'string' ? value : value?.[0];
  if (text === undefined || text === '') return undefined;
  return soundText(text, name);
}

/** Refuses what PostgreSQL cannot compare with. */
export function soundText(text: string, name: string): string {
  if (text.includes('\0') || !text.isWellFormed()) throw invalid(`${name} holds a character that is none`);
  return text;
}

/** A whole number of the query. Throws REQUEST_INVALID. */
export function numberOf(query: Query, name: string, least: number): number | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw invalid(`${name} is ${JSON.stringify(text.slice(0, 40))}, not a whole number of at least ${least}`);
}

/** An id of the query. One that is too large for any row matches none. */
export function idOf(query: Query, name = 'id'): number | undefined {
  const value = numberOf(query, name, 0);
  return value === undefined ? undefined : Math.min(value, largestId);
}

/** Which page is asked for. Without any wish it is everything. Source: spec/store.md §4.1. Throws REQUEST_INVALID. */
export function pagingOf(query: Query): Paging {
  const all = textOf(query, 'all');
  const page = numberOf(query, 'page', 1);
  const size = numberOf(query, 'page_size', 1);
  if (all !== undefined && !/^(?:true|false|1|0|t|f)$/i.test(all))
    throw invalid(`all is ${JSON.stringify(all.slice(0, 40))}, not true or false`);
  return toPaging(all === undefined ? undefined : /^(?:true|1|t)$/i.test(all), page, size);
}

/** A page from its three wishes. */
export function toPaging(all: boolean | undefined, page: number | undefined, size: number | undefined): Paging {
  if (all ?? (page === undefined && size === undefined)) return 'all';
  return { page: Math.min(page ?? 1, 1_000_000_000), size: Math.min(size ?? 20, mostPerPage) };
}

const filterWords = new Set(['low', 'medium', 'high', 'critical', 'unknown']);

/** One severity of the five that are filtered by, in any case. Throws REQUEST_INVALID. */
export function severityFilter(word: string): Severity {
  const severity = filterWords.has(word.toLowerCase()) ? findSeverity(word) : undefined;
  if (severity === undefined)
    throw invalid(`the severity is ${JSON.stringify(word.slice(0, 40))}, not low, medium, high, critical or unknown`);
  return severity;
}

/** The `Severity` of the query. */
export function severitiesOf(query: Query): { readonly severities?: readonly Severity[] } {
  const word = textOf(query, 'Severity');
  return word === undefined ? {} : { severities: [severityFilter(word)] };
}

/** A segment of the path: digits are an id, all else is the text key. Source: spec/store.md §4.3. */
export function idOrText(segment: string): { readonly id: number } | { readonly text: string } {
  if (/^\d+$/.test(segment)) return { id: Math.min(Number(segment), largestId) };
  return { text: soundText(segment, 'the path') };
}

export function invalid(detail: string): AssayError {
  return new AssayError('REQUEST_INVALID', detail);
}
