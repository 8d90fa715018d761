import { sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import type { DocumentSubject } from './facts.ts';

/** A document that is stored, with what it lists. */
export interface KnownDocument {
  readonly documentId: number;
  readonly mediaType: string;
  readonly subject: DocumentSubject;
  readonly pkgset: number;
  readonly pairset: number;
  readonly ratingset: number;
  /** When it says it was made. */
  readonly madeAt: Date | null;
  readonly isScan: boolean;
}

/** Finds a document by its digest: the same bytes say the same, so that nobody needs to read them again. */
export async function findKnownDocument(queries: Queries, sha256: Uint8Array): Promise<KnownDocument | undefined> {
  const { rows } = await sql<KnownDocument>`select d.id as "documentId", d.media_type as "mediaType",
    jsonb_build_object('name', d.subject_name, 'version', d.subject_version) as subject, d.pkgset_id as pkgset,
    d.pairset_id as pairset, d.ratingset_id as ratingset, d.made_at as "madeAt", d.is_scan as "isScan"
    from document d where d.sha256 = ${sha256}`.execute(queries);
  return rows[0];
}
