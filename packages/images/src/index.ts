export { BlobStore } from './blob-store.ts';
export { type ArtifactRecipe, buildArtifact, trivyDatabase } from './build-artifact.ts';
export { type BuiltImage, buildImage, type ImageRecipe, type LayerRecipe, sizeOfImage } from './build-image.ts';
export { debianTree } from './debian/debian-tree.ts';
export type { DebianArchitecture, FetchOptions } from './debian/fetch-packages.ts';
export { fetchPackages } from './debian/fetch-packages.ts';
export type { DebianPackage } from './debian/package-facts.ts';
export { basePackages, readBase } from './debian/read-base.ts';
export { readPackage } from './debian/read-package.ts';
export { type FileTree, file, folder, link, mergeTrees, type Owner, type TreeEntry } from './file-tree.ts';
export type { Document, ImageFacts, PackedLayer } from './image-documents.ts';
export { grantObjects, usualSecrets } from './installation/grant.ts';
export { type InstallationClient, type InstallOptions, installObjects } from './installation/install.ts';
export { type InstalledKind, kindOf } from './installation/installed-kinds.ts';
export { inOrder, type KubeObject } from './installation/kube-object.ts';
export { readInstallation } from './installation/read-installation.ts';
export { type NodeParts, readNode } from './node-tree.ts';
export { type ProductImage, productImages } from './product-images.ts';
export {
  type AppParts,
  type BaseParts,
  bundleTree,
  type ImageCard,
  nodeImage,
  overDebian,
} from './product-recipe.ts';
export { type PushOutcome, pushImage } from './push-image.ts';
export { type Component, imageSbom, packagesLabel, sbomPath, sbomTree } from './sbom.ts';
export { grypeImage, type ScannerParts, trivyImage } from './scanner-images.ts';
export { tarLayer } from './tar-layer.ts';
export { writeLayout } from './write-layout.ts';
export { type LocalInstallation, writeLocal } from './write-local.ts';
