import type { Rejected } from '@assay/contract';
import { joinPath } from '../listing/join-path.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { isFilledIn, mavenLabel, mavenPurl } from './maven-name.ts';
import type { Pom, PomDependency } from './pom.ts';

const maxParents = 20;
const maxSubstitutions = 20;
/** Imports of one pom, and how deep those import in turn: together they bound the work. */
const maxImports = 8;
const maxImportDepth = 2;

/** A pom.xml and where it lies. */
export interface PomFile {
  readonly path: string;
  readonly pom: Pom;
}

/** All poms of one scan: parents are looked for among them, never in a repository. */
export class PomSet {
  readonly #byPath: ReadonlyMap<string, Pom>;
  readonly #byName: ReadonlyMap<string, string>;

  constructor(files: readonly PomFile[]) {
    this.#byPath = new Map(files.map((file) => [file.path, file.pom]));
    this.#byName = new Map(files.map(({ path, pom }) => [`${pom.group ?? pom.parent?.group}:${pom.artifact}`, path]));
  }

  /** The pom itself and the parents that lie in the same scan, the nearest first. */
  lineage(file: PomFile): Pom[] {
    const out = [file.pom];
    const seen = new Set([file.path]);
    let { path, pom } = file;
    while (pom.parent !== undefined && out.length < maxParents) {
      const above = this.#parentPath(path, pom);
      const parent = above === undefined || seen.has(above) ? undefined : this.#byPath.get(above);
      if (above === undefined || parent === undefined) break;
      seen.add(above);
      out.push(parent);
      [path, pom] = [above, parent];
    }
    return out;
  }

  /** The pom of that name, if it lies in the same scan. */
  find(group: string, artifact: string): PomFile | undefined {
    const path = this.#byName.get(`${group}:${artifact}`);
    const pom = path === undefined ? undefined : this.#byPath.get(path);
    return path === undefined || pom === undefined ? undefined : { path, pom };
  }

  #parentPath(path: string, pom: Pom): string | undefined {
    const said = pom.parent?.path ?? '';
    const near = said === '' ? undefined : joinPath(path, said.endsWith('.xml') ? said : `${said}/pom.xml`);
    const candidate = near === undefined ? undefined : this.#byPath.get(near);
    if (near !== undefined && candidate?.artifact === pom.parent?.artifact) return near;
    return this.#byName.get(`${pom.parent?.group}:${pom.parent?.artifact}`);
  }
}

/** What one pom.xml declares: the project itself, and its dependencies as far as the poms at hand say their versions. */
export function listPom(file: PomFile, all: PomSet): Listing {
  const lineage = all.lineage(file);
  const fill = filler(lineage);
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  const managed = managedVersions(lineage, fill, all);
  // Dependencies of a parent are those of its children too; a parent in the scan lists its own itself.
  for (const dependency of file.pom.dependencies) {
    const listed = listDependency(dependency, fill, managed);
    if (typeof listed === 'string') rejected.push({ at: '', why: listed });
    else packages.push(listed);
  }
  const own = ownPackage(lineage, fill, packages);
  return { packages: own === undefined ? packages : [own, ...packages], rejected };
}

type Fill = (text: string | undefined) => string | undefined;

/** Replaces `${name}`; a property may name others. What stays open gives `undefined`. */
function filler(lineage: readonly Pom[]): Fill {
  const [own] = lineage;
  const version = own?.version ?? own?.parent?.version;
  const group = own?.group ?? own?.parent?.group;
  const builtIn = new Map([
    ['project.version', version],
    ['pom.version', version],
    ['version', version],
    ['project.groupId', group],
    ['pom.groupId', group],
    ['groupId', group],
    ['project.artifactId', own?.artifact],
    ['artifactId', own?.artifact],
    ['project.parent.version', own?.parent?.version],
    ['parent.version', own?.parent?.version],
    ['project.parent.groupId', own?.parent?.group],
  ]);
  const look = (name: string): string | undefined =>
    lineage.map((pom) => pom.properties.get(name)).find((value) => value !== undefined) ?? builtIn.get(name);
  return (text) => {
    let value = text;
    for (let i = 0; i < maxSubstitutions && value !== undefined; i++) {
      const match = /\$\{([^${}]+)\}/.exec(value);
      if (match?.[1] === undefined) return value;
      const found = look(match[1].trim());
      if (found === undefined || value.length > 1000) return undefined;
      value = value.slice(0, match.index) + found + value.slice(match.index + match[0].length);
    }
    return undefined;
  };
}

