import { type Digest, digestParts } from '@assay/contract';

/**
 * The imgpkg bundle in which scan results lie in a registry: words that writer and readers share.
 * Source: the Scan 2.0 contract, "Published artifact (imgpkg bundle)"; carvel.dev/imgpkg, "Resources".
 */
export const bundleFormat = {
  manifestType: 'application/vnd.docker.distribution.manifest.v2+json',
  configType: 'application/vnd.docker.container.image.v1+json',
  /** Of the only layer there is. */
  layerType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  /** Label of the configuration that makes an image a bundle; its value is `true`. */
  label: 'dev.carvel.imgpkg.bundle',
  author: 'imgpkg',
  /** Folder of the bundle's own files, at the root of the layer. */
  folder: '.imgpkg',
  lockPath: '.imgpkg/images.yml',
  folderMode: 0o700,
  /** A file's own mode, cut to its owner's part. */
  fileModeMask: 0o700,
  /** Tag of a location that names none. */
  usualTag: 'latest',
} as const;

/** Manifests a reader takes for a bundle's, though we write the first only. */
export const bundleManifestTypes: ReadonlySet<string> = new Set([
  bundleFormat.manifestType,
  'application/vnd.oci.image.manifest.v1+json',
]);

/** Layers a reader takes for a bundle's, though we write Docker's only. */
export const bundleLayerTypes: ReadonlySet<string> = new Set([
  bundleFormat.layerType,
  'application/vnd.oci.image.layer.v1.tar+gzip',
]);

/** `.imgpkg/images.yml` of a bundle that refers to no images. imgpkg reads it strictly: no other members. */
export const emptyImagesLock = 'apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: []\n';

/** The tag under which a bundle stays when its other tag moves on: `sha256-<hex>.imgpkg`. */
export function bundleTag(digest: Digest): string {
  const { algorithm, hex } = digestParts(digest);
  return `${algorithm}-${hex}.imgpkg`;
}

/** Ends of names by which a report is known, the most liked first. What is in a file decides; the name only says where to look first. */
export const reportNameEnds = ['.cdx.json', '.spdx.json', '.cdx.xml', '.spdx'] as const;

/** How much a file's name promises a report: 0 is the most, `reportNameEnds.length` nothing. */
export function reportRank(name: string): number {
  const lower = name.toLowerCase();
  const at = reportNameEnds.findIndex((end) => lower.endsWith(end));
  return at < 0 ? reportNameEnds.length : at;
}

/** Whether a path in the layer is of the bundle itself and no file of the scanner's. */
export function isBundleFile(path: string): boolean {
  return path === bundleFormat.folder || path.startsWith(`${bundleFormat.folder}/`);
}
