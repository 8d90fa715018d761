import { setTimeout as pause } from 'node:timers/promises';
import { AssayError } from '@assay/contract';
import type { Queries, Work } from './database.ts';

/** Two writers in each other's way: serialisation failure, deadlock, a row that was there a moment ago, a partition made by someone else. */
const passing: ReadonlySet<string> = new Set(['40001', '40P01', '23503', '42P07']);
const attempts = 5;

/** The SQLSTATE of what a database threw. */
export function stateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether a write failed because a key is there already. */
export function isDuplicate(error: unknown): boolean {
  return stateOf(error) === '23505';
}

/** Does some work in one transaction; all of it again when another writer was in the way. Throws what the work throws, and STORE_UNREACHABLE, STORE_SLOW. */
export async function inTransaction<T>(queries: Queries, work: (work: Work) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await queries.transaction().execute(work);
    } catch (error) {
      if (!passing.has(stateOf(error) ?? '') || attempt === attempts) throw toProblem(error);
      await pause(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** A failure of the database in the catalogue's words; everything else as it is. */
export function toProblem(error: unknown): unknown {
  if (error instanceof AssayError) return error;
  const state = stateOf(error);
  if (state === '57014') return new AssayError('STORE_SLOW', 'the database took too long to answer', { cause: error });
  const isGone =
    state !== undefined && (/^(?:08|53|57P)/.test(state) || /^(?:ECONN|ENOTFOUND|EHOST|ETIMEDOUT|EPIPE)/.test(state));
  const isCut =
    error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
  if (!isGone && !isCut) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new AssayError('STORE_UNREACHABLE', `the database cannot be reached: ${why}`, { cause: error });
}
