import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { type Page, type Paging, pageOf } from './rows.ts';

/** What a page is cut from. */
export interface Listing {
  readonly columns: RawBuilder<unknown>;
  /** `from … where …`. */
  readonly body: RawBuilder<unknown>;
  readonly order: RawBuilder<unknown>;
}

/** Reads a page of a listing and counts the whole. */
export async function readPage<T>(
  queries: Queries,
  { columns, body, order }: Listing,
  paging: Paging,
): Promise<Page<T>> {
  const { rows } = await sql<T>`select ${columns} ${body} order by ${order} ${pageOf(paging)}`.execute(queries);
  if (paging === 'all' || (paging.page === 1 && rows.length < paging.size)) return { rows, count: rows.length };
  const counted = await sql<{ count: number }>`select count(*)::int4 as count ${body}`.execute(queries);
  return { rows, count: counted.rows[0]?.count ?? 0 };
}
