import type { Severity } from '@assay/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { ids, texts } from '../ingest/dictionary.ts';
import { type ArtifactFilter, isOpen } from './artifacts.ts';
import { packagesIn } from './packages.ts';
import { readPage } from './read-page.ts';
import {
  allOf,
  type Page,
  type Paging,
  type RatingRow,
  ratingColumns,
  type VulnerabilityRow,
  vulnerabilityColumns,
} from './rows.ts';

/** Which vulnerabilities; what is absent does not matter. */
export interface VulnerabilityFilter {
  readonly id?: number;
  /** A CVE or another id of it; the case of well-known ids does not matter. */
  readonly name?: string;
  readonly severities?: readonly Severity[];
  /** Only those ever found in a package that one of these ever had. */
  readonly in?: ArtifactFilter;
  readonly packageIds?: readonly number[];
}

/** Vulnerabilities by id, the oldest first. */
export function findVulnerabilities(
  queries: Queries,
  filter: VulnerabilityFilter,
  paging: Paging = 'all',
): Promise<Page<VulnerabilityRow>> {
  const body = sql`from vulnerability v where ${vulnerabilityCondition(filter)}`;
  return readPage(queries, { columns: vulnerabilityColumns, body, order: sql`v.id` }, paging);
}

function vulnerabilityCondition(filter: VulnerabilityFilter): RawBuilder<unknown> {
  const { id, name, severities, packageIds } = filter;
  return allOf([
    ...(id === undefined ? [] : [sql`v.id = ${id}`]),
    ...(name === undefined ? [] : [named(name)]),
    ...(severities === undefined || severities.length === 0 ? [] : [rated(severities)]),
    ...(packageIds === undefined
      ? []
      : [
          sql`v.id in (select pair.vulnerability_id from component c join pair on pair.component_id = c.id
            where c.package_id = any(${ids(packageIds)}))`,
        ]),
    ...(filter.in === undefined || (filter.in.kind === 'image' && isOpen(filter.in))
      ? []
      : [
          sql`v.id in (select pair.vulnerability_id from component c join pair on pair.component_id = c.id
            where c.package_id in (${packagesIn(filter.in)}))`,
        ]),
  ]);
}

/** By its own id, or by another that a document called it. */
function named(name: string): RawBuilder<unknown> {
  const spellings = texts([...new Set([name, canonical(name)])]);
  return sql`(v.vid = any(${spellings})
    or v.id in (select vulnerability_id from vulnerability_alias where alias = any(${spellings})))`;
}

/** As their registries write them. */
function canonical(name: string): string {
  const text = name.trim();
  if (/^ghsa(-[0-9a-z]{4}){3}$/i.test(text)) return `GHSA${text.slice(4).toLowerCase()}`;
  return /^(cve|go|rustsec|pysec|osv)-\d/i.test(text) ? text.toUpperCase() : text;
}

/** At least one rating that counts has one of the severities; without any rating it is unknown. Source: spec/store.md §2.4, §4.2. */
function rated(severities: readonly Severity[]): RawBuilder<unknown> {
  const some = sql`exists (select from current_rating k join rating r on r.id = k.rating_id
    where k.vulnerability_id = v.id and r.severity = any(${texts(severities)}))`;
  if (!severities.includes('unknown')) return some;
  return sql`(${some} or not exists (select from current_rating k where k.vulnerability_id = v.id))`;
}

/** Vulnerabilities by id. */
export async function vulnerabilitiesById(
  queries: Queries,
  vulnerabilityIds: readonly number[],
): Promise<readonly VulnerabilityRow[]> {
  if (vulnerabilityIds.length === 0) return [];
  const { rows } = await sql<VulnerabilityRow>`select ${vulnerabilityColumns} from vulnerability v
    where v.id = any(${ids(vulnerabilityIds)}) order by v.id`.execute(queries);
  return rows;
}

/** The opinions that count now: the newest of each source and method. */
export async function ratingsOf(queries: Queries, vulnerabilityIds: readonly number[]): Promise<readonly RatingRow[]> {
  if (vulnerabilityIds.length === 0) return [];
  const { rows } =
    await sql<RatingRow>`select ${ratingColumns} from current_rating k join rating r on r.id = k.rating_id
    where k.vulnerability_id = any(${ids(vulnerabilityIds)}) order by r.id`.execute(queries);
  return rows;
}
