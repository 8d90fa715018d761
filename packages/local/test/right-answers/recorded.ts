import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPurl } from '@assay/contract';

/** Which tools say a thing. */
export type Tool = 'grype' | 'trivy' | 'syft';

/** A package as tools agree on it: `type/name@version`. */
export type PackageKey = string;

/** A finding as tools agree on it: `type/name@version` and an id. */
export interface RecordedFinding {
  readonly package: PackageKey;
  readonly ids: readonly string[];
}

interface SyftDocument {
  readonly artifacts: readonly {
    readonly purl?: string;
    readonly type: string;
    readonly name: string;
    readonly version: string;
  }[];
}
interface TrivyDocument {
  readonly Results?: readonly {
    readonly Packages?: readonly { readonly Identifier?: { readonly PURL?: string } }[];
    readonly Vulnerabilities?: readonly {
      readonly VulnerabilityID: string;
      readonly PkgIdentifier?: { readonly PURL?: string };
    }[];
  }[];
}
interface GrypeDocument {
  readonly matches: readonly {
    readonly vulnerability: { readonly id: string };
    readonly relatedVulnerabilities: readonly { readonly id: string }[];
    readonly artifact: { readonly purl: string };
  }[];
}

/** The recorded answers are ours to read and fixed in their shape. */
function read<Shape>(folder: string, name: string): Shape | undefined {
  const path = join(folder, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Shape) : undefined;
}

/** The key of a package URL: type, name, version; qualifiers are each tool's own. `undefined` for what has no version. */
export function keyOf(purl: string | undefined): PackageKey | undefined {
  const found = purl === undefined ? undefined : findPurl(purl);
  if (found === undefined || found.version === '') return undefined;
  const namespace = found.namespace === '' ? '' : `${found.namespace}/`;
  // Distributions' namespaces and epochs as qualifiers are spelled in several ways.
  const isDistro = ['deb', 'apk', 'rpm'].includes(found.type);
  const subpath = found.type === 'golang' && found.subpath !== '' ? `/${found.subpath}` : '';
  const epoch = found.qualifiers.epoch === undefined || found.version.includes(':') ? '' : `${found.qualifiers.epoch}:`;
  // Trivy writes Go's standard library as v1.2.3, Syft and Go's own data as 1.2.3.
  const version = found.type === 'golang' && found.name === 'stdlib' ? found.version.replace(/^v/, '') : found.version;
  return `${found.type}/${isDistro ? '' : namespace}${found.name}${subpath}@${epoch}${version}`;
}

/** Packages with a purl that Syft and Trivy list; entries Syft recognised by content (`binary`) are counted apart. */
export function recordedPackages(folder: string): ReadonlyMap<PackageKey, ReadonlySet<Tool>> {
  const all = new Map<PackageKey, Set<Tool>>();
  const add = (purl: string | undefined, tool: Tool) => {
    const key = keyOf(purl);
    if (key !== undefined) all.set(key, (all.get(key) ?? new Set<Tool>()).add(tool));
  };
  for (const { purl, type } of read<SyftDocument>(folder, 'syft.syft.json')?.artifacts ?? [])
    if (type !== 'binary') add(purl, 'syft');
  for (const result of read<TrivyDocument>(folder, 'trivy.json')?.Results ?? []) {
    for (const { Identifier } of result.Packages ?? []) add(Identifier?.PURL, 'trivy');
  }
  return all;
}

/** Findings that Grype and Trivy report, per tool. */
export function recordedFindings(folder: string): Readonly<Record<'grype' | 'trivy', readonly RecordedFinding[]>> {
  const grype = (read<GrypeDocument>(folder, 'grype.json')?.matches ?? []).flatMap((match) => {
    const key = keyOf(match.artifact.purl);
    return key === undefined
      ? []
      : [{ package: key, ids: [match.vulnerability.id, ...match.relatedVulnerabilities.map(({ id }) => id)] }];
  });
  const trivy = (read<TrivyDocument>(folder, 'trivy.json')?.Results ?? []).flatMap((result) =>
    (result.Vulnerabilities ?? []).flatMap(({ VulnerabilityID, PkgIdentifier }) => {
      const key = keyOf(PkgIdentifier?.PURL);
      return key === undefined ? [] : [{ package: key, ids: [VulnerabilityID] }];
    }),
  );
  return { grype, trivy };
}
