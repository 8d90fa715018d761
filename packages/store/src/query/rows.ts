import type { RatingMethod, Severity } from '@assay/contract';
import { type RawBuilder, sql } from 'kysely';

/** An image or a source. */
export interface ArtifactRow {
  readonly id: number;
  readonly kind: 'image' | 'source';
  readonly host: string;
  readonly organization: string;
  readonly name: string;
  readonly digest: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PackageRow {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly manager: string;
  readonly homepage: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface VulnerabilityRow {
  readonly id: number;
  readonly vid: string;
  readonly description: string;
  readonly url: string;
  readonly cna: string;
  readonly references: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RatingRow {
  readonly id: number;
  readonly vulnerabilityId: number;
  readonly source: string;
  readonly method: RatingMethod;
  readonly severity: Severity;
  readonly score: number | null;
  readonly vector: string;
}

/** A vulnerability in a package. */
export interface Link {
  readonly packageId: number;
  readonly vulnerabilityId: number;
}

/** Which part of an answer is wanted: `all`, or one page counted from 1. */
export type Paging = 'all' | { readonly page: number; readonly size: number };

/** A part of an answer, and how many there are in all. */
export interface Page<T> {
  readonly count: number;
  readonly rows: readonly T[];
}

/** The columns of `artifact a` by the names of `ArtifactRow`. */
export const artifactColumns: RawBuilder<unknown> = sql`a.id, a.kind, a.host, a.organization, a.name, a.digest,
  a.created_at as "createdAt", a.updated_at as "updatedAt"`;
export const packageColumns: RawBuilder<unknown> = sql`p.id, p.name, p.version, p.manager, p.homepage,
  p.created_at as "createdAt", p.updated_at as "updatedAt"`;
export const vulnerabilityColumns: RawBuilder<unknown> = sql`v.id, v.vid, v.description, v.url, v.cna, v.refs as "references",
  v.created_at as "createdAt", v.updated_at as "updatedAt"`;
export const ratingColumns: RawBuilder<unknown> = sql`r.id, r.vulnerability_id as "vulnerabilityId", r.source, r.method,
  r.severity, r.score, r.vector`;

/** All of the conditions; true when there are none. */
export function allOf(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

/** `limit` and `offset` of a page. */
export function pageOf(paging: Paging): RawBuilder<unknown> {
  return paging === 'all' ? sql`` : sql`limit ${paging.size} offset ${(paging.page - 1) * paging.size}`;
}
