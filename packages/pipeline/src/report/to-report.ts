import {
  compareSeverity,
  type DataVersion,
  type Finding,
  findPurl,
  type Inventory,
  type Notice,
  type Rejected,
  type Report,
} from '@assay/contract';

/** Everything that a scan found out. */
export interface ReportInput {
  readonly inventory: Inventory;
  readonly findings: readonly Finding[];
  /** Entries nobody could understand, of the inventory and of the matching. */
  readonly rejected: readonly Rejected[];
  readonly notices: readonly Notice[];
  readonly data?: DataVersion;
  readonly scanner: { readonly name: string; readonly version: string };
  readonly now: Date;
}

/** Days after which vulnerability data is called old. */
export const oldDataDays = 5;

const dayMs = 24 * 60 * 60 * 1000;

/** Puts a report together: findings worst first, and what a person must know to judge them. Pure: the time is an input. */
export function toReport(input: ReportInput): Report {
  const { inventory } = input;
  return {
    schema: 'https://assay.dev/schemas/report/v1',
    subject: inventory.subject,
    ...(inventory.distro === undefined ? {} : { distro: inventory.distro }),
    scanner: { name: input.scanner.name, version: input.scanner.version },
    ...(input.data === undefined ? {} : { data: input.data }),
    scannedAt: input.now.toISOString(),
    packageCounts: countPackages(inventory),
    findings: input.findings.toSorted(compareFindings),
    rejected: input.rejected,
    notices: [...checks.flatMap((check) => check(input) ?? []), ...input.notices],
  };
}

/** Worst first, then by package and id, so that equal scans give equal reports. */
function compareFindings(a: Finding, b: Finding): number {
  return (
    compareSeverity(a.severity, b.severity) ||
    compareText(a.package.name, b.package.name) ||
    compareText(a.package.version, b.package.version) ||
    compareText(b.id, a.id) ||
    compareText(a.package.ref, b.package.ref)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By purl type; those without a purl count under `none`. */
function countPackages(inventory: Inventory): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const found of inventory.packages) {
    const type = found.purl === undefined ? 'none' : (findPurl(found.purl)?.type ?? 'none');
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));
}

type Check = (input: ReportInput) => Notice | undefined;

const checks: readonly Check[] = [dataIsStarter, dataIsOld, nothingFound, entriesRejected];

function dataIsStarter({ data }: ReportInput): Notice | undefined {
  if (data?.kind !== 'starter') return undefined;
  const message = `Matched against the starter set of ${data.records} widely known vulnerabilities only. Get the full data with: assay db update`;
  return { code: 'DATA_STARTER', level: 'warning', message };
}

function dataIsOld({ data, now }: ReportInput): Notice | undefined {
  if (data === undefined || data.kind === 'starter') return undefined;
  const days = Math.floor((now.getTime() - Date.parse(data.asOf)) / dayMs);
  if (!(days > oldDataDays)) return undefined;
  return {
    code: 'DATA_OLD',
    level: 'warning',
    message: `The vulnerability data is ${days} days old. Renew it with: assay db update`,
  };
}

function nothingFound({ inventory }: ReportInput): Notice | undefined {
  if (inventory.packages.some((found) => found.purl !== undefined)) return undefined;
  return {
    code: 'NOTHING_FOUND',
    level: 'warning',
    message: 'No package was found: no finding means that nothing was looked at, not that nothing is wrong.',
  };
}

function entriesRejected({ rejected }: ReportInput): Notice | undefined {
  const [first] = rejected;
  if (first === undefined) return undefined;
  const count = rejected.length === 1 ? '1 entry' : `${rejected.length} entries`;
  return {
    code: 'ENTRIES_REJECTED',
    level: 'warning',
    message: `${count} could not be understood, such as ${first.at}: ${first.why}`,
  };
}
