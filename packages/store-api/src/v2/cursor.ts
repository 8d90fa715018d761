import { createHash } from 'node:crypto';
import type { Total } from '@assay/store';
import { invalid } from '../v1/request-words.ts';

/** Where the next page begins, and the count that the first page made. */
export interface Cursor {
  readonly place: readonly (string | number)[];
  readonly total: Total;
}

/** Says which list a cursor belongs to: everything of the question but the page. */
export function listKey(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);
}

/** A cursor as a text that nobody needs to understand. */
export function writeCursor(key: string, { place, total }: Cursor): string {
  return Buffer.from(JSON.stringify([key, place, total.kind, total.value])).toString('base64url');
}

/** Reads a cursor of the list it was made for. Throws REQUEST_INVALID. */
export function readCursor(text: string, key: string, types: readonly ('text' | 'int4' | 'int8')[]): Cursor {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw invalid('cursor is none that this store gave');
  }
  const [madeFor, place, kind, count] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const isWhole = (each: unknown): each is number => typeof each === 'number' && Number.isSafeInteger(each);
  const fits = (each: unknown, at: number): boolean =>
    types[at] === 'text'
      ? typeof each === 'string' && !each.includes('\0') && each.isWellFormed()
      : isWhole(each) && (types[at] === 'int8' || Math.abs(each) < 2 ** 31);
  if (!Array.isArray(place) || place.length !== types.length || !place.every(fits))
    throw invalid('cursor is none that this store gave');
  if ((kind !== 'exact' && kind !== 'more-than') || !isWhole(count))
    throw invalid('cursor is none that this store gave');
  if (madeFor !== key) throw invalid('cursor belongs to another list: ask for its first page with these filters');
  return { place, total: { kind, value: count } };
}

/** A page of a list as it is answered. `rows` has one more than the page where another follows. */
export function pageAnswer<T extends { readonly place: readonly (string | number)[] }>(
  rows: readonly T[],
  wish: { readonly limit: number; readonly total: Total; readonly key: string },
): { readonly items: readonly T[]; readonly total: Total; readonly next: string | null } {
  const items = rows.slice(0, wish.limit);
  const last = items.at(-1);
  const isLast = rows.length <= wish.limit || last === undefined;
  return { items, total: wish.total, next: isLast ? null : writeCursor(wish.key, { ...wish, place: last.place }) };
}
