import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Digest, digestParts, parseDigest } from '@assay/contract';
import type { FileTree } from './file-tree.ts';
import { type Document, gzipLayerType, type PackedLayer } from './image-documents.ts';
import { tarLayer } from './tar-layer.ts';

/** Content by digest in a folder, as in an OCI layout, with a note of which tar was packed into which blob. */
export class BlobStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  pathOf(digest: Digest): string {
    const { algorithm, hex } = digestParts(digest);
    return join(this.folder, 'blobs', algorithm, hex);
  }

  async put({ bytes, descriptor }: Document): Promise<void> {
    const path = this.pathOf(descriptor.digest);
    if ((await sizeOf(path)) === descriptor.size) return;
    await writeWhole(path, bytes);
  }

  read(digest: Digest): Promise<Uint8Array> {
    return readFile(this.pathOf(digest));
  }

  /** Opened when the first byte is asked for: one that nobody reads must not fail by itself. */
  async *open(digest: Digest): AsyncGenerator<Uint8Array> {
    yield* createReadStream(this.pathOf(digest));
  }

  /** The tree as a gzip layer. A tar that was packed before is not packed again: packing costs ten times the hashing. */
  async pack(tree: FileTree, comment: string): Promise<PackedLayer> {
    const hash = createHash('sha256');
    for (const chunk of tarLayer(tree)) hash.update(chunk);
    const diffId = parseDigest(`sha256:${hash.digest('hex')}`);
    const digest = (await this.#findPacked(diffId)) ?? (await this.#packAnew(tree, diffId));
    const { size } = await stat(this.pathOf(digest));
    return { descriptor: { mediaType: gzipLayerType, digest, size }, diffId, comment };
  }

  /** The note's name holds the compressor: another zlib may pack otherwise. */
  #notePath(diffId: Digest): string {
    return join(this.folder, 'packed', `${digestParts(diffId).hex}-zlib-${process.versions.zlib}-${process.arch}`);
  }

  async #findPacked(diffId: Digest): Promise<Digest | undefined> {
    const note = await readFile(this.#notePath(diffId), 'utf8').catch(() => '');
    const [digest, size] = note.split(' ');
    if (digest === undefined || size === undefined) return undefined;
    return (await sizeOf(this.pathOf(parseDigest(digest)))) === Number(size) ? parseDigest(digest) : undefined;
  }

  async #packAnew(tree: FileTree, diffId: Digest): Promise<Digest> {
    const part = join(this.folder, `.part-${randomUUID()}`);
    await mkdir(this.folder, { recursive: true });
    const hash = createHash('sha256');
    let size = 0;
    try {
      // Node's gzip writes no time and no name into its header.
      await pipeline(
        Readable.from(tarLayer(tree), { objectMode: false }),
        createGzip({ level: 6 }),
        async function* (packed: AsyncIterable<Buffer>) {
          for await (const chunk of packed) {
            hash.update(chunk);
            size += chunk.byteLength;
            yield chunk;
          }
        },
        createWriteStream(part),
      );
      const digest = parseDigest(`sha256:${hash.digest('hex')}`);
      await mkdir(dirname(this.pathOf(digest)), { recursive: true });
      await rename(part, this.pathOf(digest));
      await writeWhole(this.#notePath(diffId), Buffer.from(`${digest} ${size}`));
      return digest;
    } finally {
      await rm(part, { force: true });
    }
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** A file that is there is whole: it is written beside and renamed. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part-${randomUUID()}`;
  await writeFile(part, bytes);
  await rename(part, path);
}
