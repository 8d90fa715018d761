import { createHash } from 'node:crypto';
import { AssayError, type Digest, parseDigest } from '@assay/contract';
import type { ContentSource, Descriptor } from '../content-source.ts';
import { findText, isObject, manifestLimit, member, parseObject } from '../document.ts';
import { readSmall } from '../layout/blob-files.ts';
import { isNamed, parseSelector } from '../layout/choose-entry.ts';
import type { LocalFiles } from '../local-files.ts';
import { mediaTypes } from '../media-types.ts';
import { parseDiffIds } from '../open-image.ts';
import { digestOf } from '../verified.ts';
import { findCompression } from './compression.ts';

const configLimit = 8 * 1024 * 1024;
const imageLimit = 10_000;
const layerLimit = 1000;

/** One image of `manifest.json`. Source: moby image/tarexport, `manifestItem`. */
interface SavedImage {
  readonly config: string;
  readonly names: readonly string[];
  readonly layers: readonly string[];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function plainPath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '');
}

async function readSavedImages(files: LocalFiles): Promise<readonly SavedImage[]> {
  const bytes = await readSmall(files, 'manifest.json', manifestLimit);
  const invalid = (why: string) => new AssayError('LAYOUT_INVALID', `${files.name}: manifest.json ${why}`);
  let list: unknown;
  try {
    list = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
  } catch {
    throw invalid('is not JSON');
  }
  if (!Array.isArray(list) || list.length === 0) throw invalid('lists no image');
  if (list.length > imageLimit)
    throw new AssayError('LIMIT_EXCEEDED', `${files.name} lists more than ${imageLimit} images`);
  return list.map((entry: unknown) => {
    const config = isObject(entry) ? findText(entry, 'Config') : undefined;
    if (!isObject(entry) || config === undefined) throw invalid('has an entry without a Config');
    const layers = texts(member(entry, 'Layers'));
    if (layers.length > layerLimit)
      throw new AssayError('LIMIT_EXCEEDED', `${files.name} has an image of more than ${layerLimit} layers`);
    return { config: plainPath(config), names: texts(member(entry, 'RepoTags')), layers: layers.map(plainPath) };
  });
}

async function readConfig(files: LocalFiles, image: SavedImage): Promise<Uint8Array> {
  const bytes = await readSmall(files, image.config, configLimit);
  if (bytes === undefined)
    throw new AssayError(
      'LAYOUT_INVALID',
      `${files.name} has no ${image.config.slice(0, 200)}, which manifest.json names`,
    );
  return bytes;
}

async function chooseImage(files: LocalFiles, selector: string | undefined): Promise<SavedImage> {
  const images = await readSavedImages(files);
  const wanted = selector === undefined || selector === '' ? undefined : parseSelector(selector);
  const matching: SavedImage[] = [];
  for (const image of images) {
    const isWanted =
      wanted === undefined ||
      ('digest' in wanted
        ? digestOf(await readConfig(files, image)) === wanted.digest
        : image.names.some((name) => isNamed(name, wanted.name)));
    if (isWanted) matching.push(image);
  }
  const [only] = matching;
  if (only !== undefined && new Set(matching.map(({ config }) => config)).size === 1) return only;
  const shown = images.slice(0, 20).map(({ names, config }) => (names[0] === undefined ? config : `:${names[0]}`));
  const more = images.length > shown.length ? ` and ${images.length - shown.length} more` : '';
  const why = wanted === undefined ? 'holds several images' : `has no ${JSON.stringify(selector)}; it holds`;
  throw new AssayError('IMAGE_NOT_CHOSEN', `${files.name} ${why}: ${shown.join(', ')}${more}`);
}

async function headOf(files: LocalFiles, path: string): Promise<Uint8Array> {
  for await (const chunk of files.read(path)) return chunk;
  return new Uint8Array(0);
}

async function hashOf(files: LocalFiles, path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of files.read(path)) hash.update(chunk);
  return parseDigest(`sha256:${hash.digest('hex')}`);
}

/**
 * Layers are stored uncompressed, and then the configuration's diff id is their digest. Some writers (crane) store them compressed:
 * nothing in the archive states that digest, so it is taken from the bytes.
 */
async function describeLayer(files: LocalFiles, path: string, diffId: Digest): Promise<Descriptor> {
  const size = await files.findSize(path);
  if (size === undefined)
    throw new AssayError('LAYOUT_INVALID', `${files.name} has no ${path.slice(0, 200)}, which manifest.json names`);
  const compression = findCompression(await headOf(files, path));
  if (compression !== 'gzip' && compression !== 'zstd') return { mediaType: mediaTypes.ociLayer, digest: diffId, size };
  return { mediaType: `${mediaTypes.ociLayer}+${compression}`, digest: await hashOf(files, path), size };
}

/** An image in the format of `docker save`, as a source. The manifest it lacks is written from what it has, always the same way, so that its digest is stable. */
export async function dockerArchiveSource(files: LocalFiles, selector: string | undefined): Promise<ContentSource> {
  try {
    const image = await chooseImage(files, selector);
    const config = await readConfig(files, image);
    const configDigest = digestOf(config);
    const diffIds = parseDiffIds(parseObject(config, `${files.name}: ${image.config}`), configDigest);
    if (diffIds.length !== image.layers.length) {
      throw new AssayError(
        'MANIFEST_INVALID',
        `${files.name} has ${image.layers.length} layers, the configuration speaks of ${diffIds.length}`,
      );
    }
    const layers: Descriptor[] = [];
    const paths = new Map<Digest, string>([[configDigest, image.config]]);
    for (const [at, diffId] of diffIds.entries()) {
      const path = image.layers[at] ?? '';
      const layer = await describeLayer(files, path, diffId);
      layers.push(layer);
      paths.set(layer.digest, path);
    }
    const configDescriptor: Descriptor = {
      mediaType: mediaTypes.dockerConfig,
      digest: configDigest,
      size: config.byteLength,
    };
    return new DockerArchiveSource(files, selector, toManifest(configDescriptor, layers), paths);
  } catch (error) {
    await files.close();
    throw error;
  }
}

function toManifest(config: Descriptor, layers: readonly Descriptor[]): Uint8Array {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers }));
}

class DockerArchiveSource implements ContentSource {
  readonly name: string;
  readonly #files: LocalFiles;
  readonly #manifest: Uint8Array;
  readonly #descriptor: Descriptor;
  readonly #paths: ReadonlyMap<Digest, string>;

  constructor(
    files: LocalFiles,
    selector: string | undefined,
    manifest: Uint8Array,
    paths: ReadonlyMap<Digest, string>,
  ) {
    this.name = `${files.name}${selector ?? ''}`;
    this.#files = files;
    this.#manifest = manifest;
    this.#descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(manifest), size: manifest.byteLength };
    this.#paths = paths;
  }

  resolve(): Promise<Descriptor> {
    return Promise.resolve(this.#descriptor);
  }

  has(what: Descriptor): Promise<boolean> {
    return Promise.resolve(what.digest === this.#descriptor.digest || this.#paths.has(what.digest));
  }

  async *fetch(what: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    if (what.digest === this.#descriptor.digest) {
      yield this.#manifest;
      return;
    }
    const path = this.#paths.get(what.digest);
    if (path === undefined) throw new AssayError('LAYOUT_INVALID', `${this.name} has no ${what.digest}`);
    yield* this.#files.read(path, signal);
  }

  close(): Promise<void> {
    return this.#files.close();
  }
}
