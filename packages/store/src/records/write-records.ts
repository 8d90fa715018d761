import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Queries, Work } from '../database/database.ts';
import { inTransaction } from '../database/in-transaction.ts';
import type { AcceleratorRun, ArtifactRecord, Location } from './record.ts';

/** Registers a location or replaces its labels. */
export async function writeLocation(queries: Queries, { reference, alias, labels }: Location): Promise<void> {
  await sql`insert into location (reference, alias, labels) values (${reference}, ${alias}, ${JSON.stringify(labels)}::jsonb)
    on conflict (reference) do update set labels = excluded.labels, alias = excluded.alias`.execute(queries);
}

/** Adds a record to a location, which is made when nobody registered it. A record that is there already is dropped. */
export async function writeRecord(queries: Queries, location: string, record: ArtifactRecord): Promise<void> {
  const { kind, at, correlationId, name, namespace, imageUrl, imageDigest, state, instances, builder } = record;
  const { repoUrl, sha, tag } = record;
  const hash = createHash('sha256')
    .update(JSON.stringify(Object.entries(record).sort()))
    .digest()
    .subarray(0, 16);
  await inTransaction(queries, async (work) => {
    const id = await locationId(work, location);
    await sql`insert into artifact_record (kind, location_id, hash, at, correlation_id, name, namespace, image_url,
      image_digest, state, instances, repo_url, sha, tag, builder)
      values (${kind}, ${id}, ${hash}, ${at}::timestamptz, ${correlationId}, ${name}, ${namespace}, ${imageUrl},
      ${imageDigest}, ${state}, ${instances ?? null}, ${repoUrl}, ${sha}, ${tag}, ${builder})
      on conflict do nothing`.execute(work);
  });
}

/** Adds an accelerator run; one of the same guid is dropped. */
export async function writeRun(queries: Queries, location: string, run: AcceleratorRun): Promise<void> {
  await inTransaction(queries, async (work) => {
    const id = await locationId(work, location);
    await sql`insert into accelerator_run (location_id, guid, at, username, source, namespace, name, repo_url, revision,
      subpath, commit, fragments)
      values (${id}, ${run.guid}, ${run.at}::timestamptz, ${run.username}, ${run.source}, ${run.namespace}, ${run.name},
      ${run.repoUrl}, ${run.revision}, ${run.subpath}, ${run.commit}, ${JSON.stringify(run.fragments)}::jsonb)
      on conflict do nothing`.execute(work);
  });
}

async function locationId(work: Work, reference: string): Promise<number> {
  const look = () => sql<{ id: number }>`select id from location where reference = ${reference}`.execute(work);
  const found = (await look()).rows[0]?.id;
  if (found !== undefined) return found;
  await sql`insert into location (reference) values (${reference}) on conflict do nothing`.execute(work);
  const id = (await look()).rows[0]?.id;
  if (id === undefined) throw new Error('a location was written and is not there');
  return id;
}
