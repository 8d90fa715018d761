import { AssayError } from '@assay/contract';
import { sql } from 'kysely';
import type { Work } from '../database/database.ts';
import { findArtifacts } from '../query/artifacts.ts';
import type { ArtifactRow } from '../query/rows.ts';

/** The image or source an analysis is about, as a request names it. */
export type TargetArtifact =
  | { readonly kind: 'image'; readonly digest: string; readonly registry?: string }
  | { readonly kind: 'source'; readonly sha: string; readonly organization?: string; readonly repository?: string };

/** The one artifact that is meant. Throws REQUEST_INVALID when there is none, or several. */
export async function findTargetArtifact(work: Work, target: TargetArtifact): Promise<ArtifactRow> {
  const { rows } = await findArtifacts(
    work,
    target.kind === 'image'
      ? { kind: 'image', digest: target.digest, ...(target.registry ? { host: target.registry } : {}) }
      : {
          kind: 'source',
          digest: target.sha,
          ...(target.organization ? { organization: target.organization } : {}),
          ...(target.repository ? { name: target.repository } : {}),
        },
  );
  const what = target.kind === 'image' ? `image with digest '${target.digest}'` : `source with commit '${target.sha}'`;
  const [artifact] = rows;
  if (artifact === undefined) throw new AssayError('REQUEST_INVALID', `there is no ${what.slice(0, 300)}`);
  if (rows.length > 1)
    throw new AssayError('REQUEST_INVALID', `there are ${rows.length} of the ${what.slice(0, 300)}`, {
      hint: target.kind === 'image' ? 'Name the registry too.' : 'Name the organization and the repository too.',
    });
  return artifact;
}

/** The group's id. Throws REQUEST_INVALID. */
export async function findGroup(work: Work, uid: string): Promise<number> {
  const { rows } = await sql<{ id: number }>`select id from artifact_group where uid = ${uid}`.execute(work);
  const id = rows[0]?.id;
  if (id === undefined) throw new AssayError('REQUEST_INVALID', `there is no artifact group '${uid.slice(0, 200)}'`);
  return id;
}

/** Throws REQUEST_INVALID when an artifact is not in a group. */
export async function checkMember(work: Work, groupId: number, artifact: ArtifactRow): Promise<void> {
  const { rows } =
    await sql`select from group_artifact where group_id = ${groupId} and artifact_id = ${artifact.id}`.execute(work);
  if (rows.length === 0)
    throw new AssayError('REQUEST_INVALID', `the ${artifact.kind} '${artifact.digest}' is not in the artifact group`);
}

/** Whether some scan ever found a package in an artifact. */
export async function holdsPackage(work: Work, artifactId: number, packageId: number): Promise<boolean> {
  const { rows } = await sql`select from artifact_set s join pkgset on pkgset.id = s.pkgset_id
    where s.artifact_id = ${artifactId}
    and pkgset.ids && array(select c.id from component c where c.package_id = ${packageId}) limit 1`.execute(work);
  return rows.length > 0;
}

/** The vulnerability and the package of an artifact that are meant. Throws REQUEST_INVALID. */
export async function findAffected(
  work: Work,
  artifact: ArtifactRow,
  wanted: { readonly cve: string; readonly name: string; readonly version: string },
): Promise<{ readonly vulnerabilityId: number; readonly packageId: number }> {
  const shown = `${wanted.name}@${wanted.version}`.slice(0, 200);
  const vulnerabilities = await sql<{ id: number }>`select v.id from vulnerability v where v.vid = ${wanted.cve}
    or v.id in (select a.vulnerability_id from vulnerability_alias a where a.alias = ${wanted.cve}) order by v.id`.execute(
    work,
  );
  if (vulnerabilities.rows.length === 0)
    throw new AssayError('REQUEST_INVALID', `there is no vulnerability '${wanted.cve.slice(0, 100)}'`);
  const packages = await sql<{ id: number }>`select id from package
    where name = ${wanted.name} and version = ${wanted.version} order by id`.execute(work);
  let isHeld = false;
  for (const { id: packageId } of packages.rows) {
    if (!(await holdsPackage(work, artifact.id, packageId))) continue;
    isHeld = true;
    for (const { id: vulnerabilityId } of vulnerabilities.rows)
      if (await isAffected(work, packageId, vulnerabilityId)) return { packageId, vulnerabilityId };
  }
  throw new AssayError(
    'REQUEST_INVALID',
    isHeld
      ? `the package '${shown}' does not have the vulnerability '${wanted.cve}'`
      : `the ${artifact.kind} '${artifact.digest}' does not hold the package '${shown}'`,
  );
}

/** Whether a vulnerability was ever found in a package. */
export async function isAffected(work: Work, packageId: number, vulnerabilityId: number): Promise<boolean> {
  const { rows } = await sql`select from component c join pair on pair.component_id = c.id
    where c.package_id = ${packageId} and pair.vulnerability_id = ${vulnerabilityId} limit 1`.execute(work);
  return rows.length > 0;
}
