import { sql } from 'kysely';
import type { Queries } from '../database/database.ts';

/** A key as it is stored: never its token. */
export interface StoredKey {
  readonly hash: Uint8Array;
  /** Whose it is; shown as the author of what is written with it. */
  readonly name: string;
  readonly access: 'read' | 'write';
}

/** Adds a key. */
export async function insertKey(queries: Queries, { hash, name, access }: StoredKey): Promise<void> {
  await sql`insert into api_key (hash, name, access) values (${hash}, ${name}, ${access})`.execute(queries);
}

/** Ends every key of a name; gives how many there were. */
export async function revokeKeys(queries: Queries, name: string): Promise<number> {
  const { rows } = await sql`update api_key set revoked_at = now() where name = ${name} and revoked_at is null
    returning id`.execute(queries);
  return rows.length;
}

/** The key of a hash; `undefined` when there is none or it was revoked. */
export async function findKey(queries: Queries, hash: Uint8Array): Promise<StoredKey | undefined> {
  const { rows } = await sql<StoredKey>`select hash, name, access from api_key
    where hash = ${hash} and revoked_at is null`.execute(queries);
  return rows[0];
}
