import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { catalogueFiles, catalogueVersion, toInventory } from '@assay/catalogue';
import {
  AssayError,
  type Finding,
  type Inventory,
  type Notice,
  type Platform,
  type ReadDocument,
  type Subject,
  type Target,
} from '@assay/contract';
import { readFolder, readImage } from '@assay/image';
import { type ContentSource, formatPlatform, type OpenedImage, openImage } from '@assay/oci';
import { readDocument } from '@assay/sbom';
import { InventoryCache } from './inventory-cache.ts';
import { type ImageTarget, isImageTarget, openSource } from './open-source.ts';
import type { Settings, Watch } from './settings.ts';
import { reasonOf } from './write-file.ts';

export interface TakeOptions {
  readonly platform?: Platform;
  /** Neither read nor write cached SBOMs. */
  readonly noCache?: boolean;
  /** For the target `sbom:-`. */
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** What is in a target. */
export interface Taken {
  readonly inventory: Inventory;
  /** What a read document says of vulnerabilities by itself. */
  readonly carried: readonly Finding[];
  /** The document that was read, for the target kind `sbom`. */
  readonly document?: ReadDocument;
  readonly notices: readonly Notice[];
}

/** Reads a target to the list of what is in it. Throws what its kind's opener and reader throw. */
export async function takeInventory(
  target: Target,
  settings: Settings,
  watch: Watch,
  options: TakeOptions,
): Promise<Taken> {
  if (isImageTarget(target)) return takeImage(target, settings, watch, options);
  if (target.kind === 'directory') return takeFolder(target.path, settings, watch);
  return takeDocument(target.path, watch, options.stdin);
}

async function takeImage(target: ImageTarget, settings: Settings, watch: Watch, options: TakeOptions): Promise<Taken> {
  watch.progress({ what: 'opening the image' });
  const source = await openSource(target, settings.registry);
  try {
    const image = await openImage(source, {
      signal: watch.signal,
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    });
    const subject = subjectOf(source, image);
    const tools = [{ name: settings.tool.name, version: settings.tool.version }];
    const cache = options.noCache === true ? undefined : new InventoryCache(settings.home, catalogueVersion);
    const kept = await cache?.find(image.manifest.digest);
    if (kept !== undefined) {
      const message = `The SBOM of ${image.manifest.digest} was made by an earlier scan; only the matching is new.`;
      return {
        inventory: { subject, ...kept, tools },
        carried: [],
        notices: [{ code: 'CACHE', level: 'info', message }],
      };
    }
    const view = await readImage(source, image.layers, catalogueFiles('image'), {
      signal: watch.signal,
      onProgress: ({ bytes, totalBytes }) =>
        watch.progress({ what: 'reading layers', done: bytes, total: totalBytes, unit: 'bytes' }),
    });
    const inventory = { ...toInventory(view, subject, 'image'), tools };
    return { inventory, carried: [], notices: await keep(cache, image, inventory) };
  } finally {
    await source.close();
  }
}

/** A cache that cannot be written costs time, not the answer. */
async function keep(
  cache: InventoryCache | undefined,
  image: OpenedImage,
  inventory: Inventory,
): Promise<readonly Notice[]> {
  try {
    await cache?.keep(image.manifest.digest, inventory);
    return [];
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'CACHE_UNWRITABLE') throw error;
    return [
      {
        code: 'CACHE',
        level: 'warning',
        message: `${error.message}. The next scan reads the layers again. ${error.hint}`,
      },
    ];
  }
}

function subjectOf(source: ContentSource, image: OpenedImage): Subject {
  return {
    kind: 'image',
    name: source.name,
    digest: image.manifest.digest,
    imageId: image.imageId,
    platform: formatPlatform(image.platform),
    layers: image.layers.map((layer) => layer.digest),
  };
}

async function takeFolder(path: string, settings: Settings, watch: Watch): Promise<Taken> {
  const view = await readFolder(path, catalogueFiles('directory'), {
    signal: watch.signal,
    onProgress: ({ entries }) => watch.progress({ what: 'reading files', done: entries, unit: 'files' }),
  });
  const subject: Subject = { kind: 'directory', name: basename(resolve(path)) || path };
  const tools = [{ name: settings.tool.name, version: settings.tool.version }];
  return { inventory: { ...toInventory(view, subject, 'directory'), tools }, carried: [], notices: [] };
}

async function takeDocument(path: string, watch: Watch, stdin: AsyncIterable<Uint8Array>): Promise<Taken> {
  watch.progress({ what: 'reading the SBOM' });
  const bytes = path === '-' ? stdin : readBytes(path);
  const document = await readDocument(bytes, { signal: watch.signal });
  const count = document.findings.length;
  const message = `The document speaks of ${count} ${count === 1 ? 'vulnerability' : 'vulnerabilities'} itself; this answer is made of its packages and our data alone.`;
  return {
    inventory: document.inventory,
    carried: document.findings,
    document,
    notices: count === 0 ? [] : [{ code: 'SCANNER', level: 'info', message }],
  };
}

/** A file's bytes as they come. Throws FILE_NOT_FOUND, FILE_UNREADABLE. */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) yield chunk;
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new AssayError('FILE_NOT_FOUND', `cannot read ${path}: it does not exist`, { cause });
    throw new AssayError('FILE_UNREADABLE', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}
