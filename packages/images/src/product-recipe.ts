import type { Platform } from '@assay/contract';
import type { ImageRecipe, LayerRecipe } from './build-image.ts';
import { debianTree } from './debian/debian-tree.ts';
import type { DebianPackage } from './debian/package-facts.ts';
import { type FileTree, file, mergeTrees } from './file-tree.ts';
import type { ImageFacts } from './image-documents.ts';
import type { NodeParts } from './node-tree.ts';
import { type Component, packagesLabel, sbomPath, sbomTree } from './sbom.ts';

/** What images of one platform share. */
export interface BaseParts {
  readonly platform: Platform;
  readonly debian: readonly DebianPackage[];
  readonly node: NodeParts;
}

/** What one image adds. */
export interface AppParts {
  /** By path from the root. */
  readonly tree: FileTree;
  readonly components: readonly Component[];
}

/** What an image is called, and how it runs. */
export interface ImageCard {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly facts: Omit<ImageFacts, 'labels'>;
}

/** Debian's packages as parts of an image. */
export function debianComponents(packages: readonly DebianPackage[]): readonly Component[] {
  return packages.map(({ name, version, architecture }) => ({ type: 'deb', name, version, architecture }));
}

/** An image of three layers, the least changed lowest: Debian's libraries, Node, and the app with the image's list of parts. */
export function nodeImage(card: ImageCard, base: BaseParts, app: AppParts): ImageRecipe {
  const node: LayerRecipe = {
    tree: base.node.tree,
    comment: `${base.node.component.name} ${base.node.component.version}`,
  };
  return overDebian(card, base, [node], { ...app, components: [base.node.component, ...app.components] });
}

/** An image without Node: Debian's libraries, further layers, and the app with the image's list of parts. */
export function overDebian(
  card: ImageCard,
  base: Pick<BaseParts, 'platform' | 'debian'>,
  between: readonly LayerRecipe[],
  app: AppParts,
): ImageRecipe {
  const components = [...debianComponents(base.debian), ...app.components];
  const self: Component = { type: 'generic', name: card.name, version: card.version };
  return {
    platform: base.platform,
    facts: { ...card.facts, labels: labelsOf(card, components) },
    layers: [
      { tree: debianTree(base.debian), comment: `Debian packages: ${packagesLabel(components)}` },
      ...between,
      { tree: mergeTrees([app.tree, sbomTree(self, components)]), comment: `${card.name} ${card.version}` },
    ],
  };
}

/** Source of the first four: OCI image-spec, annotations.md "Pre-Defined Annotation Keys". */
function labelsOf(card: ImageCard, components: readonly Component[]): Readonly<Record<string, string>> {
  const node = components.find(({ type, name }) => type === 'npm' && name.startsWith('node-linux-'));
  return {
    'org.opencontainers.image.title': card.name,
    'org.opencontainers.image.description': card.description,
    'org.opencontainers.image.version': card.version,
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'dev.assay.sbom': `/${sbomPath}`,
    'dev.assay.debian-packages': packagesLabel(components),
    ...(node !== undefined && { 'dev.assay.node': node.version }),
  };
}

/** A bundle's files in their place. */
export function bundleTree(files: ReadonlyMap<string, Uint8Array>): FileTree {
  return new Map([...files].map(([path, content]) => [`app/${path}`, file(content)]));
}
