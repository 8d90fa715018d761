import { type SeenPackage, type SeenReport, severityOf } from './answers.ts';

/** A finding of one report. */
export interface DiffFinding {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly severity: string;
}

/** What changed from one report to another. */
export interface ReportDiff {
  readonly packages: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  };
  readonly findings: {
    readonly new: readonly DiffFinding[];
    readonly fixed: readonly DiffFinding[];
    readonly kept: readonly DiffFinding[];
  };
}

/** Compares two reports. A package that is there in one version before and in another after has changed; a finding is a vulnerability in a package of a name. */
export function diffReports(before: SeenReport, after: SeenReport): ReportDiff {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  const changed: { name: string; from: string; to: string }[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const gone = [...(old.get(name) ?? [])].filter((version) => now.get(name)?.has(version) !== true).sort();
    const come = [...(now.get(name) ?? [])].filter((version) => old.get(name)?.has(version) !== true).sort();
    const shown = name.slice(name.indexOf(' ') + 1);
    const [from] = gone;
    const [to] = come;
    if (gone.length === 1 && come.length === 1 && from !== undefined && to !== undefined)
      changed.push({ name: shown, from, to });
    else {
      added.push(...come.map((version) => `${shown}@${version}`));
      removed.push(...gone.map((version) => `${shown}@${version}`));
    }
  }
  const [found, finds] = [findingsOf(before), findingsOf(after)];
  const only = (these: ReadonlyMap<string, DiffFinding>, those: ReadonlyMap<string, DiffFinding>) =>
    [...these].filter(([key]) => !those.has(key)).map(([, finding]) => finding);
  return {
    packages: { added, removed, changed },
    findings: {
      new: only(finds, found),
      fixed: only(found, finds),
      kept: [...finds].filter(([key]) => found.has(key)).map(([, finding]) => finding),
    },
  };
}

/** Versions by package manager and name: the same name of two ecosystems is two packages. */
function versionsOf({ entity }: SeenReport): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>();
  for (const pkg of entity.Packages) {
    const key = keyOf(pkg);
    versions.set(key, (versions.get(key) ?? new Set()).add(pkg.Version));
  }
  return versions;
}

const keyOf = ({ PackageManager, Name }: SeenPackage): string => `${PackageManager} ${Name}`;

function findingsOf({ entity }: SeenReport): ReadonlyMap<string, DiffFinding> {
  return new Map(
    entity.Packages.flatMap((pkg) =>
      (pkg.Vulnerabilities ?? []).map((vulnerability) => [
        `${keyOf(pkg)} ${vulnerability.CVEID}`,
        { id: vulnerability.CVEID, package: pkg.Name, version: pkg.Version, severity: severityOf(vulnerability) },
      ]),
    ),
  );
}
