import { sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import type { DocumentSubject } from './facts.ts';

/** A document that was stored before, with the sets of an earlier report of it. */
export interface KnownDocument {
  readonly documentId: number;
  readonly mediaType: string;
  readonly subject: DocumentSubject;
  readonly pkgset: number;
  readonly pairset: number;
  readonly ratingset: number;
  readonly toolId: number | null;
  readonly madeAt: Date | null;
  readonly skipped: number;
  readonly isScan: boolean;
}

/** Finds a document by its digest: the same bytes say the same, so that nobody needs to read them again. */
export async function findKnownDocument(queries: Queries, sha256: Uint8Array): Promise<KnownDocument | undefined> {
  const { rows } = await sql<KnownDocument>`select d.id as "documentId", d.media_type as "mediaType",
    jsonb_build_object('name', d.subject_name, 'version', d.subject_version) as subject, t.pkgset_id as pkgset,
    t.pairset_id as pairset, t.ratingset_id as ratingset, t.tool_id as "toolId", t.made_at as "madeAt", t.skipped,
    t.is_scan as "isScan"
    from document d cross join lateral (select * from report r where r.document_id = d.id limit 1) t
    where d.sha256 = ${sha256}`.execute(queries);
  return rows[0];
}
