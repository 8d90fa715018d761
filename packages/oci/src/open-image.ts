import { AssayError, type Digest, isDigest, type Platform } from '@assay/contract';
import { choosePlatform } from './choose-platform.ts';
import type { ContentSource, Descriptor } from './content-source.ts';
import {
  findPlatform,
  findText,
  isObject,
  type JsonObject,
  member,
  parseDescriptor,
  parseDescriptors,
  type ReadManifest,
  readManifest,
  readObject,
  textMap,
} from './document.ts';
import { mediaTypes } from './media-types.ts';
import { formatPlatform, platformFit } from './platform.ts';

/** An image chosen from a source: its manifest and configuration read and verified, its layers not yet touched. */
export interface OpenedImage {
  /** Of the image manifest, after the platform was chosen. */
  readonly manifest: Descriptor;
  /** Of the index it was chosen from, when there was one. */
  readonly index?: Descriptor;
  /** Digest of the configuration: the image id. */
  readonly imageId: Digest;
  readonly platform: Platform;
  /** Lowest first, as in the manifest. */
  readonly layers: readonly Descriptor[];
  /** `rootfs.diff_ids` of the configuration: digests of the uncompressed layers, lowest first. */
  readonly diffIds: readonly Digest[];
  readonly created?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface OpenImageOptions {
  /** The wanted platform; this machine's processor with Linux, else the first Linux image, when absent. */
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

const configLimit = 8 * 1024 * 1024;
/** Docker stops at 127; nobody needs more than this. */
const layerLimit = 1000;

const configTypes: ReadonlySet<string> = new Set([
  mediaTypes.ociConfig,
  mediaTypes.dockerConfig,
  // Written by early releases of kaniko and some mirrors.
  'application/octet-stream',
]);

/**
 * Reads and verifies what leads to an image: index, nested indexes, manifest, configuration.
 * Throws MANIFEST_INVALID, MANIFEST_UNSUPPORTED, PLATFORM_NOT_FOUND, LIMIT_EXCEEDED, CONTENT_MISMATCH, CONTENT_TRUNCATED and what the source throws.
 */
export async function openImage(source: ContentSource, options: OpenImageOptions = {}): Promise<OpenedImage> {
  const { platform, signal } = options;
  const root = await source.resolve(signal);
  const read = await readManifest(source, root, signal);
  if (read.kind === 'image') return checkPlatform(source, await openManifest(source, read, signal), platform);

  const chosen = await choosePlatform(source, read, platform, signal);
  const manifest = await readManifest(source, chosen, signal);
  if (manifest.kind !== 'image')
    throw new AssayError('MANIFEST_INVALID', `${chosen.digest} is not the image its index promises`);
  return { ...(await openManifest(source, manifest, signal)), index: root };
}

function checkPlatform(source: ContentSource, image: OpenedImage, wanted: Platform | undefined): OpenedImage {
  if (wanted !== undefined && platformFit(wanted, image.platform) === 0) {
    throw new AssayError(
      'PLATFORM_NOT_FOUND',
      `${source.name} is for ${formatPlatform(image.platform)} only, not for ${formatPlatform(wanted)}`,
    );
  }
  return image;
}

/** Reads the configuration an image manifest names. */
export async function openManifest(
  source: ContentSource,
  read: ReadManifest,
  signal?: AbortSignal,
): Promise<OpenedImage> {
  const { descriptor, document } = read;
  const where = `manifest ${descriptor.digest}`;
  const config = parseDescriptor(member(document, 'config'), `${where}: config`);
  if (!configTypes.has(config.mediaType))
    throw unsupported(source, findText(document, 'artifactType') ?? config.mediaType);
  const layers = parseDescriptors(member(document, 'layers'), `${where}: layers`, layerLimit);
  const [first] = layers;
  if (first !== undefined && !layers.some((layer) => layer.mediaType.includes('tar')))
    throw unsupported(source, first.mediaType);

  const settings = await readObject(source, config, configLimit, signal);
  const diffIds = parseDiffIds(settings, config.digest);
  if (diffIds.length !== layers.length) {
    throw new AssayError(
      'MANIFEST_INVALID',
      `${where} has ${layers.length} layers, its configuration speaks of ${diffIds.length}`,
    );
  }
  const created = findText(settings, 'created');
  const running = member(settings, 'config');
  return {
    manifest: descriptor,
    imageId: config.digest,
    platform: toPlatform(settings, descriptor),
    layers,
    diffIds,
    ...(created !== undefined && { created }),
    labels: isObject(running) ? textMap(member(running, 'Labels')) : {},
  };
}

function unsupported(source: ContentSource, type: string): AssayError {
  return new AssayError(
    'MANIFEST_UNSUPPORTED',
    `${source.name} is an artifact of type ${JSON.stringify(type.slice(0, 100))}, not a container image`,
  );
}

function toPlatform(settings: JsonObject, descriptor: Descriptor): Platform {
  const own = findPlatform(settings) ?? descriptor.platform;
  return { ...own, os: own?.os || 'linux', architecture: own?.architecture || 'unknown' };
}

/** The digests of the uncompressed layers that a configuration lists. Throws MANIFEST_INVALID. */
export function parseDiffIds(settings: JsonObject, config: Digest): readonly Digest[] {
  const rootfs = member(settings, 'rootfs');
  const listed = isObject(rootfs) ? (member(rootfs, 'diff_ids') ?? []) : [];
  if (!Array.isArray(listed))
    throw new AssayError('MANIFEST_INVALID', `configuration ${config}: rootfs.diff_ids is not a list`);
  return listed.map((text: unknown, at) => {
    if (typeof text === 'string' && isDigest(text)) return text;
    throw new AssayError('MANIFEST_INVALID', `configuration ${config}: rootfs.diff_ids[${at}] is not a digest`);
  });
}
