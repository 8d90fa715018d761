import { sql } from 'kysely';
import type { Queries } from './database.ts';
import { stateOf } from './in-transaction.ts';

/** Tables that have a part for each month. */
const tables = ['report'] as const;

/** Makes the parts of the history that months need. What is made already is remembered. */
export class Months {
  readonly #queries: Queries;
  readonly #made = new Set<string>();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Makes sure that a moment has its part, outside of any transaction: the making locks the whole table for a moment. */
  async ensure(moment: Date): Promise<void> {
    const first = new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), 1));
    const next = new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + 1, 1));
    const name = first.toISOString().slice(0, 7).replace('-', '_');
    if (this.#made.has(name)) return;
    for (const table of tables) {
      try {
        await sql`create table if not exists ${sql.id(`${table}_${name}`)} partition of ${sql.id(table)}
          for values from (${sql.lit(first.toISOString())}) to (${sql.lit(next.toISOString())})`.execute(this.#queries);
      } catch (error) {
        // Another process makes the same part at this moment.
        if (!['42P07', '23505'].includes(stateOf(error) ?? '')) throw error;
      }
    }
    this.#made.add(name);
  }
}
