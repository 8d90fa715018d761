import { sql } from 'kysely';
import type { Queries, Work } from '../database/database.ts';
import { inTransaction } from '../database/in-transaction.ts';
import type { Dictionaries } from './dictionaries.ts';
import { idsOf, type Learned } from './dictionary.ts';
import { checkEntity } from './entity.ts';
import type { Entity, ReportFacts } from './facts.ts';
import { packageSet } from './sets.ts';
import { writeFacts } from './write-facts.ts';
import { linkSets } from './write-report.ts';

/** An artifact with what it lists and what it was built from, as old clients send it. */
export interface ArtifactTree {
  readonly entity: Entity;
  readonly facts: ReportFacts;
  readonly sources: readonly ArtifactTree[];
}

/** Adds a tree to the view that never shrinks, in one transaction. It makes no report. Source: spec/store.md §3.2. Gives the artifact's id. */
export async function writeTree(queries: Queries, dictionaries: Dictionaries, tree: ArtifactTree): Promise<number> {
  const learned: Learned = new Map();
  const id = await inTransaction(queries, async (work) => {
    learned.clear();
    return write(work, dictionaries, learned, tree);
  });
  for (const [cache, ids] of learned) cache.keep(ids);
  return id;
}

async function write(work: Work, dictionaries: Dictionaries, learned: Learned, tree: ArtifactTree): Promise<number> {
  const [artifactId = 0] = await idsOf(work, learned, dictionaries.artifacts, [checkEntity(tree.entity)]);
  const written = await writeFacts(work, dictionaries, learned, tree.facts);
  await linkSets(work, artifactId, await packageSet(work, written.components), written.pairset);
  for (const source of tree.sources) {
    const sourceId = await write(work, dictionaries, learned, source);
    await sql`insert into image_source (image_id, source_id) values (${artifactId}, ${sourceId})
      on conflict do nothing`.execute(work);
  }
  return artifactId;
}
