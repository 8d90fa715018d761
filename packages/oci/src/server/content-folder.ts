import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, digestParts, isDigest } from '@assay/contract';
import type { Descriptor } from '../content-source.ts';

/** What is kept of a manifest beside its bytes. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  readonly subject?: Digest;
}

async function ignoringMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}

/** Makes a rename in the folder last, where the system can: some file systems refuse to flush folders. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function flat(digest: Digest): string {
  return digest.replace(':', '-');
}

function unflat(name: string): Digest | undefined {
  const text = name.replace('-', ':');
  return isDigest(text) ? text : undefined;
}

/**
 * The folder a registry keeps its content in. Bytes lie once, by digest, under `blobs/`; each repository has small files that say what is in it.
 * Components of repository names never start with `_`, so `_blobs`, `_manifests`, `_tags`, `_referrers`, `_uploads` cannot clash with them.
 */
export class ContentFolder {
  readonly #root: string;
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folders, and clears away what a process before this one left half written. */
  async prepare(): Promise<void> {
    await rm(join(this.#root, 'drafts'), { recursive: true, force: true });
    for (const name of ['blobs', 'repositories', 'drafts']) await mkdir(join(this.#root, name), { recursive: true });
  }

  /** Removes the uploads that nobody has added to since a time, in milliseconds of the epoch. */
  async removeUploadsBefore(time: number): Promise<void> {
    for await (const name of this.#folders()) {
      const folder = this.#in(name, '_uploads');
      for (const id of (await ignoringMissing(readdir(folder))) ?? []) {
        const info = await ignoringMissing(stat(join(folder, id)));
        if (info !== undefined && info.mtimeMs < time) await rm(join(folder, id), { force: true });
      }
    }
  }

  /** Every folder that is, or leads to, a repository. */
  async *#folders(): AsyncGenerator<string> {
    const waiting = [''];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (name !== '') yield name;
      for (const child of (await ignoringMissing(readdir(this.#in(name)))) ?? []) {
        if (!child.startsWith('_')) waiting.push(name === '' ? child : `${name}/${child}`);
      }
    }
  }

  /** Runs one after the other what names the same key: tags and uploads change by reading first. */
  async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(key);
    const run = (async () => {
      await before?.catch(() => undefined);
      return work();
    })();
    this.#busy.set(key, run);
    try {
      return await run;
    } finally {
      if (this.#busy.get(key) === run) this.#busy.delete(key);
    }
  }

  /** Where the bytes of a digest lie, whether or not they do. */
  pathOf(digest: Digest): string {
    const { algorithm, hex } = digestParts(digest);
    return join(this.#root, 'blobs', algorithm, hex.slice(0, 2), hex);
  }

  #in(repository: string, ...path: string[]): string {
    return join(this.#root, 'repositories', ...repository.split('/'), ...path); // join passes over empty parts
  }

  /** Puts a small file in place as a whole: readers see the old or the new one. */
  async #put(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    // Drafts lie apart, so that no listing ever shows one.
    const draft = join(this.#root, 'drafts', randomUUID());
    await writeFile(draft, content, { flush: true });
    await rename(draft, path);
    await flushFolder(dirname(path));
  }

  async hasRepository(repository: string): Promise<boolean> {
    const names = (await ignoringMissing(readdir(this.#in(repository)))) ?? [];
    return names.some((name) => name.startsWith('_') && name !== '_uploads');
  }

  async repositories(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const name of this.#folders()) {
      const children = (await ignoringMissing(readdir(this.#in(name)))) ?? [];
      if (children.some((child) => child === '_manifests' || child === '_tags')) found.push(name);
    }
    return found.sort();
  }

  /** Bytes of a blob of the repository; undefined when it has none. */
  async findBlobSize(repository: string, digest: Digest): Promise<number | undefined> {
    const link = await ignoringMissing(stat(this.#in(repository, '_blobs', flat(digest))));
    return link === undefined ? undefined : (await ignoringMissing(stat(this.pathOf(digest))))?.size;
  }

  /** Bytes of content that any repository has. */
  async findContentSize(digest: Digest): Promise<number | undefined> {
    return (await ignoringMissing(stat(this.pathOf(digest))))?.size;
  }

  async linkBlob(repository: string, digest: Digest): Promise<void> {
    await this.#put(this.#in(repository, '_blobs', flat(digest)), '');
  }

  async unlinkBlob(repository: string, digest: Digest): Promise<boolean> {
    return (await ignoringMissing(rm(this.#in(repository, '_blobs', flat(digest))).then(() => true))) ?? false;
  }

  /** Where an upload gathers its bytes. */
  uploadPath(repository: string, id: string): string {
    return this.#in(repository, '_uploads', id);
  }

  async startUpload(repository: string): Promise<string> {
    const id = randomUUID();
    const path = this.uploadPath(repository, id);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
    return id;
  }

  async findUploadSize(repository: string, id: string): Promise<number | undefined> {
    return (await ignoringMissing(stat(this.uploadPath(repository, id))))?.size;
  }

  async cancelUpload(repository: string, id: string): Promise<void> {
    await rm(this.uploadPath(repository, id), { force: true });
  }

  /** Makes a finished upload the content of its digest, which the caller has checked. */
  async keepUpload(repository: string, id: string, digest: Digest): Promise<void> {
    const target = this.pathOf(digest);
    const upload = this.uploadPath(repository, id);
    await mkdir(dirname(target), { recursive: true });
    // The name must not outlive a crash that the bytes do not.
    const file = await open(upload, 'r+');
    await file.sync().finally(() => file.close());
    await rename(upload, target);
    await flushFolder(dirname(target));
    await this.linkBlob(repository, digest);
  }

  async putManifest(
    repository: string,
    manifest: StoredManifest,
    bytes: Uint8Array,
    referrer?: Descriptor,
  ): Promise<void> {
    await this.#put(this.pathOf(manifest.digest), bytes);
    // The list of referrers goes first: a manifest that can be read is always listed.
    if (manifest.subject !== undefined && referrer !== undefined) {
      await this.#put(
        this.#in(repository, '_referrers', flat(manifest.subject), flat(manifest.digest)),
        JSON.stringify(referrer),
      );
    }
    await this.#put(this.#in(repository, '_manifests', flat(manifest.digest)), JSON.stringify(manifest));
  }

  async findManifest(repository: string, digest: Digest): Promise<StoredManifest | undefined> {
    const text = await ignoringMissing(readFile(this.#in(repository, '_manifests', flat(digest)), 'utf8'));
    // Written by putManifest, so it has that shape.
    return text === undefined ? undefined : (JSON.parse(text) as StoredManifest);
  }

  async deleteManifest(repository: string, manifest: StoredManifest): Promise<void> {
    for (const tag of await this.tags(repository)) {
      if ((await this.findTag(repository, tag)) === manifest.digest) await this.deleteTag(repository, tag);
    }
    await rm(this.#in(repository, '_manifests', flat(manifest.digest)), { force: true });
    if (manifest.subject === undefined) return;
    await rm(this.#in(repository, '_referrers', flat(manifest.subject), flat(manifest.digest)), { force: true });
  }

  async findTag(repository: string, tag: string): Promise<Digest | undefined> {
    const text = await ignoringMissing(readFile(this.#in(repository, '_tags', `=${tag}`), 'utf8'));
    return text !== undefined && isDigest(text) ? text : undefined;
  }

  async putTag(repository: string, tag: string, digest: Digest): Promise<void> {
    await this.#put(this.#in(repository, '_tags', `=${tag}`), digest);
  }

  async deleteTag(repository: string, tag: string): Promise<boolean> {
    return (await ignoringMissing(rm(this.#in(repository, '_tags', `=${tag}`)).then(() => true))) ?? false;
  }

  async tags(repository: string): Promise<readonly string[]> {
    const names = (await ignoringMissing(readdir(this.#in(repository, '_tags')))) ?? [];
    return names.filter((name) => name.startsWith('=')).map((name) => name.slice(1));
  }

  async referrers(repository: string, subject: Digest): Promise<readonly Descriptor[]> {
    const folder = this.#in(repository, '_referrers', flat(subject));
    const names = (await ignoringMissing(readdir(folder))) ?? [];
    const found: Descriptor[] = [];
    for (const name of names.sort()) {
      const text = unflat(name) === undefined ? undefined : await ignoringMissing(readFile(join(folder, name), 'utf8'));
      // Written by putManifest, so it is a descriptor.
      if (text !== undefined) found.push(JSON.parse(text) as Descriptor);
    }
    return found;
  }
}
