import { type Finding, findPurl, type Inventory, type Report } from '@assay/contract';
import { order, worstFirst } from '../findings.ts';

/** Findings that belong together for a reader. */
export interface Group {
  /** Not yet made safe to show. */
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Package managers of distributions: all their packages stand in one database, so its path tells nothing. */
const ofDistribution: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk', 'alpm']);

/** Ecosystems whose packages are always part of something: a binary, a module. */
const alwaysWithin: ReadonlySet<string> = new Set(['golang', 'cargo']);

const names: Readonly<Record<string, string>> = {
  npm: 'npm',
  pypi: 'Python',
  golang: 'Go',
  maven: 'Java',
  cargo: 'Rust',
  gem: 'Ruby',
  composer: 'PHP',
  nuget: '.NET',
};

/**
 * Groups as a person looks for them: packages of the distribution first, then each ecosystem, and within it each file that
 * lists several packages (a lock file, a binary, an archive). Within a group the worst stand first.
 */
export function groupFindings(findings: readonly Finding[], report: Report, inventory: Inventory): readonly Group[] {
  const sharing = countSharing(inventory);
  const groups = new Map<string, { readonly title: string; readonly rank: number; readonly findings: Finding[] }>();
  for (const finding of findings) {
    const type = typeOf(finding);
    const isOfDistribution = ofDistribution.has(type);
    const path = isOfDistribution ? undefined : fileOf(finding.package.locations[0]?.path);
    const within = path !== undefined && (alwaysWithin.has(type) || (sharing.get(path) ?? 0) > 1) ? path : undefined;
    const key = `${type}\n${within ?? ''}`;
    const known = groups.get(key);
    if (known === undefined)
      groups.set(key, {
        title: titleOf(type, within, report),
        rank: isOfDistribution ? 0 : 1,
        findings: [finding],
      });
    else known.findings.push(finding);
  }
  return [...groups.values()]
    .sort((a, b) => a.rank - b.rank || order(a.title, b.title))
    .map((group) => ({ title: group.title, findings: worstFirst(group.findings) }));
}

function typeOf(finding: Finding): string {
  const { purl } = finding.package;
  return (purl === undefined ? undefined : findPurl(purl)?.type) ?? '';
}

function titleOf(type: string, within: string | undefined, report: Report): string {
  if (ofDistribution.has(type)) {
    const { distro } = report;
    return `${distro === undefined ? 'Distribution' : (distro.prettyName ?? `${distro.id} ${distro.version}`.trim())} (${type})`;
  }
  const name = Object.hasOwn(names, type) ? (names[type] ?? type) : type === '' ? 'Other' : type;
  return within === undefined ? name : `${name} · ${within}`;
}

/** How many packages each file is the first place of. */
function countSharing(inventory: Inventory): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of inventory.packages) {
    const path = fileOf(one.locations[0]?.path);
    if (path !== undefined) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

/** The outermost file: of an archive in an archive the outer one. */
function fileOf(path: string | undefined): string | undefined {
  return path?.split('!/')[0];
}
