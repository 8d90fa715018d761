import type { Rejected } from '@assay/contract';
import { decodeText } from '../formats/decode-text.ts';
import { childText, parseXml, type XmlElement } from '../formats/xml-element.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { nugetKey, nugetPurl } from './nuget-name.ts';

/** Reads `packages.config`. Throws FILE_UNREADABLE. Source: learn.microsoft.com, "packages.config reference". */
export function parsePackagesConfig(bytes: Uint8Array): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, item] of parseXml(decodeText(bytes)).children.entries()) {
    const [name, version] = [item.attributes.get('id'), item.attributes.get('version')];
    if (item.name !== 'package') continue;
    if (name === undefined || version === undefined)
      rejected.push({ at: `/packages/package[${index + 1}]`, why: 'no id or version' });
    else packages.push(toListed(name, version, item.attributes.get('developmentDependency')?.toLowerCase() === 'true'));
  }
  return { packages, rejected };
}

/**
 * Reads the package references of an MSBuild project (`*.csproj` and its kin) or of `Directory.Packages.props`: those with an
 * exact version, properties of the same file filled in. Throws FILE_UNREADABLE.
 * Source: learn.microsoft.com, "PackageReference in project files", "Central Package Management", "Package versioning".
 */
export function parseProjectFile(bytes: Uint8Array): Listing {
  const project = parseXml(decodeText(bytes));
  const properties = propertiesOf(project);
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  const wanted = new Set(['PackageReference', 'PackageVersion', 'GlobalPackageReference']);
  for (const item of itemsOf(project, 'ItemGroup')) {
    const name = item.attributes.get('Include') ?? item.attributes.get('Update');
    if (!wanted.has(item.name) || name === undefined) continue;
    const written =
      item.attributes.get('VersionOverride') ?? item.attributes.get('Version') ?? childText(item, 'Version');
    const version = written === undefined ? undefined : exactVersion(fill(written, properties));
    const at = `/${item.name}/${name}`;
    if (written === undefined)
      rejected.push({ at, why: 'no version here; a Directory.Packages.props says it, if there is one' });
    else if (version === undefined)
      rejected.push({ at, why: `version ${written.slice(0, 100)} is a range or a property of another file` });
    else packages.push(toListed(name, version, isPrivate(item)));
  }
  return { packages, rejected };
}

/** The members of all groups of that name, those inside `<Choose>` too. */
function itemsOf(project: XmlElement, group: string): XmlElement[] {
  const out: XmlElement[] = [];
  const open = [project];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of next.children) {
      if (child.name === group) out.push(...child.children);
      else if (['Choose', 'When', 'Otherwise'].includes(child.name)) open.push(child);
    }
  }
  return out;
}

/** MSBuild's names have no case. */
function propertiesOf(project: XmlElement): Map<string, string> {
  return new Map(itemsOf(project, 'PropertyGroup').map((property) => [property.name.toLowerCase(), property.text]));
}

function fill(text: string, properties: ReadonlyMap<string, string>): string | undefined {
  let value = text;
  for (let i = 0; i < 20; i++) {
    const match = /\$\(([\w.]+)\)/.exec(value);
    if (match?.[1] === undefined) return value;
    const found = properties.get(match[1].toLowerCase());
    if (found === undefined || value.length > 1000) return undefined;
    value = value.slice(0, match.index) + found + value.slice(match.index + match[0].length);
  }
  return undefined;
}

/** `1.0` is the lowest allowed and what restore picks when it exists; `[1.0]` is exactly that. Others are ranges. */
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
