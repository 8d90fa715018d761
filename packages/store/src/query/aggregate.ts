import type { Finding, Inventory, Package } from '@assay/contract';
import { sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import { ids } from '../ingest/dictionary.ts';
import { findPackages, linksOfPackages } from './packages.ts';
import type { ArtifactRow, PackageRow, RatingRow, VulnerabilityRow } from './rows.ts';
import { ratingsOf, vulnerabilitiesById } from './vulnerabilities.ts';

/** Everything ever found in an artifact, as one model. Source: spec/store.md §3.1. */
export async function readAggregate(
  queries: Queries,
  artifact: ArtifactRow,
): Promise<{ readonly inventory: Inventory; readonly findings: readonly Finding[] }> {
  const { rows } = await findPackages(queries, { in: { kind: artifact.kind, id: artifact.id } });
  const packageIds = rows.map(({ id }) => id);
  const purls = await purlsOf(queries, packageIds);
  const packages = new Map(rows.map((row) => [row.id, toPackage(row, purls.get(row.id))]));
  const links = await linksOfPackages(queries, packageIds);
  const vulnerabilityIds = [...new Set(links.map(({ vulnerabilityId }) => vulnerabilityId))];
  const vulnerabilities = new Map((await vulnerabilitiesById(queries, vulnerabilityIds)).map((row) => [row.id, row]));
  const ratings = Map.groupBy(await ratingsOf(queries, vulnerabilityIds), ({ vulnerabilityId }) => vulnerabilityId);
  return {
    inventory: { subject: toSubject(artifact), packages: [...packages.values()], rejected: [], tools: [] },
    findings: links.flatMap(({ packageId, vulnerabilityId }) => {
      const pkg = packages.get(packageId);
      const vulnerability = vulnerabilities.get(vulnerabilityId);
      if (pkg === undefined || vulnerability === undefined) return [];
      return [toFinding(pkg, vulnerability, ratings.get(vulnerabilityId) ?? [])];
    }),
  };
}

/** One package URL of each package. */
async function purlsOf(queries: Queries, packageIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql<{ packageId: number; purl: string }>`select package_id as "packageId", min(purl) as purl
    from component where package_id = any(${ids(packageIds)}) and purl <> '' group by 1`.execute(queries);
  return new Map(rows.map(({ packageId, purl }) => [packageId, purl]));
}

function toPackage({ id, name, version }: PackageRow, purl: string | undefined): Package {
  return {
    ref: `package-${id}`,
    kind: 'library',
    ...{ name, version },
    ...(purl === undefined ? {} : { purl }),
    ...{ licenses: [], cpes: [], hashes: {}, locations: [], dependsOn: [], properties: [] },
  };
}

function toSubject({ kind, host, organization, name, digest }: ArtifactRow): Inventory['subject'] {
  const full = [host, organization, name].filter((part) => part !== '').join('/');
  return { kind: kind === 'image' ? 'image' : 'application', name: full, version: digest };
}

function toFinding(pkg: Package, vulnerability: VulnerabilityRow, ratings: readonly RatingRow[]): Finding {
  const { vid, description, url, cna, references } = vulnerability;
  const { ref, name, version, purl, locations } = pkg;
  const worst = ratings.toSorted((a, b) => (b.score ?? -1) - (a.score ?? -1))[0];
  return {
    id: vid,
    aliases: [],
    package: { ref, name, version, ...(purl === undefined ? {} : { purl }), locations },
    severity: worst?.severity ?? 'unknown',
    severitySource: worst?.source ?? '',
    ratings: ratings.map(({ source, method, severity, score, vector }) => ({
      ...{ source, method, severity },
      ...(score === null ? {} : { score }),
      ...(vector === '' ? {} : { vector }),
    })),
    fixState: 'unknown',
    fixedIn: [],
    evidence: [
      {
        ...{ advisory: vid, source: cna, matchedName: name, matchedVersion: version, range: '' },
        ...(url === '' ? {} : { url }),
      },
    ],
    description,
    urls: references,
    cwes: [],
  };
}
