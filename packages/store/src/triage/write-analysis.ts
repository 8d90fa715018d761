import { randomUUID } from 'node:crypto';
import { AssayError } from '@assay/contract';
import { sql } from 'kysely';
import type { Queries, Work } from '../database/database.ts';
import { inTransaction } from '../database/in-transaction.ts';
import { findArtifacts } from '../query/artifacts.ts';
import type { ArtifactRow } from '../query/rows.ts';
import { type AnalysisFinding, checkFinding } from './analysis.ts';
import {
  checkMember,
  findAffected,
  findGroup,
  findTargetArtifact,
  holdsPackage,
  isAffected,
  type TargetArtifact,
} from './find-target.ts';

/** A decision about one vulnerability in one package of one artifact of one group. */
export interface AnalysisWish {
  readonly cve: string;
  readonly package: { readonly name: string; readonly version: string };
  readonly target: TargetArtifact;
  readonly groupUid: string;
  readonly finding: AnalysisFinding;
}

/** What an analysis is copied to; what is absent is the original's. */
export interface CopyWish {
  readonly uid: string;
  readonly target?: TargetArtifact;
  readonly groupUid?: string;
  readonly createdBy: string;
}

/** Which analysis was written, and whether it is new. */
export interface WrittenAnalysis {
  readonly uid: string;
  readonly isNew: boolean;
}

/** Adds a decision to the trail of its analysis, which is made when it is not there. Source: spec/store.md §3.8. Throws REQUEST_INVALID. */
export async function writeAnalysis(queries: Queries, wish: AnalysisWish): Promise<WrittenAnalysis> {
  checkFinding(wish.finding);
  return inTransaction(queries, async (work) => {
    const groupId = await findGroup(work, wish.groupUid);
    const artifact = await findTargetArtifact(work, wish.target);
    const affected = await findAffected(work, artifact, { cve: wish.cve, ...wish.package });
    await checkMember(work, groupId, artifact);
    return append(work, { ...affected, artifactId: artifact.id, groupId }, wish.finding);
  });
}

interface InstanceKey {
  readonly vulnerabilityId: number;
  readonly packageId: number;
  readonly artifactId: number;
  readonly groupId: number;
}

async function append(work: Work, key: InstanceKey, finding: AnalysisFinding): Promise<WrittenAnalysis> {
  const { vulnerabilityId, packageId, artifactId, groupId } = key;
  const made = await sql<{ id: number; uid: string }>`insert into analysis_instance
    (uid, vulnerability_id, package_id, artifact_id, group_id, created_by)
    values (${randomUUID()}, ${vulnerabilityId}, ${packageId}, ${artifactId}, ${groupId}, ${finding.createdBy})
    on conflict do nothing returning id, uid`.execute(work);
  const found =
    made.rows[0] === undefined
      ? await sql<{ id: number; uid: string }>`select id, uid from analysis_instance
          where vulnerability_id = ${vulnerabilityId} and package_id = ${packageId}
          and artifact_id = ${artifactId} and group_id = ${groupId}`.execute(work)
      : made;
  const instance = found.rows[0];
  if (instance === undefined) throw new Error('the analysis was written and is not there');
  await sql`insert into analysis_finding (instance_id, state, justification, response, comments, created_by)
    values (${instance.id}, ${finding.state}, ${finding.justification}, ${[...finding.responses]}::text[],
    ${finding.comments}, ${finding.createdBy})`.execute(work);
  return { uid: instance.uid, isNew: made.rows[0] !== undefined };
}

interface Original extends InstanceKey {
  readonly state: AnalysisFinding['state'];
  readonly justification: AnalysisFinding['justification'];
  readonly responses: AnalysisFinding['responses'];
  readonly comments: string;
}

/** Copies the newest decision of an analysis elsewhere. Source: spec/store.md §3.8, "copy". Throws NOT_STORED, REQUEST_INVALID. */
export async function copyAnalysis(queries: Queries, wish: CopyWish): Promise<WrittenAnalysis> {
  return inTransaction(queries, async (work) => {
    const original = await findOriginal(work, wish.uid);
    const artifact =
      wish.target === undefined
        ? await artifactById(work, original.artifactId)
        : await findTargetArtifact(work, wish.target);
    const groupId = wish.groupUid === undefined ? original.groupId : await findGroup(work, wish.groupUid);
    if (!(await holdsPackage(work, artifact.id, original.packageId)))
      throw new AssayError(
        'REQUEST_INVALID',
        `the ${artifact.kind} '${artifact.digest}' does not hold the package of the analysis`,
      );
    if (!(await isAffected(work, original.packageId, original.vulnerabilityId)))
      throw new AssayError('REQUEST_INVALID', 'the package of the analysis does not have its vulnerability any more');
    await checkMember(work, groupId, artifact);
    const { state, justification, responses, comments } = original;
    const finding = { state, justification, responses, comments, createdBy: wish.createdBy };
    return append(work, { ...original, artifactId: artifact.id, groupId }, finding);
  });
}

async function findOriginal(work: Work, uid: string): Promise<Original> {
  const { rows } = await sql<Original>`select i.vulnerability_id as "vulnerabilityId", i.package_id as "packageId",
    i.artifact_id as "artifactId", i.group_id as "groupId", f.state, f.justification, f.response as responses, f.comments
    from analysis_instance i join analysis_finding f on f.instance_id = i.id
    where i.uid = ${uid} order by f.id desc limit 1`.execute(work);
  if (rows[0] === undefined) throw new AssayError('NOT_STORED', 'Not found');
  return rows[0];
}

async function artifactById(work: Work, id: number): Promise<ArtifactRow> {
  const images = await findArtifacts(work, { kind: 'image', id });
  const found = images.rows[0] ?? (await findArtifacts(work, { kind: 'source', id })).rows[0];
  if (found === undefined) throw new Error('an analysis is about an artifact that is not there');
  return found;
}
