import { type Finding, findPurl, type Notice } from '@assay/contract';
import { fitsGlob } from './glob.ts';
import { endOf, type IgnoreEntry, type IgnoreFile } from './ignore-file.ts';

/** Findings after a decision file was applied, and what a person must know about it. */
export interface Applied {
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
}

/**
 * Marks the findings that the file says not to count. Nothing is removed: a marked finding carries `suppressed`.
 * An expired entry marks nothing and gives the notice IGNORE_EXPIRED where it would have; an entry that fits no finding gives IGNORE_UNUSED.
 */
export function applyIgnore(findings: readonly Finding[], ignoreFile: IgnoreFile, now: Date): Applied {
  const byId = new Map<string, number[]>();
  for (const [index, entry] of ignoreFile.entries.entries()) {
    const key = entry.id.toLowerCase();
    const known = byId.get(key);
    if (known === undefined) byId.set(key, [index]);
    else known.push(index);
  }
  const used = new Set<number>();
  const missed = new Set<number>();
  const marked = findings.map((finding) => {
    const fitting = candidates(finding, byId).filter((index) => {
      const entry = ignoreFile.entries[index];
      return entry !== undefined && fitsFinding(entry, finding);
    });
    for (const index of fitting) used.add(index);
    const holding = fitting
      .map((index) => ignoreFile.entries[index])
      .find((entry) => entry !== undefined && holds(entry, now));
    if (finding.suppressed !== undefined) return finding;
    if (holding === undefined) {
      for (const index of fitting) missed.add(index);
      return finding;
    }
    return {
      ...finding,
      suppressed: {
        by: 'ignore' as const,
        reason: holding.reason,
        source: ignoreFile.source,
        ...(holding.until === undefined ? {} : { until: holding.until }),
      },
    };
  });
  return {
    findings: marked,
    notices: ignoreFile.entries.flatMap((entry, index) =>
      toNotice(entry, used.has(index), missed.has(index), ignoreFile),
    ),
  };
}

/** `missed`: it fitted a finding that nothing lets go any more. */
function toNotice(entry: IgnoreEntry, used: boolean, missed: boolean, file: IgnoreFile): Notice[] {
  const what = entry.package === undefined ? entry.id : `${entry.id} in ${entry.package}`;
  if (!used) {
    return [
      {
        code: 'IGNORE_UNUSED',
        level: 'info',
        message: `${file.source}: the entry for ${what} fits no finding; it can go.`,
      },
    ];
  }
  if (!missed) return [];
  return [
    {
      code: 'IGNORE_EXPIRED',
      level: 'warning',
      message: `${file.source}: the entry for ${what} held until ${entry.until ?? ''}; its findings count again.`,
    },
  ];
}

function holds(entry: IgnoreEntry, now: Date): boolean {
  return entry.until === undefined || now < endOf(entry.until);
}

/** Entries that name one of the finding's ids, in the order of the file. */
function candidates(finding: Finding, byId: ReadonlyMap<string, readonly number[]>): readonly number[] {
  const all = new Set<number>();
  for (const id of [finding.id, ...finding.aliases]) {
    for (const index of byId.get(id.toLowerCase()) ?? []) all.add(index);
  }
  return [...all].sort((a, b) => a - b);
}

function fitsFinding(entry: IgnoreEntry, finding: Finding): boolean {
  const { package: found } = finding;
  if (entry.package !== undefined && !fitsPackage(entry.package, finding)) return false;
  if (entry.version !== undefined && !fitsGlob(entry.version, found.version)) return false;
  if (entry.path === undefined) return true;
  const pattern = entry.path.replace(/^\.?\/+/, '');
  // A package found in several places is let go only where every one of them is.
  return found.locations.length > 0 && found.locations.every((location) => fitsGlob(pattern, location.path));
}

/** A package URL fits with the version and qualifiers it names; those it does not name may be any. `*` works in name and version. */
function fitsPackage(wanted: string, finding: Finding): boolean {
  const purl = findPurl(wanted);
  if (purl === undefined) return fitsGlob(wanted, finding.package.name);
  const found = finding.package.purl === undefined ? undefined : findPurl(finding.package.purl);
  if (found === undefined) return false;
  // Not compared as formatted text: that writes `*` as %2A, which stands for itself.
  if (purl.type !== found.type || !fitsGlob(pathOf(purl), pathOf(found))) return false;
  if (purl.version !== '' && !fitsGlob(purl.version, found.version)) return false;
  if (purl.subpath !== '' && purl.subpath !== found.subpath) return false;
  return Object.entries(purl.qualifiers).every(
    ([key, value]) => Object.hasOwn(found.qualifiers, key) && found.qualifiers[key] === value,
  );
}

function pathOf(purl: { readonly namespace: string; readonly name: string }): string {
  return `${purl.namespace}/${purl.name}`;
}
