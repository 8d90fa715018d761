import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../../database/database.ts';
import { ids } from '../../ingest/dictionary.ts';

/** When the scans of an artifact found something, and when they did not any more. */
export interface FindingHistory {
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
  readonly fixedAt: Date | null;
}

interface Scan {
  readonly artifactId: number;
  readonly pairsetId: number;
  readonly at: Date;
}

/** When a report of `report t join document d` speaks of: its document's own date, unless that lies after its submission. */
export const reportMoment: RawBuilder<unknown> = sql`least(coalesce(d.made_at, t.generated_at), t.generated_at)`;

/** The history of findings by their places, from the reports of their artifacts. */
export async function tellHistory(
  queries: Queries,
  findings: readonly { readonly pairId: number; readonly artifact: { readonly id: number } }[],
): Promise<readonly FindingHistory[]> {
  if (findings.length === 0) return [];
  const artifactIds = [...new Set(findings.map(({ artifact }) => artifact.id))];
  const { rows } = await sql<Scan>`select t.artifact_id as "artifactId", d.pairset_id as "pairsetId",
    ${reportMoment} as at from report t join document d on d.id = t.document_id
    where t.artifact_id = any(${ids(artifactIds)}) and d.is_scan order by 3, t.id`.execute(queries);
  const scans = Map.groupBy(rows, ({ artifactId }) => artifactId);
  const found = await findingsOfSets(
    queries,
    [...new Set(rows.map(({ pairsetId }) => pairsetId))],
    [...new Set(findings.map(({ pairId }) => pairId))],
  );
  return findings.map(({ pairId, artifact }) =>
    historyOf(scans.get(artifact.id) ?? [], ({ pairsetId }) => found.get(pairsetId)?.has(pairId) === true),
  );
}

function historyOf(scans: readonly Scan[], finds: (scan: Scan) => boolean): FindingHistory {
  const last = scans.findLastIndex(finds);
  return {
    firstSeen: scans.find(finds)?.at ?? null,
    lastSeen: scans[last]?.at ?? null,
    fixedAt: last < 0 ? null : (scans[last + 1]?.at ?? null),
  };
}

/** Which of the pairs are in which of the sets. */
async function findingsOfSets(
  queries: Queries,
  pairsetIds: readonly number[],
  pairIds: readonly number[],
): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  if (pairsetIds.length === 0) return new Map();
  const { rows } = await sql<{ id: number; pairs: readonly number[] }>`select s.id, array_agg(m.id) as pairs
    from pairset s cross join unnest(s.ids) m(id)
    where s.id = any(${ids(pairsetIds)}) and m.id = any(${ids(pairIds)}) group by 1`.execute(queries);
  return new Map(rows.map(({ id, pairs }) => [id, new Set(pairs)]));
}
