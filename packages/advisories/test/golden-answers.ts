import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPurl, type Inventory, type Package } from '@assay/contract';

/** One vulnerability that a tool reports: in which package, and under which names. */
export interface Reported {
  readonly tool: 'grype' | 'trivy';
  /** `type/namespace/name@version`, as the tools agree on it. */
  readonly package: string;
  readonly ids: readonly string[];
}

interface CycloneDxComponent {
  readonly 'bom-ref'?: string;
  readonly type: string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly components?: readonly CycloneDxComponent[];
}

/** Inputs of the recorded answers. */
export function goldenInputs(golden: string): readonly string[] {
  return readdirSync(golden)
    .filter((name) => existsSync(join(golden, name, 'grype.json')))
    .sort();
}

/** The packages of a recorded CycloneDX document: as much of a reader as this comparison needs. */
export function readPackages(file: string): Inventory {
  const document = read<{ components?: readonly CycloneDxComponent[] }>(file);
  const packages: Package[] = [];
  const add = (components: readonly CycloneDxComponent[] | undefined): void => {
    for (const component of components ?? []) {
      packages.push(toPackage(component, packages.length));
      add(component.components);
    }
  };
  add(document.components);
  return { subject: { kind: 'sbom', name: file }, packages, rejected: [], tools: [] };
}

function toPackage(component: CycloneDxComponent, i: number): Package {
  const source = trivySource(component);
  return {
    ref: component['bom-ref'] ?? `${i}`,
    kind: component.type === 'library' ? 'library' : 'other',
    name: component.group === undefined ? component.name : `${component.group}/${component.name}`,
    version: component.version ?? '',
    ...(component.purl !== undefined && { purl: component.purl }),
    ...(source !== undefined && { source }),
    licenses: [],
    cpes: [],
    hashes: {},
    locations: [],
    dependsOn: [],
    properties: [],
  };
}

/** Trivy tells a package's source in properties; Syft in the purl's `upstream`, which matching reads itself. */
function trivySource({ properties = [] }: CycloneDxComponent): Package['source'] {
  const said = new Map(properties.map(({ name, value }) => [name.replace('aquasecurity:trivy:', ''), value]));
  const name = said.get('SrcName');
  if (name === undefined) return undefined;
  const epoch = said.has('SrcEpoch') ? `${said.get('SrcEpoch')}:` : '';
  const release = said.has('SrcRelease') ? `-${said.get('SrcRelease')}` : '';
  return { name, version: `${epoch}${said.get('SrcVersion') ?? ''}${release}` };
}

interface GrypeReport {
  readonly matches: readonly {
    readonly vulnerability: { readonly id: string };
    readonly relatedVulnerabilities: readonly { readonly id: string }[];
    readonly artifact: { readonly name: string; readonly version: string; readonly purl: string };
  }[];
}

interface TrivyReport {
  readonly Results?: readonly {
    readonly Vulnerabilities?: readonly {
      readonly VulnerabilityID: string;
      readonly VendorIDs?: readonly string[];
      readonly PkgIdentifier?: { readonly PURL?: string };
    }[];
  }[];
}

/** What both tools said of an input. */
export function readReported(folder: string): readonly Reported[] {
  const out: Reported[] = [];
  for (const { artifact, vulnerability, relatedVulnerabilities } of read<GrypeReport>(join(folder, 'grype.json'))
    .matches) {
    const ids = [vulnerability.id, ...relatedVulnerabilities.map(({ id }) => id)];
    out.push({ tool: 'grype', package: packageKey(artifact.purl), ids });
  }
  for (const result of read<TrivyReport>(join(folder, 'trivy.json')).Results ?? []) {
    for (const { VulnerabilityID, VendorIDs = [], PkgIdentifier } of result.Vulnerabilities ?? []) {
      out.push({ tool: 'trivy', package: packageKey(PkgIdentifier?.PURL ?? ''), ids: [VulnerabilityID, ...VendorIDs] });
    }
  }
  return out;
}

/** A purl without what producers disagree on. */
export function packageKey(text: string): string {
  const purl = findPurl(text);
  if (purl === undefined) return text;
  const version = purl.type === 'golang' ? purl.version.replace(/^v/, '') : purl.version;
  return `${purl.type}/${purl.namespace}/${purl.name}${purl.subpath === '' ? '' : `/${purl.subpath}`}@${version}`;
}

/** Recorded by the tools themselves; a wrong shape fails the suite, which is what it should. */
function read<Shape>(file: string): Shape {
  return JSON.parse(readFileSync(file, 'utf8')) as Shape;
}
