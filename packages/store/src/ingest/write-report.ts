import { AssayError } from '@assay/contract';
import { sql } from 'kysely';
import type { Queries, Work } from '../database/database.ts';
import { inTransaction } from '../database/in-transaction.ts';
import { uidKey } from '../query/uid-key.ts';
import type { Dictionaries } from './dictionaries.ts';
import { idsOf, type Learned } from './dictionary.ts';
import type { DocumentSubject, Entity, ReportFacts } from './facts.ts';
import type { KnownDocument } from './known-document.ts';
import { insertOrFind, packageSet, ratingSet } from './sets.ts';
import { tellRatingsAgain, writeFacts } from './write-facts.ts';

/** A document, ready to be kept. */
export interface KeptDocument {
  readonly sha256: Uint8Array;
  readonly mediaType: string;
  readonly subject: DocumentSubject;
  /** Bytes before compression. */
  readonly size: number;
  readonly gzip: Uint8Array;
}

/** What is said of a report beside its document. */
export interface Submitted {
  readonly uid: string;
  readonly entity: Entity;
  readonly generatedAt: Date;
  readonly originalLocation: string;
  readonly filePath: string;
}

/** One report to be stored: of a document that was read, or of one that is there already. */
export type Submission = Submitted &
  ({ readonly facts: ReportFacts; readonly document: KeptDocument } | { readonly known: KnownDocument });

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
  const { entity, generatedAt, uid, originalLocation, filePath } = submission;
  const reportId = await takeUid(work, submission);
  const known =
    'known' in submission
      ? await listAgain(work, submission.known)
      : await list(work, dictionaries, learned, submission.facts, submission.document);
  const [artifactId = 0] = await idsOf(work, learned, dictionaries.artifacts, [entity]);
  const { documentId, pkgset, pairset, madeAt, isScan } = known;
  await sql`insert into report (id, generated_at, uid, artifact_id, document_id, original_location, file_path)
    values (${reportId}, ${generatedAt}, ${uid}, ${artifactId}, ${documentId}, ${originalLocation}, ${filePath})`.execute(
    work,
  );
  await linkSets(work, artifactId, pkgset, pairset);
  // What an older document says never takes the place of what a newer one said, and what was never looked for is not none.
  // One dated later than its submission has a wrong clock.
  const at = madeAt !== null && madeAt < generatedAt ? madeAt : generatedAt;
  await sql`update artifact set head_report = ${reportId}, head_pkgset = ${pkgset}, head_at = ${at},
    updated_at = ${generatedAt} where id = ${artifactId} and (head_at is null or head_at <= ${at})`.execute(work);
  if (isScan)
    await sql`update artifact set head_scan = ${reportId}, head_pairset = ${pairset}, head_scan_at = ${at}
      where id = ${artifactId} and (head_scan_at is null or head_scan_at <= ${at})`.execute(work);
  return artifactId;
}

/** Puts what a document lists into dictionaries and sets, and keeps the document. */
async function list(
  work: Work,
  dictionaries: Dictionaries,
  learned: Learned,
  facts: ReportFacts,
  document: KeptDocument,
): Promise<KnownDocument> {
  const written = await writeFacts(work, dictionaries, learned, facts);
  const toolIds = facts.tool === undefined ? [] : await idsOf(work, learned, dictionaries.tools, [facts.tool]);
  const pkgset = await packageSet(work, written.components);
  const ratingset = await ratingSet(work, written.ratings);
  const { sha256, mediaType, subject, size, gzip } = document;
  const made = facts.madeAt === undefined ? undefined : new Date(facts.madeAt);
  // Clocks before and after every calendar that a database has are wrong clocks.
  const madeAt =
    made === undefined || Number.isNaN(made.getTime()) || made.getUTCFullYear() < 1 || made.getUTCFullYear() > 9999
      ? null
      : made;
  const { skipped, isScan } = facts;
  const documentId = await insertOrFind(
    work,
    sql`select id from document where sha256 = ${sha256}`,
    sql`insert into document (sha256, media_type, subject_name, subject_version, made_at, tool_id, pkgset_id, pairset_id,
      ratingset_id, skipped, is_scan, size, gzip)
      values (${sha256}, ${mediaType}, ${subject.name}, ${subject.version}, ${madeAt}, ${toolIds[0] ?? null}, ${pkgset},
      ${written.pairset}, ${ratingset}, ${skipped}, ${isScan}, ${size}, ${gzip}) on conflict do nothing`,
  );
  return { documentId, mediaType, subject, pkgset, pairset: written.pairset, ratingset, madeAt, isScan };
}

/** A document that comes again: its ratings are the newest now. */
async function listAgain(work: Work, known: KnownDocument): Promise<KnownDocument> {
  await tellRatingsAgain(work, known.ratingset);
  return known;
}

/** Makes the view that never shrinks know the sets. */
export async function linkSets(work: Work, artifactId: number, pkgset: number, pairset: number): Promise<void> {
  await sql`insert into artifact_set (artifact_id, pkgset_id, pairset_id)
    values (${artifactId}, ${pkgset}, ${pairset}) on conflict do nothing`.execute(work);
}

/** Takes the report's name, first of all: a second report of the name waits for the first and is then refused. Gives its number. */
async function takeUid(work: Work, { uid, generatedAt }: Submission): Promise<number> {
  const { rows } = await sql<{ id: number }>`insert into report_uid (key, id, generated_at)
    values (${uidKey(uid)}::uuid, nextval(pg_get_serial_sequence('report', 'id')), ${generatedAt})
    on conflict do nothing returning id`.execute(work);
  const id = rows[0]?.id;
  if (id === undefined) throw new AssayError('REPORT_EXISTS', `a report with uid '${uid}' already exists`);
  return id;
}
