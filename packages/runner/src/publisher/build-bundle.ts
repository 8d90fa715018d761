import { createHash } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { AssayError, type Digest, parseDigest } from '@assay/contract';
import { digestOf, type PushContent } from '@assay/oci';
import { bundleFormat, emptyImagesLock } from '@assay/pipeline';
import { systemCode, unwritable } from '../file-system.ts';
import type { Collected, ResultFile } from './collect-files.ts';
import { type TarEntry, tarStream } from './tar-stream.ts';

/** A bundle, ready to be pushed. */
export interface Bundle {
  readonly manifest: Uint8Array;
  readonly digest: Digest;
  readonly config: PushContent;
  readonly layer: PushContent;
}

const chunkBytes = 256 * 1024;

/**
 * Packs the files into an imgpkg bundle; its layer is kept in a file of the scratch folder. Equal contents give equal digests.
 * Source: the Scan 2.0 contract, "Published artifact (imgpkg bundle)". Throws FILE_UNREADABLE, OUTPUT_UNWRITABLE, CONTENT_TRUNCATED,
 * CONTENT_MISMATCH.
 */
export async function buildBundle(collected: Collected, scratch: string, signal: AbortSignal): Promise<Bundle> {
  const path = join(scratch, 'layer.tar.gz');
  const plain = new Counter();
  const packed = new Counter();
  try {
    await pipeline(
      Readable.from(tarStream(toEntries(collected)), { objectMode: false, highWaterMark: chunkBytes }),
      plain,
      createGzip({ level: 6, chunkSize: chunkBytes }),
      packed,
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
      { signal },
    );
  } catch (cause) {
    if (cause instanceof AssayError || signal.aborted) throw cause;
    throw systemCode(cause) === '' ? cause : unwritable(path, cause);
  }
  const layer: PushContent = {
    digest: packed.digest(),
    size: packed.size,
    open: () => createReadStream(path, { highWaterMark: chunkBytes }),
  };
  const config = contentOf(JSON.stringify(toConfig(plain.digest())));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: bundleFormat.manifestType,
      config: { mediaType: bundleFormat.configType, size: config.size, digest: config.digest },
      layers: [{ mediaType: bundleFormat.layerType, size: layer.size, digest: layer.digest }],
    }),
  );
  return { manifest, digest: digestOf(manifest), config, layer };
}

/** A text as content to push. */
export function contentOf(text: string): PushContent {
  const bytes = Buffer.from(text);
  return {
    digest: digestOf(bytes),
    size: bytes.byteLength,
    async *open() {
      yield bytes;
    },
  };
}

/** The configuration imgpkg itself writes: no platform, no time. */
function toConfig(diffId: Digest) {
  const never = '0001-01-01T00:00:00Z';
  return {
    architecture: '',
    created: never,
    history: [{ author: bundleFormat.author, created: never, created_by: bundleFormat.author }],
    os: '',
    rootfs: { type: 'layers', diff_ids: [diffId] },
    config: { Labels: { [bundleFormat.label]: 'true' } },
  };
}

/** Everything in the order of a walk through a folder that holds `.imgpkg` too. */
function toEntries({ files, folders }: Collected): readonly TarEntry[] {
  const lock = Buffer.from(emptyImagesLock);
  const nothing = async function* (): AsyncGenerator<Uint8Array> {};
  const folder = (name: string): TarEntry => ({
    name,
    kind: 'folder',
    mode: bundleFormat.folderMode,
    size: 0,
    content: nothing,
  });
  const entries: readonly TarEntry[] = [
    folder(bundleFormat.folder),
    {
      name: bundleFormat.lockPath,
      kind: 'file',
      mode: 0o600,
      size: lock.byteLength,
      async *content() {
        yield lock;
      },
    },
    ...folders.map(folder),
    ...files.map(
      (file): TarEntry => ({
        name: file.name,
        kind: 'file',
        mode: file.mode & bundleFormat.fileModeMask,
        size: file.size,
        content: () => readFileBytes(file),
      }),
    ),
  ];
  return entries.toSorted((a, b) => compareWalk(a.name, b.name));
}

/** A folder comes before what is in it, and names are compared folder by folder. */
function compareWalk(a: string, b: string): number {
  // A separator that sorts before every byte of a name makes the order of paths that of a walk.
  return Buffer.compare(Buffer.from(a.replaceAll('/', '\0')), Buffer.from(b.replaceAll('/', '\0')));
}

/** The file's bytes. A link put in its place since it was found is not followed. */
export async function* readFileBytes(file: Pick<ResultFile, 'name' | 'path'>): AsyncGenerator<Uint8Array> {
  const handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      const denied = systemCode(cause) === 'EACCES';
      const why = denied ? 'permission denied; the step that wrote it ran as another user' : systemCode(cause);
      throw new AssayError('FILE_UNREADABLE', `cannot read ${JSON.stringify(file.name.slice(0, 120))}: ${why}`, {
        cause,
      });
    },
  );
  yield* handle.createReadStream({ highWaterMark: chunkBytes });
}

/** Counts and hashes what flows through. */
class Counter extends Transform {
  readonly #hash = createHash('sha256');
  size = 0;

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.byteLength;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  digest(): Digest {
    return parseDigest(`sha256:${this.#hash.digest('hex')}`);
  }
}