interface Managed {
  readonly version?: string;
  readonly scope?: string;
}

/** What is managed here comes first, then what is imported, in order. Source: "Introduction to the Dependency Mechanism", "Importing Dependencies". */
function managedVersions(lineage: readonly Pom[], fill: Fill, all: PomSet, depth = 0): Map<string, Managed> {
  const out = new Map<string, Managed>();
  const imports: PomFile[] = [];
  for (const pom of lineage) {
    for (const dependency of pom.managed) {
      const [group, artifact] = [fill(dependency.group), fill(dependency.artifact)];
      const imported = dependency.scope === 'import' ? all.find(group ?? '', artifact ?? '') : undefined;
      if (imported !== undefined) imports.push(imported);
      // Filled in where it was written: the importer may have a property of the same name.
      const version = fill(dependency.version) ?? dependency.version;
      const { scope } = dependency;
      const managed = { ...(version === undefined ? {} : { version }), ...(scope === undefined ? {} : { scope }) };
      const key = `${group}:${artifact}`;
      if (scope !== 'import' && !out.has(key)) out.set(key, managed);
    }
  }
  if (depth >= maxImportDepth) return out;
  for (const file of imports.slice(0, maxImports)) {
    const above = all.lineage(file);
    for (const [key, value] of managedVersions(above, filler(above), all, depth + 1)) {
      if (!out.has(key)) out.set(key, value);
    }
  }
  return out;
}

function listDependency(dependency: PomDependency, fill: Fill, managed: ReadonlyMap<string, Managed>): Listed | string {
  const written = `${dependency.group}:${dependency.artifact}`;
  const [group, artifact] = [fill(dependency.group), fill(dependency.artifact)];
  if (!isFilledIn(group) || !isFilledIn(artifact))
    return `dependency ${written}: its name is not said in the poms at hand`;
  const inherited = managed.get(`${group}:${artifact}`);
  const said = dependency.version ?? inherited?.version;
  // What a parent or BOM that is not here says, and ranges, are a dependency all the same: of unknown version.
  const version = exactVersion(fill(said)) ?? '';
  const name = { group, artifact, version };
  const scope = dependency.scope ?? inherited?.scope;
  return {
    key: `${mavenLabel(name)}@${version}`,
    name: mavenLabel(name),
    version,
    purl: mavenPurl(name),
    dev: scope === 'test',
    optional: dependency.optional,
    properties: [
      ...(scope === undefined ? [] : [{ name: 'java:scope', value: scope }]),
      ...(version === '' && said !== undefined ? [{ name: 'java:version', value: said.slice(0, 200) }] : []),
    ],
  };
}

/** `[1.0]` means exactly 1.0; any other bracket is a range. */
function exactVersion(text: string | undefined): string | undefined {
  const version = /^\[([^,[\]()]+)\]$/.exec(text ?? '')?.[1] ?? text;
  return isFilledIn(version) && !/[[\](),]/.test(version) ? version : undefined;
}

function ownPackage(lineage: readonly Pom[], fill: Fill, needs: readonly Listed[]): Listed | undefined {
  const [own] = lineage;
  const group = fill(own?.group ?? own?.parent?.group);
  const artifact = fill(own?.artifact);
  const version = fill(own?.version ?? own?.parent?.version);
  if (own === undefined || !isFilledIn(group) || !isFilledIn(artifact)) return undefined;
  const name = { group, artifact, version: isFilledIn(version) ? version : '' };
  return {
    key: 'project',
    kind: 'application',
    name: mavenLabel(name),
    version: name.version,
    purl: mavenPurl(name),
    licenses: own.licenses,
    dependsOn: needs.map((need) => need.key),
  };
}
