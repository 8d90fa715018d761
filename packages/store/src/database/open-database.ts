import { AssayError } from '@assay/contract';
import type { Kysely } from 'kysely';
import { type DataLock, lockData } from './data-lock.ts';
import type { DatabaseOptions, StoreDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/**
 * Opens the database and brings its schema to this version. Throws STORE_LOCKED when another process has the folder, STORE_UNREACHABLE, STORE_TOO_NEW
 * when a newer version of this product has migrated it.
 */
export async function openDatabase(options: DatabaseOptions): Promise<StoreDatabase> {
  const lock = options.is === 'pglite' && options.folder !== undefined ? lockData(options.folder) : undefined;
  try {
    const queries = options.is === 'pglite' ? await openPglite(options) : openPostgres(options);
    try {
      await migrate(queries);
    } catch (error) {
      await queries.destroy();
      throw error instanceof AssayError ? error : unreachable(error);
    }
    return { engine: options.is, queries, close: () => close(queries, lock) };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function close(queries: Kysely<unknown>, lock: DataLock | undefined): Promise<void> {
  try {
    await queries.destroy();
  } finally {
    lock?.release();
  }
}

function unreachable(cause: unknown): AssayError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AssayError('STORE_UNREACHABLE', `the database cannot be used: ${why}`, { cause });
}
