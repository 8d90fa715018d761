import { AssayError } from '@assay/contract';
import { sql } from 'kysely';
import type { Queries, Work } from '../database/database.ts';
import { inTransaction } from '../database/in-transaction.ts';
import type { Dictionaries } from './dictionaries.ts';
import { idsOf, type Learned } from './dictionary.ts';
import type { Entity, ReportFacts } from './facts.ts';
import { insertOrFind, packageSet, ratingSet } from './sets.ts';
import { type WrittenFacts, writeFacts } from './write-facts.ts';

/** A document, ready to be kept. */
export interface KeptDocument {
  readonly sha256: Uint8Array;
  readonly mediaType: string;
  /** Bytes before compression. */
  readonly size: number;
  readonly gzip: Uint8Array;
}

/** One report to be stored. */
export interface Submission {
  readonly uid: string;
  readonly entity: Entity;
  readonly facts: ReportFacts;
  readonly document: KeptDocument;
  readonly generatedAt: Date;
  readonly originalLocation: string;
  readonly filePath: string;
}

/** What was stored. */
export interface StoredReport {
  readonly uid: string;
  readonly artifactId: number;
  readonly entity: Entity;
}

/** Stores a report: everything of it in one transaction, or nothing. Throws REPORT_EXISTS, and what `inTransaction` throws. */
export async function writeReport(
  queries: Queries,
  dictionaries: Dictionaries,
  submission: Submission,
): Promise<StoredReport> {
  const learned: Learned = new Map();
  const artifactId = await inTransaction(queries, async (work) => {
    learned.clear();
    return write(work, dictionaries, learned, submission);
  });
  for (const [cache, ids] of learned) cache.keep(ids);
  return { uid: submission.uid, artifactId, entity: submission.entity };
}

async function write(
  work: Work,
  dictionaries: Dictionaries,
  learned: Learned,
  submission: Submission,
): Promise<number> {
  const { entity, facts, document, generatedAt } = submission;
  const reportId = await takeUid(work, submission);
  const written = await writeFacts(work, dictionaries, learned, facts);
  const [artifactId = 0] = await idsOf(work, learned, dictionaries.artifacts, [entity]);
  const toolIds = facts.tool === undefined ? [] : await idsOf(work, learned, dictionaries.tools, [facts.tool]);
  const documentId = await insertOrFind(
    work,
    sql`select id from document where sha256 = ${document.sha256}`,
    sql`insert into document (sha256, media_type, size, gzip)
      values (${document.sha256}, ${document.mediaType}, ${document.size}, ${document.gzip}) on conflict do nothing`,
  );
  const pkgset = await packageSet(work, written.components);
  const ratings = await ratingSet(work, written.ratings);
  const madeAt = earlier(facts.madeAt, generatedAt);
  await sql`insert into report (id, generated_at, uid, artifact_id, document_id, pkgset_id, pairset_id, ratingset_id,
    tool_id, made_at, original_location, file_path, skipped, is_scan)
    values (${reportId}, ${generatedAt}, ${submission.uid}, ${artifactId}, ${documentId}, ${pkgset}, ${written.pairset},
    ${ratings}, ${toolIds[0] ?? null}, ${madeAt ?? null}, ${submission.originalLocation}, ${submission.filePath},
    ${facts.skipped}, ${facts.isScan})`.execute(work);
  await linkSets(work, artifactId, pkgset, written);
  // What an older document says never takes the place of what a newer one said, and what was never looked for is not none.
  const at = madeAt ?? generatedAt;
  await sql`update artifact set head_report = ${reportId}, head_pkgset = ${pkgset}, head_at = ${at},
    updated_at = ${generatedAt} where id = ${artifactId} and (head_at is null or head_at <= ${at})`.execute(work);
  if (facts.isScan)
    await sql`update artifact set head_scan = ${reportId}, head_pairset = ${written.pairset}, head_scan_at = ${at}
      where id = ${artifactId} and (head_scan_at is null or head_scan_at <= ${at})`.execute(work);
  return artifactId;
}

/** Makes the view that never shrinks know the sets. */
export async function linkSets(work: Work, artifactId: number, pkgset: number, written: WrittenFacts): Promise<void> {
  await sql`insert into artifact_set (artifact_id, pkgset_id, pairset_id)
    values (${artifactId}, ${pkgset}, ${written.pairset}) on conflict do nothing`.execute(work);
}

/** Takes the report's name, first of all: a second report of the name waits for the first and is then refused. Gives its number. */
async function takeUid(work: Work, { uid, generatedAt }: Submission): Promise<number> {
  const { rows } = await sql<{ id: number }>`insert into report_uid (uid, id, generated_at)
    values (${uid}, nextval(pg_get_serial_sequence('report', 'id')), ${generatedAt})
    on conflict do nothing returning id`.execute(work);
  const id = rows[0]?.id;
  if (id === undefined) throw new AssayError('REPORT_EXISTS', `a report with uid '${uid}' already exists`);
  return id;
}

/** When the document was made; one dated later than its submission has a wrong clock. */
function earlier(madeAt: string | undefined, generatedAt: Date): Date | undefined {
  const made = madeAt === undefined ? undefined : new Date(madeAt);
  if (made === undefined || Number.isNaN(made.getTime())) return undefined;
  return made < generatedAt ? made : generatedAt;
}
