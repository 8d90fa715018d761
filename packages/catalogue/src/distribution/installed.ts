import type { Digest, Location, Package } from '@assay/contract';
import { type Distro, formatPurl } from '@assay/contract';

/** One package as the database of a distribution's package manager tells it. */
export interface Installed {
  readonly name: string;
  /** Epoch and revision included. */
  readonly version: string;
  readonly arch?: string;
  /** Absent when the package is its own source, of the same version. */
  readonly source?: { readonly name: string; readonly version: string };
  readonly licenses?: readonly string[];
  readonly supplier?: string;
  readonly description?: string;
  readonly hashes?: Readonly<Record<string, string>>;
  /** What it needs: for each need the names that satisfy it, the preferred first. */
  readonly needs: readonly (readonly string[])[];
  /** Other names it answers to; its own is always one. */
  readonly provides: readonly string[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly purl: PurlParts;
}

/** What differs between the package managers' purls. */
export interface PurlParts {
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string | undefined>>;
}

/** The packages of one database file. */
export interface InstalledIn {
  readonly path: string;
  readonly layer?: Digest;
  readonly value: readonly Installed[];
}

/** How one package manager's packages are named. */
export interface Manager {
  /** Id of the cataloguer. */
  readonly id: string;
  /** Of the purl. */
  readonly type: 'deb' | 'apk' | 'rpm';
  /** Namespace of the purl: the distribution, or its vendor. */
  readonly namespace: string;
}

/** The `distro` qualifier: `debian-12.15`; the id alone for a rolling release. */
export function distroQualifier(distro: Distro | undefined, release: string | undefined): string | undefined {
  if (distro === undefined) return undefined;
  const version = release ?? distro.version;
  return version === '' ? distro.id : `${distro.id}-${version}`;
}

/**
 * The packages of all databases of one manager, with edges to what each needs. The same package in two databases is one
 * package with two locations. A need that nothing installed satisfies has no edge.
 */
export function toSystemPackages(
  manager: Manager,
  files: readonly InstalledIn[],
  distro: string | undefined,
): Package[] {
  const byRef = new Map<
    string,
    { readonly installed: Installed; readonly purl: string; readonly places: Map<string, Location> }
  >();
  const providers = new Map<string, string>();
  for (const file of files) {
    for (const installed of file.value) {
      const purl = purlOf(manager, installed, distro);
      const ref = `${manager.id}:${purl}`;
      const place = file.layer === undefined ? { path: file.path } : { path: file.path, layer: file.layer };
      const known = byRef.get(ref);
      if (known === undefined) byRef.set(ref, { installed, purl, places: new Map([[file.path, place]]) });
      else known.places.set(file.path, place);
    }
  }
  // A real name wins over a provided one.
  for (const [ref, { installed }] of byRef) if (!providers.has(installed.name)) providers.set(installed.name, ref);
  for (const [ref, { installed }] of byRef) {
    for (const name of installed.provides) if (!providers.has(name)) providers.set(name, ref);
  }
  return [...byRef].map(([ref, { installed, purl, places }]) => ({
    ref,
    kind: 'library',
    name: installed.name,
    version: installed.version,
    purl,
    ...(installed.source === undefined ? {} : { source: installed.source }),
    ...(installed.arch === undefined ? {} : { arch: installed.arch }),
    licenses: installed.licenses ?? [],
    cpes: [],
    hashes: installed.hashes ?? {},
    ...(installed.supplier === undefined ? {} : { supplier: installed.supplier }),
    ...(installed.description === undefined ? {} : { description: installed.description }),
    locations: [...places.values()],
    foundBy: manager.id,
    dependsOn: edges(ref, installed.needs, providers),
    properties: installed.properties ?? [],
  }));
}

function purlOf(manager: Manager, installed: Installed, distro: string | undefined): string {
  return formatPurl({
    type: manager.type,
    namespace: manager.namespace,
    name: installed.name,
    version: installed.purl.version,
    qualifiers: { ...installed.purl.qualifiers, distro },
  });
}

function edges(
  from: string,
  needs: readonly (readonly string[])[],
  providers: ReadonlyMap<string, string>,
): readonly string[] {
  const out = new Set<string>();
  for (const names of needs) {
    const name = names.find((one) => providers.has(one));
    const to = name === undefined ? undefined : providers.get(name);
    if (to !== undefined && to !== from) out.add(to);
  }
  return [...out].sort();
}
