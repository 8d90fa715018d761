import { AssayError } from '@assay/contract';
import { sql } from 'kysely';
import type { Queries } from './database.ts';
import { reports } from './migrations/0001-reports.ts';
import { records } from './migrations/0002-records.ts';

/** One step of the schema, forward only. Each statement runs by itself, all steps in one transaction. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** Every step there is, in order. A step that was released is never changed. */
export const migrations: readonly Migration[] = [reports, records];

/** Held by whoever migrates, so that two processes that start at once do not. The number is ours alone. */
const lockKey = 4_172_711_003;

/** Brings the schema to the newest step, or to step `upTo` (a test's wish). Throws STORE_TOO_NEW. */
export async function migrate(queries: Queries, upTo: number = migrations.length): Promise<void> {
  await queries.transaction().execute(async (work) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(work);
    await sql`create table if not exists schema_step (
      step int4 primary key, name text not null, applied_at timestamptz not null default now())`.execute(work);
    const { rows } = await sql<{ last: number }>`select coalesce(max(step), 0) as last from schema_step`.execute(work);
    const last = rows[0]?.last ?? 0;
    if (last > migrations.length)
      throw new AssayError('STORE_TOO_NEW', `the schema is at step ${last}, this version knows ${migrations.length}`);
    for (const [at, { name, statements }] of migrations.slice(0, upTo).entries()) {
      if (at < last) continue;
      for (const statement of statements) await sql.raw(statement).execute(work);
      await sql`insert into schema_step (step, name) values (${at + 1}, ${name})`.execute(work);
    }
  });
}
