import { AssayError, type Digest, isDigest } from '@assay/contract';
import { bundleFormat, bundleLayerTypes, bundleManifestTypes } from './bundle-format.ts';

/** Content named by a manifest. */
export interface BundlePart {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** The two parts of a bundle. */
export interface BundleManifest {
  readonly config: BundlePart;
  readonly layer: BundlePart;
}

/**
 * Reads a bundle's manifest, given as parsed JSON. Pure. What imgpkg insists on is insisted on: one layer of a type it unpacks.
 * Throws MANIFEST_INVALID, MANIFEST_UNSUPPORTED.
 */
export function parseBundleManifest(document: unknown, mediaType: string): BundleManifest {
  if (!bundleManifestTypes.has(mediaType))
    throw new AssayError('MANIFEST_UNSUPPORTED', `a manifest of type ${show(mediaType)} is no bundle of scan results`);
  if (!isObject(document)) throw new AssayError('MANIFEST_INVALID', 'the manifest of the bundle is not a JSON object');
  const layers = document.layers;
  if (!Array.isArray(layers)) throw new AssayError('MANIFEST_INVALID', 'the manifest of the bundle has no layers');
  if (layers.length !== 1)
    throw new AssayError('MANIFEST_INVALID', `a bundle has exactly one layer, this image has ${layers.length}`);
  const layer = parsePart(layers[0], 'the layer of the bundle');
  if (!bundleLayerTypes.has(layer.mediaType))
    throw new AssayError(
      'MANIFEST_UNSUPPORTED',
      `the layer of a bundle is a gzip tar, this is ${show(layer.mediaType)}`,
    );
  return { config: parsePart(document.config, 'the configuration of the bundle'), layer };
}

/** Throws MANIFEST_UNSUPPORTED unless the configuration, given as parsed JSON, says that the image is a bundle. */
export function checkBundleConfig(config: unknown): void {
  const inner = isObject(config) ? config.config : undefined;
  const labels = isObject(inner) ? inner.Labels : undefined;
  const label = isObject(labels) && Object.hasOwn(labels, bundleFormat.label) ? labels[bundleFormat.label] : undefined;
  if (label === 'true') return;
  throw new AssayError('MANIFEST_UNSUPPORTED', 'Expected bundle image but found plain image');
}

/** Throws MANIFEST_INVALID unless the text is an images lock of the one version there is. Source: carvel.dev/imgpkg, "ImagesLock". */
export function checkImagesLock(text: string): void {
  const says = (key: string, value: string) =>
    text.split(/\r?\n/).some((line) => line.trimEnd().replaceAll(/["']/g, '') === `${key}: ${value}`);
  if (!says('apiVersion', 'imgpkg.carvel.dev/v1alpha1') || !says('kind', 'ImagesLock'))
    throw new AssayError('MANIFEST_INVALID', `${bundleFormat.lockPath} of the bundle is not an images lock`);
}

function parsePart(value: unknown, what: string): BundlePart {
  if (!isObject(value)) throw new AssayError('MANIFEST_INVALID', `${what} is not described`);
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== 'string') throw new AssayError('MANIFEST_INVALID', `${what} has no media type`);
  if (typeof digest !== 'string' || !isDigest(digest))
    throw new AssayError('MANIFEST_INVALID', `${what} has no digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new AssayError('MANIFEST_INVALID', `${what} has no size`);
  return { mediaType, digest, size };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
