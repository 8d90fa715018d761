import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildData, matchInventory, openData, type VulnerabilityData } from '@assay/advisories';
import type { Finding, Inventory, Target } from '@assay/contract';
import { takeInventory } from '@assay/local';
import { type AliasGroups, readAliasGroups } from './alias-groups.ts';
import { keyOf, type PackageKey, recordedFindings, recordedPackages } from './recorded.ts';

/** One row of the table of differences: who says a thing, where not all do. */
export interface Difference {
  readonly scan: string;
  readonly what: 'package' | 'finding';
  readonly package: PackageKey;
  /** Of a finding; empty for a package. */
  readonly id: string;
  /** `assay`, `grype`, `syft`, `trivy`, joined by `+`. */
  readonly saidBy: string;
}

/** How much of what was recorded we say too. */
export interface Share {
  readonly of: number;
  readonly ours: number;
}

export interface Comparison {
  readonly scan: string;
  readonly packages: { readonly both: Share; readonly any: Share };
  readonly findings: { readonly both: Share; readonly any: Share };
  readonly differences: readonly Difference[];
  /** Findings that no tool reports. */
  readonly alone: readonly Finding[];
}

/** The inputs of the fixtures and what they are. `debian-meta.docker.tar` is the same image again. */
export function scansOf(folder: string): readonly { readonly name: string; readonly target: Target }[] {
  const images = readdirSync(join(folder, 'images'))
    .filter((name) => existsSync(join(folder, 'images', name, 'index.json')))
    .map((name): { name: string; target: Target } => ({
      name,
      target: { kind: 'oci-layout', path: join(folder, 'images', name) },
    }));
  const inputs = readdirSync(join(folder, 'inputs')).map((name): { name: string; target: Target } => ({
    name,
    target: { kind: 'directory', path: join(folder, 'inputs', name) },
  }));
  return [...images, ...inputs];
}

/** Reads one input as the command line does, without a cache. */
export async function inventoryOf(target: Target): Promise<Inventory> {
  const settings = {
    home: '/nonexistent',
    starterData: '',
    registry: {},
    searchPath: '',
    childEnvironment: {},
    tool: { name: 'assay', version: '0' },
  };
  const watch = { signal: new AbortController().signal, progress: () => undefined };
  const { inventory } = await takeInventory(target, settings, watch, {
    noCache: true,
    platform: { os: 'linux', architecture: 'amd64' },
    stdin: nothing(),
  });
  return inventory;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** The fixtures' advisories as one of our data files, and their alias groups. */
export async function prepareData(
  osv: string,
  file: string,
): Promise<{ readonly data: VulnerabilityData; readonly groups: AliasGroups }> {
  await buildData([osv], file, { now: new Date('2026-11-25T00:00:00Z') });
  return { data: openData(file), groups: await readAliasGroups(osv) };
}

export async function compare(
  scan: string,
  folder: string,
  inventory: Inventory,
  data: VulnerabilityData,
  groups: AliasGroups,
): Promise<Comparison> {
  const golden = join(folder, 'golden', scan);
  const { findings } = await matchInventory(inventory, data);
  const packages = comparePackages(scan, golden, inventory);
  return { scan, ...packages, ...compareFindings(scan, golden, findings, groups, packages.differences) };
}

function comparePackages(scan: string, golden: string, inventory: Inventory) {
  const recorded = recordedPackages(golden);
  const ours = new Set(inventory.packages.flatMap(({ purl }) => keyOf(purl) ?? []));
  const both = [...recorded].filter(([, tools]) => tools.size === 2).map(([key]) => key);
  const differences: Difference[] = [...new Set([...recorded.keys(), ...ours])].flatMap((key) => {
    const tools = new Set<string>(recorded.get(key) ?? []);
    if (ours.has(key)) tools.add('assay');
    return tools.size === 3
      ? []
      : [{ scan, what: 'package' as const, package: key, id: '', saidBy: [...tools].sort().join('+') }];
  });
  return {
    packages: { both: share(both, ours), any: share([...recorded.keys()], ours) },
    differences,
  };
}

function compareFindings(
  scan: string,
  golden: string,
  findings: readonly Finding[],
  groups: AliasGroups,
  before: readonly Difference[],
) {
  const said = new Map<string, { readonly package: PackageKey; readonly id: string; readonly tools: Set<string> }>();
  const add = (key: PackageKey, ids: readonly string[], tool: string) => {
    groups.join(ids); // what a tool calls one vulnerability is one
    const name = `${key} ${groups.nameOf(ids)}`;
    const known = said.get(name) ?? { package: key, id: bestId(ids), tools: new Set() };
    known.tools.add(tool);
    said.set(name, known);
    return name;
  };
  const recorded = recordedFindings(golden);
  for (const tool of ['grype', 'trivy'] as const)
    for (const finding of recorded[tool]) add(finding.package, finding.ids, tool);
  const alone: Finding[] = [];
  for (const finding of findings) {
    const key = keyOf(finding.package.purl);
    if (key === undefined) continue;
    const ids = [finding.id, ...finding.aliases, ...finding.evidence.map(({ advisory }) => advisory)];
    if (said.get(add(key, ids, 'assay'))?.tools.size === 1) alone.push(finding);
  }
  const names = [...said].filter(([, { tools }]) => tools.has('grype') || tools.has('trivy'));
  const ours = new Set([...said].filter(([, { tools }]) => tools.has('assay')).map(([name]) => name));
  const both = names.filter(([, { tools }]) => tools.has('grype') && tools.has('trivy')).map(([name]) => name);
  const differences: Difference[] = [...said.values()]
    .filter(({ tools }) => tools.size < 3)
    .map(({ package: key, id, tools }) => ({
      scan,
      what: 'finding',
      package: key,
      id,
      saidBy: [...tools].sort().join('+'),
    }));
  return {
    findings: {
      both: share(both, ours),
      any: share(
        names.map(([name]) => name),
        ours,
      ),
    },
    differences: [...before, ...differences],
    alone,
  };
}

function bestId(ids: readonly string[]): string {
  return ids.find((id) => id.startsWith('CVE-')) ?? ids.find((id) => id.startsWith('GHSA-')) ?? ids[0] ?? '';
}

function share(keys: readonly string[], ours: ReadonlySet<string>): Share {
  return { of: keys.length, ours: keys.filter((key) => ours.has(key)).length };
}

/** Sum of several shares. */
export function sum(shares: readonly Share[]): Share {
  return {
    of: shares.reduce((total, one) => total + one.of, 0),
    ours: shares.reduce((total, one) => total + one.ours, 0),
  };
}

export function percent({ of, ours }: Share): number {
  return of === 0 ? 100 : (100 * ours) / of;
}
