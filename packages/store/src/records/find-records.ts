import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { texts } from '../ingest/dictionary.ts';
import { allOf } from '../query/rows.ts';
import type { AcceleratorRun, ArtifactRecord, Location, RecordKind } from './record.ts';

/** Which locations; labels are joined by AND, an absent part of one matches any. Source: spec/amr.md §6.4. */
export interface LocationFilter {
  readonly reference?: string;
  readonly alias?: string;
  readonly labels?: readonly { readonly key?: string; readonly value?: string }[];
}

/** Both ends are left out themselves. RFC 3339. */
export interface TimeRange {
  readonly before?: string;
  readonly after?: string;
}

/** Which records; what is absent does not matter. */
export interface RecordFilter {
  readonly kind: RecordKind;
  readonly correlationIds?: readonly string[];
  readonly imageDigests?: readonly string[];
  readonly shas?: readonly string[];
  readonly name?: string;
  readonly namespace?: string;
  readonly state?: string;
  readonly location?: LocationFilter;
  readonly at?: TimeRange;
  /** Only the newest of each location, namespace and name. */
  readonly isLatest?: boolean;
}

/** A record with its place in the list and its location. */
export interface FoundRecord extends ArtifactRecord {
  readonly id: number;
  readonly location: Location;
}

export interface RecordPaging {
  /** Records at most. */
  readonly first: number;
  /** The id after which the page begins. */
  readonly after?: number;
  /** By time instead of by place in the list. */
  readonly byTime?: 'ASC' | 'DESC';
}

const location = sql`jsonb_build_object('reference', l.reference, 'alias', l.alias, 'labels', l.labels) as location`;

/** Locations by the order of their registration. */
export async function findLocations(queries: Queries, filter: LocationFilter = {}): Promise<readonly Location[]> {
  const { rows } = await sql<{ location: Location }>`select ${location} from location l
    where ${locationCondition(filter)} order by l.id`.execute(queries);
  return rows.map((row) => row.location);
}

function locationCondition({ reference, alias, labels = [] }: LocationFilter): RawBuilder<unknown> {
  return allOf([
    ...(reference === undefined ? [] : [sql`l.reference = ${reference}`]),
    ...(alias === undefined ? [] : [sql`l.alias = ${alias}`]),
    ...labels.map((label) => sql`l.labels @> ${JSON.stringify([label])}::jsonb`),
  ]);
}

/** Records, one more than asked for when there are more. */
export async function findRecords(
  queries: Queries,
  filter: RecordFilter,
  { first, after, byTime }: RecordPaging,
): Promise<readonly FoundRecord[]> {
  const conditions = [...recordConditions(filter), ...(after === undefined ? [] : [sql`r.id > ${after}`])];
  const order = byTime === undefined ? sql`r.id` : byTime === 'ASC' ? sql`r.at, r.id` : sql`r.at desc, r.id desc`;
  const { rows } =
    await sql<FoundRow>`select r.id, r.kind, r.at, r.correlation_id as "correlationId", r.name, r.namespace,
    r.image_url as "imageUrl", r.image_digest as "imageDigest", r.state, r.instances, r.repo_url as "repoUrl", r.sha, r.tag,
    r.builder, ${location}
    from artifact_record r join location l on l.id = r.location_id where ${allOf(conditions)}
    order by ${order} limit ${first + 1}`.execute(queries);
  return rows.map(({ at, instances, ...row }) => ({
    ...row,
    at: at.toISOString(),
    ...(instances === null ? {} : { instances }),
  }));
}

type FoundRow = Omit<FoundRecord, 'at' | 'instances'> & { readonly at: Date; readonly instances: number | null };

function recordConditions(filter: RecordFilter): readonly RawBuilder<unknown>[] {
  const { kind, correlationIds, imageDigests, shas, name, namespace, state, at, isLatest } = filter;
  return [
    sql`r.kind = ${kind}`,
    ...(correlationIds === undefined ? [] : [sql`r.correlation_id = any(${texts(correlationIds)})`]),
    ...(imageDigests === undefined ? [] : [sql`r.image_digest = any(${texts(imageDigests)})`]),
    ...(shas === undefined ? [] : [sql`r.sha = any(${texts(shas)})`]),
    ...(name === undefined ? [] : [sql`r.name = ${name}`]),
    ...(namespace === undefined ? [] : [sql`r.namespace = ${namespace}`]),
    ...(state === undefined ? [] : [sql`r.state = ${state}`]),
    ...(filter.location === undefined ? [] : [locationCondition(filter.location)]),
    ...timeConditions(sql`r.at`, at),
    ...(isLatest === true
      ? [
          sql`not exists (select from artifact_record n where n.kind = r.kind and n.location_id = r.location_id
            and n.namespace = r.namespace and n.name = r.name and (n.at, n.id) > (r.at, r.id))`,
        ]
      : []),
  ];
}

function timeConditions(
  column: RawBuilder<unknown>,
  { before, after }: TimeRange = {},
): readonly RawBuilder<unknown>[] {
  return [
    ...(before === undefined ? [] : [sql`${column} < ${before}::timestamptz`]),
    ...(after === undefined ? [] : [sql`${column} > ${after}::timestamptz`]),
  ];
}

/** Which accelerator runs; what is absent does not matter. */
export interface RunFilter {
  readonly guid?: string;
  readonly source?: string;
  readonly username?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly repoUrl?: string;
  readonly revision?: string;
  readonly subpath?: string;
  readonly at?: TimeRange;
}

export interface FoundRun extends AcceleratorRun {
  readonly id: number;
}

/** Accelerator runs, one more than asked for when there are more. */
export async function findRuns(
  queries: Queries,
  filter: RunFilter,
  { first, after }: RecordPaging,
): Promise<readonly FoundRun[]> {
  const columns = {
    guid: 'guid',
    source: 'source',
    username: 'username',
    namespace: 'namespace',
    name: 'name',
  } as const;
  const others = { repoUrl: 'repo_url', revision: 'revision', subpath: 'subpath' } as const;
  const conditions = [
    ...Object.entries({ ...columns, ...others }).flatMap(([key, column]) => {
      const value = filter[key as keyof typeof columns | keyof typeof others]; // a key of the two tables above
      return value === undefined ? [] : [sql`r.${sql.id(column)} = ${value}`];
    }),
    ...timeConditions(sql`r.at`, filter.at),
    ...(after === undefined ? [] : [sql`r.id > ${after}`]),
  ];
  const { rows } = await sql<
    Omit<FoundRun, 'at'> & { at: Date }
  >`select r.id, r.guid, r.at, r.username, r.source, r.namespace,
    r.name, r.repo_url as "repoUrl", r.revision, r.subpath, r.commit, r.fragments
    from accelerator_run r where ${allOf(conditions)} order by r.id limit ${first + 1}`.execute(queries);
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}
