import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AssayError } from '@assay/contract';
import { type ContentSource, type Descriptor, openArtifact, verified } from '@assay/oci';
import { parseTarget } from '@assay/pipeline';
import { isImageTarget, openSource } from './open-source.ts';
import { probePath } from './probe-path.ts';
import type { Settings, Watch } from './settings.ts';
import { makeFolder, reasonOf } from './write-file.ts';

/** A file to read, and how to be rid of it when it was made for this. */
export interface FetchedFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Layers of an artifact that holds vulnerability data. The full public data is about 200 MB. */
const maxBytes = 4 * 1024 * 1024 * 1024;

/**
 * The file a word names: itself, or the only layer of the OCI artifact it names (registry:REF, oci:DIR, oci-archive:FILE).
 * Throws FILE_NOT_FOUND, MANIFEST_UNSUPPORTED, LIMIT_EXCEEDED, CONTENT_MISMATCH and what the source throws.
 */
export async function fetchArtifact(word: string, settings: Settings, watch: Watch): Promise<FetchedFile> {
  const found = await stat(word).catch(() => undefined);
  if (found?.isFile() === true) return { path: word, remove: () => Promise.resolve() };
  const { target } = await parseTarget(word, probePath);
  if (!isImageTarget(target)) throw new AssayError('FILE_NOT_FOUND', `${word} is neither a file nor an OCI artifact`);
  watch.progress({ what: 'opening the artifact' });
  const source = await openSource(target, settings.registry);
  try {
    return await fetchLayer(source, await onlyLayer(source, watch.signal), settings, watch);
  } finally {
    await source.close();
  }
}

async function onlyLayer(source: ContentSource, signal: AbortSignal): Promise<Descriptor> {
  const { layers } = await openArtifact(source, signal);
  const [layer] = layers;
  if (layer === undefined || layers.length !== 1) {
    throw new AssayError('MANIFEST_UNSUPPORTED', `${source.name} does not hold exactly one file`, {
      hint: 'Push the data as one layer, for example: oras push REGISTRY/REPO:TAG assay.db.zst',
    });
  }
  if (layer.size > maxBytes)
    throw new AssayError(
      'LIMIT_EXCEEDED',
      `${source.name} holds ${layer.size} bytes, more than the limit of ${maxBytes}`,
    );
  return layer;
}

async function fetchLayer(
  source: ContentSource,
  layer: Descriptor,
  settings: Settings,
  watch: Watch,
): Promise<FetchedFile> {
  const db = join(settings.home, 'db');
  await makeFolder(db, 'CACHE_UNWRITABLE');
  const folder = await mkdtemp(join(db, '.fetch-')).catch((cause: unknown) => {
    throw new AssayError('CACHE_UNWRITABLE', `cannot write to ${db}: ${reasonOf(cause)}`, { cause });
  });
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'artifact');
  try {
    await pipeline(
      counted(verified(source.fetch(layer, watch.signal), layer), layer.size, watch),
      createWriteStream(path),
      { signal: watch.signal },
    );
    return { path, remove };
  } catch (cause) {
    await remove();
    if (cause instanceof AssayError || watch.signal.aborted) throw cause;
    throw new AssayError('CACHE_UNWRITABLE', `cannot write to ${folder}: ${reasonOf(cause)}`, { cause });
  }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, total: number, watch: Watch): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of bytes) {
    done += chunk.length;
    watch.progress({ what: 'fetching', done, total, unit: 'bytes' });
    yield chunk;
  }
}
