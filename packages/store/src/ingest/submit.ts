import { createHash, randomUUID } from 'node:crypto';
import { AssayError } from '@assay/contract';
import type { Queries } from '../database/database.ts';
import { Months } from '../database/months.ts';
import type { ReadingPool } from '../reading/reading-pool.ts';
import { createDictionaries, type Dictionaries } from './dictionaries.ts';
import { toEntity } from './entity.ts';
import type { DocumentSubject, Entity } from './facts.ts';
import { findKnownDocument } from './known-document.ts';
import { storable } from './to-facts.ts';
import { type StoredReport, writeReport } from './write-report.ts';

/** A document as a client sends it. */
export interface Upload {
  readonly kind: Entity['kind'];
  readonly bytes: Uint8Array;
  /** Which standard and encoding the client says it is. */
  readonly claims: { readonly standard: 'cyclonedx' | 'spdx'; readonly encoding: 'json' | 'xml' | 'tag-value' };
  /** Instead of what the document says it is about. */
  readonly subject?: DocumentSubject;
  /** Made when absent. */
  readonly uid?: string;
  readonly originalLocation?: string;
  readonly filePath?: string;
}

/** Takes documents in. */
export class Intake {
  readonly #queries: Queries;
  readonly #pool: ReadingPool;
  readonly #months: Months;
  readonly #now: () => Date;
  readonly dictionaries: Dictionaries = createDictionaries();

  constructor(queries: Queries, pool: ReadingPool, now: () => Date) {
    this.#queries = queries;
    this.#pool = pool;
    this.#months = new Months(queries);
    this.#now = now;
  }

  /**
   * Stores a document as a report. Throws REPORT_UID_INVALID, REPORT_EXISTS, ENTITY_INVALID, SBOM_MISMATCH when it is not what the client says, what reading
   * and what the database throw.
   */
  async submit(upload: Upload): Promise<StoredReport> {
    const uid = upload.uid ?? randomUUID();
    if (!/^[A-Za-z0-9._~-]{1,512}$/.test(uid))
      throw new AssayError('REPORT_UID_INVALID', `${JSON.stringify(uid.slice(0, 100))} cannot name a report`);
    const generatedAt = this.#now();
    const originalLocation = storable(upload.originalLocation ?? '');
    const filePath = storable(upload.filePath ?? '');
    if (Buffer.byteLength(originalLocation) > 2000 || Buffer.byteLength(filePath) > 4000)
      throw new AssayError(
        'REQUEST_INVALID',
        'the original location has more than 2000 bytes, or the path in it more than 4000',
      );
    const shared = { uid, generatedAt, originalLocation, filePath };
    const sha256 = createHash('sha256').update(upload.bytes).digest();
    const known = await findKnownDocument(this.#queries, sha256);
    if (known !== undefined) {
      checkClaims(upload, known.mediaType);
      const entity = toEntity(upload.kind, upload.subject ?? known.subject);
      await this.#months.ensure(generatedAt);
      return writeReport(this.#queries, this.dictionaries, { ...shared, entity, known });
    }
    const read = await this.#pool.read(upload.bytes);
    const mediaType = mediaTypeOf(read.format);
    checkClaims(upload, mediaType);
    const entity = toEntity(upload.kind, upload.subject ?? read.subject);
    await this.#months.ensure(generatedAt);
    const { gzip, size } = read;
    const subject = { name: storable(read.subject.name), version: storable(read.subject.version) };
    const document = { sha256, mediaType, subject, size, gzip };
    return writeReport(this.#queries, this.dictionaries, { ...shared, entity, facts: read.facts, document });
  }
}

/** Throws SBOM_MISMATCH when a document is not what its sender says. */
function checkClaims({ claims }: Upload, mediaType: string): void {
  const said = mediaTypeOf({ name: claims.standard, encoding: claims.encoding });
  if (said !== mediaType) throw new AssayError('SBOM_MISMATCH', `the document is ${mediaType}, not ${said}`);
}

function mediaTypeOf({ name, encoding }: { readonly name: string; readonly encoding: string }): string {
  return name === 'cyclonedx' ? `application/vnd.cyclonedx+${encoding}` : `application/spdx+${encoding}`;
}
