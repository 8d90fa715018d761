import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { DatabaseOptions, Queries } from './database.ts';

const usualConnections = 10;
const usualTimeoutMs = 30_000;

/** Numbers of 8 bytes as numbers: ids and counts stay below 2^53. Dates and bytes as `pg` reads them. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (oid === pg.types.builtins.INT8) return (text: string) => Number(text);
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  },
};

/** A pool of connections to a server. Nothing is dialled before the first query. */
export function openPostgres(options: Extract<DatabaseOptions, { readonly is: 'postgresql' }>): Queries {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? usualConnections,
    statement_timeout: options.statementTimeoutMs ?? usualTimeoutMs,
    connectionTimeoutMillis: 10_000,
    application_name: 'assay-store',
    types,
    ...(options.caPem === undefined ? {} : { ssl: { ca: options.caPem } }),
  });
  // A server that goes away closes idle connections; the next query dials anew and says what is wrong.
  pool.on('error', () => undefined);
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
}
