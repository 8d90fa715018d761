import { type FileTree, file, type TreeEntry } from './file-tree.ts';

/** One thing an image is made of. */
export interface Component {
  readonly type: 'deb' | 'npm' | 'golang' | 'generic';
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
}

/** The Package URL. Source: package-url, types deb and npm. */
function purlOf({ type, name, version, architecture }: Component): string {
  const path = type === 'npm' ? name.replace(/^@/, '%40') : encodeURIComponent(name);
  const namespace = type === 'deb' ? 'debian/' : '';
  const qualifiers = architecture === undefined ? '' : `?arch=${architecture}`;
  return `pkg:${type}/${namespace}${path}@${encodeURIComponent(version).replaceAll('%3A', ':')}${qualifiers}`;
}

/** What an image is made of, as CycloneDX 1.5. Without time and serial number: the same parts give the same bytes. Source: CycloneDX 1.5 JSON. */
export function imageSbom(image: Component, components: readonly Component[]): string {
  const all = new Map(components.map((component) => [purlOf(component), component]));
  const list = [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([purl, { name, version }]) => ({ type: 'library', 'bom-ref': purl, name, version, purl }));
  const about = { type: 'container', 'bom-ref': image.name, name: image.name, version: image.version };
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: about },
    components: list,
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

/**
 * Where an image keeps its own list; a label says so. Not a name that scanners take for a document to read: they find the same parts
 * by themselves and would count each twice.
 */
export const sbomPath = 'usr/local/share/assay/image.cyclonedx.json';

export function sbomTree(image: Component, components: readonly Component[]): FileTree {
  return new Map<string, TreeEntry>([[sbomPath, file(imageSbom(image, components))]]);
}

/** `base-files 12.4+deb12u15, libc6 …`: the versions an image's digest depends on, for a label. */
export function packagesLabel(components: readonly Component[]): string {
  return components
    .filter(({ type }) => type === 'deb')
    .map(({ name, version }) => `${name} ${version}`)
    .join(', ');
}
