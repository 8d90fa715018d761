import type { Rejected } from '@assay/contract';
import { decodeText } from '../formats/decode-text.ts';
import { childText, parseXml, type XmlElement } from '../formats/xml-element.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { nugetKey, nugetPurl } from './nuget-name.ts';

/** Reads `packages.config`. Throws FILE_UNREADABLE. Source: learn.microsoft.com, "packages.config reference". */
export function parsePackagesConfig(bytes: Uint8Array): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  const root = parseXml(decodeText(bytes));
  if (root.name !== 'packages') return { packages, rejected };
  for (const [index, item] of root.children.entries()) {
    const [name, version] = [item.attributes.get('id'), item.attributes.get('version')];
    if (item.name !== 'package') continue;
    if (name === undefined || version === undefined)
      rejected.push({ at: `/packages/package[${index + 1}]`, why: 'no id or version' });
    else packages.push(toListed(name, version, item.attributes.get('developmentDependency')?.toLowerCase() === 'true'));
  }
  return { packages, rejected };
}

/** One package a project asks for, versions as written. */
interface Reference {
  readonly item: 'PackageReference' | 'GlobalPackageReference';
  readonly name: string;
  readonly version?: string;
  readonly isPrivate: boolean;
}

/** What an MSBuild file says of packages. */
export interface ProjectFile {
  /** Names in lower case. */
  readonly properties: ReadonlyMap<string, string>;
  readonly references: readonly Reference[];
  /** `PackageVersion` items: names in lower case to what they say. */
  readonly central: ReadonlyMap<string, string>;
}

/**
 * Reads an MSBuild project (`*.csproj` and its kin), `Directory.Packages.props` or `Directory.Build.props`. Conditions are not
 * judged: every group counts. Throws FILE_UNREADABLE, LIMIT_EXCEEDED.
 * Source: learn.microsoft.com, "PackageReference in project files", "Central Package Management".
 */
export function parseProject(bytes: Uint8Array): ProjectFile {
  const project = parseXml(decodeText(bytes));
  const references: Reference[] = [];
  const central = new Map<string, string>();
  for (const item of itemsOf(project, 'ItemGroup')) {
    const name = item.attributes.get('Include') ?? item.attributes.get('Update');
    if (name === undefined) continue;
    const override = item.attributes.get('VersionOverride') ?? childText(item, 'VersionOverride');
    const version = override ?? item.attributes.get('Version') ?? childText(item, 'Version');
    if (item.name === 'PackageVersion' && version !== undefined) central.set(name.toLowerCase(), version);
    else if (item.name === 'PackageReference' || item.name === 'GlobalPackageReference')
      references.push({
        item: item.name,
        name,
        ...(version === undefined ? {} : { version }),
        isPrivate: isPrivate(item),
      });
  }
  return { properties: propertiesOf(project), references, central };
}

/**
 * What each project lists, by its path: packages with an exact version, which the project itself or the `Directory.*.props` of the
 * folders around it say. Files for which `isLocked` is true list nothing: their lock file does.
 * Source: learn.microsoft.com, "Customize your build by folder": the nearest file upwards is the one that counts.
 */
export function listProjects(
  files: readonly { readonly path: string; readonly project: ProjectFile }[],
  isLocked: (path: string) => boolean,
): Map<string, Listing> {
  const byPath = new Map(files.map(({ path, project }) => [path, project] as const));
  const out = new Map<string, Listing>();
  for (const { path, project } of files) {
    const around = [
      project,
      above(path, 'Directory.Packages.props', byPath),
      above(path, 'Directory.Build.props', byPath),
    ];
    if (!isLocked(path))
      out.set(
        path,
        list(
          project,
          around.filter((file) => file !== undefined),
        ),
      );
  }
  return out;
}

function above(path: string, name: string, files: ReadonlyMap<string, ProjectFile>): ProjectFile | undefined {
  let folder = path;
  do {
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    const found = files.get(folder === '' ? name : `${folder}/${name}`);
    if (found !== undefined) return found;
  } while (folder !== '');
  return undefined;
}

function list(project: ProjectFile, around: readonly ProjectFile[]): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const { item, name, version, isPrivate: dev } of project.references) {
    const written =
      version ?? around.map((file) => file.central.get(name.toLowerCase())).find((found) => found !== undefined);
    const exact = written === undefined ? undefined : exactVersion(fill(written, around));
    const at = `/${item}/${name}`;
    if (written === undefined)
      rejected.push({ at, why: 'neither the project nor the files around it say its version' });
    else if (exact === undefined)
      rejected.push({ at, why: `version ${written.slice(0, 100)} is a range or a property that is not known here` });
    else packages.push(toListed(name, exact, dev));
  }
  return { packages, rejected };
}

/** The members of all groups of that name, those inside `<Choose>` too. */
function itemsOf(project: XmlElement, group: string): XmlElement[] {
  const out: XmlElement[] = [];
  const open = [project];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of next.children) {
      if (child.name === group) for (const item of child.children) out.push(item);
      else if (['Choose', 'When', 'Otherwise'].includes(child.name)) open.push(child);
    }
  }
  return out;
}

/** MSBuild's names have no case. */
function propertiesOf(project: XmlElement): Map<string, string> {
  return new Map(itemsOf(project, 'PropertyGroup').map((property) => [property.name.toLowerCase(), property.text]));
}

function fill(text: string, files: readonly ProjectFile[]): string | undefined {
  let value = text;
  for (let i = 0; i < 20; i++) {
    const match = /\$\(([\w.]+)\)/.exec(value);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined) return value;
    const found = files.map((file) => file.properties.get(name)).find((property) => property !== undefined);
    if (found === undefined || value.length > 1000) return undefined;
    value = value.slice(0, match.index) + found + value.slice(match.index + match[0].length);
  }
  return undefined;
}

/**
 * `1.0` is the lowest allowed and what restore picks when it exists; `[1.0]` is exactly that. Others are ranges.
 * Source: learn.microsoft.com, "Package versioning".
 */
function exactVersion(text: string | undefined): string | undefined {
  const version = /^\[([^,[\]()]+)\]$/.exec(text ?? '')?.[1]?.trim() ?? text?.trim();
  return version !== undefined && /^\d[0-9A-Za-z.+-]*$/.test(version) ? version : undefined;
}

/** An analyser or build tool keeps all its assets to itself. */
function isPrivate(item: XmlElement): boolean {
  return (item.attributes.get('PrivateAssets') ?? childText(item, 'PrivateAssets'))?.toLowerCase() === 'all';
}

function toListed(name: string, version: string, dev: boolean): Listed {
  return { key: nugetKey(name, version), name, version, purl: nugetPurl(name, version), dev };
}
