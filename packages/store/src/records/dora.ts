import { sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { allOf } from '../query/rows.ts';
import type { LocationFilter, TimeRange } from './find-records.ts';

/** How fast and how often changes reach a location. Source: spec/amr.md §5, §11 row 13. */
export interface DoraMetrics {
  /** Median seconds from commit to running container; `null` when nothing can be measured. */
  readonly leadTime: number | null;
  /** Images that began to run. */
  readonly deployments: number;
  readonly perCorrelation: readonly {
    readonly correlationId: string;
    readonly leadTime: number | null;
    readonly deployments: number;
  }[];
}

export interface DoraFilter {
  readonly correlationId?: string;
  readonly location?: LocationFilter;
  readonly at?: TimeRange;
}

interface Deployment {
  readonly correlationId: string;
  readonly seconds: number | null;
}

/**
 * A deployment is the first time that an image of a correlation ran at a location; its lead time counts from the newest commit of the correlation before it.
 * Restarts and further replicas are none.
 */
export async function readDora(queries: Queries, filter: DoraFilter): Promise<DoraMetrics> {
  const { correlationId, location = {}, at = {} } = filter;
  const places = [
    ...(location.reference === undefined ? [] : [sql`l.reference = ${location.reference}`]),
    ...(location.alias === undefined ? [] : [sql`l.alias = ${location.alias}`]),
    ...(location.labels ?? []).map((label) => sql`l.labels @> ${JSON.stringify([label])}::jsonb`),
  ];
  const window = [
    ...(at.before === undefined ? [] : [sql`d.at < ${at.before}::timestamptz`]),
    ...(at.after === undefined ? [] : [sql`d.at > ${at.after}::timestamptz`]),
  ];
  const { rows } = await sql<Deployment>`with d as (
      select r.correlation_id, r.location_id, r.image_digest, min(r.at) as at
      from artifact_record r join location l on l.id = r.location_id
      where r.kind = 'container' and r.state = 'running' and r.correlation_id <> ''
      and ${correlationId === undefined ? sql`true` : sql`r.correlation_id = ${correlationId}`} and ${allOf(places)}
      group by 1, 2, 3)
    select d.correlation_id as "correlationId", extract(epoch from d.at - (
      select max(c.at) from artifact_record c
      where c.kind = 'commit' and c.correlation_id = d.correlation_id and c.at <= d.at))::float8 as seconds
    from d where ${allOf(window)}`.execute(queries);
  const byCorrelation = Map.groupBy(rows, (row) => row.correlationId);
  return {
    leadTime: median(rows),
    deployments: rows.length,
    perCorrelation: [...byCorrelation]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, list]) => ({
        correlationId: id,
        leadTime: median(list),
        deployments: list.length,
      })),
  };
}

/** Of those that could be measured. */
function median(deployments: readonly Deployment[]): number | null {
  const sorted = deployments.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
