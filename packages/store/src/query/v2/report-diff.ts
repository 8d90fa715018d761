import type { Severity } from '@assay/contract';
import { sql } from 'kysely';
import type { Queries } from '../../database/database.ts';
import { ids } from '../../ingest/dictionary.ts';
import { uidKey } from '../uid-key.ts';
import { rankSql } from './finding-filter.ts';
import { reportMoment } from './finding-history.ts';
import { type ArtifactName, severityAt } from './findings.ts';

/** What is compared: the lists of a report, or of what is newest about an artifact. */
export interface DiffSide {
  /** `null` when the lists are those of two reports: the newest, and the newest that looked for vulnerabilities. */
  readonly report: string | null;
  readonly at: Date;
  readonly artifact: ArtifactName;
  /** Whether somebody looked for vulnerabilities. */
  readonly isScan: boolean;
  readonly pkgsetId: number;
  readonly pairsetId: number | null;
}

/** A finding of one side. A new version of a package that still has the vulnerability is the same finding. */
export interface DiffedFinding {
  readonly cve: string;
  readonly severity: Severity;
  readonly package: string;
  readonly version: string;
  readonly manager: string;
}

/** A package of one side. */
export interface DiffedPackage {
  readonly name: string;
  readonly version: string;
  readonly manager: string;
}

/** What is different on the other side. */
export interface StoredDiff {
  readonly packages: {
    readonly added: readonly DiffedPackage[];
    readonly removed: readonly DiffedPackage[];
    readonly changed: readonly {
      readonly name: string;
      readonly manager: string;
      readonly from: string;
      readonly to: string;
    }[];
  };
  /** `null` when one of the sides did not look for vulnerabilities: then nothing is new and nothing is fixed. */
  readonly findings: {
    readonly new: readonly DiffedFinding[];
    readonly fixed: readonly DiffedFinding[];
    readonly kept: readonly DiffedFinding[];
  } | null;
}

const artifactObject = sql`jsonb_build_object('id', a.id, 'kind', a.kind, 'host', a.host, 'organization',
  a.organization, 'name', a.name, 'digest', a.digest) as artifact`;

/** A report by its UID, or the heads of the artifact of a digest that was reported last. `undefined` when it is not there. */
export async function findDiffSide(
  queries: Queries,
  which: { readonly uid: string } | { readonly digest: string },
): Promise<DiffSide | undefined> {
  const { rows } =
    'uid' in which
      ? await sql<DiffSide>`select t.uid as report, ${reportMoment} as at, ${artifactObject}, d.is_scan as "isScan",
          d.pkgset_id as "pkgsetId", d.pairset_id as "pairsetId" from report_uid k
          join report t on t.generated_at = k.generated_at and t.id = k.id
          join document d on d.id = t.document_id join artifact a on a.id = t.artifact_id
          where k.key = ${uidKey(which.uid)}::uuid`.execute(queries)
      : await sql<DiffSide>`select case when a.head_scan is null or a.head_scan = a.head_report then (select t.uid
            from report t where t.artifact_id = a.id and t.id = a.head_report limit 1) end as report,
          a.head_at as at, ${artifactObject}, a.head_pairset is not null as "isScan",
          a.head_pkgset as "pkgsetId", a.head_pairset as "pairsetId" from artifact a
          where a.digest = ${which.digest} and a.head_pkgset is not null
          order by a.head_at desc, a.id desc limit 1`.execute(queries);
  return rows[0];
}

/** Compares two sides. */
export async function diffStored(queries: Queries, from: DiffSide, to: DiffSide): Promise<StoredDiff> {
  return { packages: await diffPackages(queries, from, to), findings: await diffFindings(queries, from, to) };
}

async function diffPackages(queries: Queries, from: DiffSide, to: DiffSide): Promise<StoredDiff['packages']> {
  // The same component on both sides is no difference: only the others are read.
  const only = async (here: DiffSide, there: DiffSide): Promise<readonly DiffedPackage[]> => {
    const of = ({ pkgsetId }: DiffSide) =>
      sql`select distinct c.package_id from pkgset s cross join unnest(s.ids) m(id) join component c on c.id = m.id
        where s.id = ${pkgsetId}`;
    const { rows } = await sql<DiffedPackage>`select p.name, p.version, p.manager from package p
      where p.id in (${of(here)} except ${of(there)}) order by p.name, p.version, p.manager`.execute(queries);
    return rows;
  };
  const [gone, come] = [await only(from, to), await only(to, from)];
  const goneBy = Map.groupBy(gone, nameOf);
  const comeBy = Map.groupBy(come, nameOf);
  const isChange = (pkg: DiffedPackage): boolean =>
    goneBy.get(nameOf(pkg))?.length === 1 && comeBy.get(nameOf(pkg))?.length === 1;
  return {
    added: come.filter((pkg) => !isChange(pkg)),
    removed: gone.filter((pkg) => !isChange(pkg)),
    changed: gone.filter(isChange).map((pkg) => ({
      ...{ name: pkg.name, manager: pkg.manager, from: pkg.version },
      to: comeBy.get(nameOf(pkg))?.[0]?.version ?? '',
    })),
  };
}

const nameOf = ({ manager, name }: DiffedPackage): string => `${manager}\0${name}`;

async function diffFindings(queries: Queries, from: DiffSide, to: DiffSide): Promise<StoredDiff['findings']> {
  const [before, after] = [await findingsOf(queries, from), await findingsOf(queries, to)];
  if (before === undefined || after === undefined) return null;
  const only = (here: ReadonlyMap<string, DiffedFinding>, there: ReadonlyMap<string, DiffedFinding>) =>
    [...here].filter(([key]) => !there.has(key)).map(([, finding]) => finding);
  return {
    new: only(after, before),
    fixed: only(before, after),
    kept: [...after].filter(([key]) => before.has(key)).map(([, finding]) => finding),
  };
}

/** The findings of a side, the worst first; `undefined` when it did not look. */
async function findingsOf(
  queries: Queries,
  { isScan, pairsetId }: DiffSide,
): Promise<ReadonlyMap<string, DiffedFinding> | undefined> {
  if (!isScan || pairsetId === null) return undefined;
  const { rows } = await sql<
    Omit<DiffedFinding, 'severity'> & { readonly rank: number }
  >`select v.vid as cve, ${rankSql} as rank,
    p.name as package, p.version, p.manager from pair join component c on c.id = pair.component_id
    join package p on p.id = c.package_id join vulnerability v on v.id = pair.vulnerability_id
    where pair.id in (select unnest(s.ids) from pairset s where s.id = any(${ids([pairsetId])}))
    order by 2, v.vid, p.name, p.version, c.id`.execute(queries);
  return new Map(
    rows.map(({ rank, ...finding }) => [
      `${finding.cve}\0${finding.manager}\0${finding.package}`,
      { ...finding, severity: severityAt(rank) },
    ]),
  );
}
