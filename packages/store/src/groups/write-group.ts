import { AssayError } from '@assay/contract';
import { sql } from 'kysely';
import type { Queries, Work } from '../database/database.ts';
import { inTransaction } from '../database/in-transaction.ts';
import { storable } from '../ingest/to-facts.ts';
import { uidKey } from '../query/uid-key.ts';

/** What is added to a group; the group is made when it is not there. Source: spec/store.md §3.7. */
export interface GroupChange {
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly artifact?: { readonly kind: 'image' | 'source'; readonly id: number };
  readonly reportUid?: string;
}

/** A group after a change. */
export interface GroupState {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly artifacts: readonly { readonly kind: 'image' | 'source'; readonly id: number }[];
}

/** Makes or extends a group: labels are merged, links only grow. Throws REQUEST_INVALID for an artifact or report that is not there. */
export async function changeGroup(queries: Queries, change: GroupChange): Promise<GroupState> {
  const uid = storable(change.uid);
  if (uid === '' || Buffer.byteLength(uid) > 500)
    throw new AssayError('REQUEST_INVALID', 'the UID of an artifact group is a text of 1 to 500 bytes');
  const labels = Object.fromEntries(
    Object.entries(change.labels ?? {}).map(([name, value]) => [storable(name), storable(value)]),
  );
  return inTransaction(queries, async (work) => {
    const { rows } = await sql<{ id: number; labels: Record<string, string> }>`insert into artifact_group (uid, labels)
      values (${uid}, ${JSON.stringify(labels)}::jsonb)
      on conflict (uid) do update set labels = artifact_group.labels || excluded.labels, updated_at = now()
      returning id, labels`.execute(work);
    const group = rows[0];
    if (group === undefined) throw new Error('the group was written and is not there');
    if (change.artifact !== undefined) await addArtifact(work, group.id, change.artifact);
    if (change.reportUid !== undefined) await addReport(work, group.id, change.reportUid);
    const members = await sql<{ kind: 'image' | 'source'; id: number }>`select a.kind, a.id from group_artifact m
      join artifact a on a.id = m.artifact_id where m.group_id = ${group.id} order by a.id`.execute(work);
    return { uid, labels: group.labels, artifacts: members.rows };
  });
}

async function addArtifact(work: Work, groupId: number, { kind, id }: NonNullable<GroupChange['artifact']>) {
  const { rows } = await sql`select from artifact where id = ${id} and kind = ${kind}`.execute(work);
  if (rows.length === 0) throw new AssayError('REQUEST_INVALID', `there is no ${kind} with the ID ${id}`);
  await sql`insert into group_artifact (group_id, artifact_id) values (${groupId}, ${id}) on conflict do nothing`.execute(
    work,
  );
}

/** A report brings the artifact it is about. */
async function addReport(work: Work, groupId: number, uid: string): Promise<void> {
  const { rows } = await sql<{ id: number; artifact: number }>`select t.id, t.artifact_id as artifact from report_uid k
    join report t on t.generated_at = k.generated_at and t.id = k.id where k.key = ${uidKey(uid)}::uuid`.execute(work);
  const report = rows[0];
  if (report === undefined)
    throw new AssayError('REQUEST_INVALID', `there is no report with uid '${uid.slice(0, 200)}'`);
  await sql`insert into group_report (group_id, report_id) values (${groupId}, ${report.id})
    on conflict do nothing`.execute(work);
  await sql`insert into group_artifact (group_id, artifact_id) values (${groupId}, ${report.artifact})
    on conflict do nothing`.execute(work);
}
