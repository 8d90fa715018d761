import { type RawBuilder, sql } from 'kysely';
import type { Work } from '../database/database.ts';

/** Ids of one dictionary by key, kept between transactions. An id is kept for good only once the transaction that made it is through. */
export class IdCache {
  readonly #ids = new Map<string, number>();
  readonly #most: number;

  /** `most`: entries kept; the oldest go first. */
  constructor(most: number) {
    this.#most = most;
  }

  find(key: string): number | undefined {
    return this.#ids.get(key);
  }

  keep(ids: ReadonlyMap<string, number>): void {
    for (const [key, id] of ids) this.#ids.set(key, id);
    for (const key of this.#ids.keys()) {
      if (this.#ids.size <= this.#most) break;
      this.#ids.delete(key);
    }
  }
}

/** How rows of a dictionary are looked up and added. */
export interface Dictionary<R> {
  readonly cache: IdCache;
  keyOf(row: R): string;
  /** Gives `(at, id)` of those that are there; `at` counts from 1. */
  select(rows: readonly R[]): RawBuilder<{ readonly at: number; readonly id: number }>;
  /** Adds those that are not there, `on conflict do nothing`. */
  insert(rows: readonly R[]): RawBuilder<unknown>;
}

/** Ids found in one transaction, to be kept once it is through. */
export type Learned = Map<IdCache, Map<string, number>>;

/**
 * The ids of rows, in their order; rows that are new are added. Sorted by key, so that two writers never wait for each other in a circle. Looked up
 * before they are added: a refused insert would use up a number of the sequence.
 */
export async function idsOf<R>(
  work: Work,
  learned: Learned,
  dictionary: Dictionary<R>,
  rows: readonly R[],
): Promise<readonly number[]> {
  const fresh = learned.get(dictionary.cache) ?? new Map<string, number>();
  learned.set(dictionary.cache, fresh);
  const known = (key: string): number | undefined => fresh.get(key) ?? dictionary.cache.find(key);
  const keys = rows.map((row) => dictionary.keyOf(row));
  const wanted = new Map<string, R>();
  for (const [at, row] of rows.entries()) {
    const key = keys[at] ?? '';
    if (known(key) === undefined) wanted.set(key, row);
  }
  const missing = () =>
    [...wanted].filter(([key]) => known(key) === undefined).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const look = async (): Promise<void> => {
    const open = missing();
    if (open.length === 0) return;
    const found = await dictionary.select(open.map(([, row]) => row)).execute(work);
    for (const { at, id } of found.rows) fresh.set(open[Number(at) - 1]?.[0] ?? '', id);
  };
  await look();
  const added = missing();
  if (added.length > 0) {
    await dictionary.insert(added.map(([, row]) => row)).execute(work);
    // What another writer added meanwhile is seen by the next statement, not by that one.
    await look();
  }
  return keys.map((key) => {
    const id = known(key);
    if (id === undefined) throw new Error(`the row of ${JSON.stringify(key)} was added and is not there`);
    return id;
  });
}

/** Texts as one parameter. */
export function texts(values: readonly string[]): RawBuilder<unknown> {
  return sql`${[...values]}::text[]`;
}

/** Ids as one parameter. */
export function ids(values: readonly number[]): RawBuilder<unknown> {
  return sql`${[...values]}::int4[]`;
}
