import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest, Distro, Inventory, Package, Rejected } from '@assay/contract';
import { makeFolder, writeFileWhole } from './write-file.ts';

/** What is kept of an image: everything that does not depend on how the user named it, nor on vulnerability data. */
export interface KeptInventory {
  readonly distro?: Distro;
  readonly packages: readonly Package[];
  readonly rejected: readonly Rejected[];
}

const maxFiles = 512;
const maxBytes = 512 * 1024 * 1024;
/** Bumped when the shape of what is kept changes. */
const shape = 1;

/** The SBOMs of images seen before, by manifest digest and by the version of the cataloguers that made them. */
export class InventoryCache {
  readonly #folder: string;
  readonly #catalogueVersion: string;

  constructor(home: string, catalogueVersion: string) {
    this.#folder = join(home, 'cache', 'inventories');
    this.#catalogueVersion = catalogueVersion;
  }

  /** What is known of an image; `undefined` when nothing is, or when the file is damaged. */
  async find(manifest: Digest): Promise<KeptInventory | undefined> {
    const path = this.#path(manifest);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const end = bytes.indexOf(10);
    const body = bytes.subarray(end + 1);
    // The disk is believed as little as the network: a cut or edited file is made again.
    if (end < 0 || bytes.toString('latin1', 0, end) !== sum(body)) return undefined;
    // Read only for its time: which files may go first.
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return JSON.parse(body.toString('utf8')) as KeptInventory; // the shape is ours: the sum and the file's name say so
  }

  /** Keeps what was found. Throws CACHE_UNWRITABLE. */
  async keep(manifest: Digest, inventory: Inventory): Promise<void> {
    await makeFolder(this.#folder, 'CACHE_UNWRITABLE');
    const { distro, packages, rejected } = inventory;
    const kept: KeptInventory = { ...(distro === undefined ? {} : { distro }), packages, rejected };
    const body = Buffer.from(JSON.stringify(kept));
    await writeFileWhole(this.#path(manifest), [`${sum(body)}\n`, body], 'CACHE_UNWRITABLE');
    await this.#prune();
  }

  #path(manifest: Digest): string {
    return join(this.#folder, `${manifest.replace(':', '-')}.${this.#catalogueVersion}.${shape}.json`);
  }

  /** The least recently used files go first. */
  async #prune(): Promise<void> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    if (names.length <= maxFiles / 2) return;
    const files = await Promise.all(
      names.map(async (name) => ({
        path: join(this.#folder, name),
        found: await stat(join(this.#folder, name)).catch(() => undefined),
      })),
    );
    const byAge = files.toSorted((a, b) => (b.found?.mtimeMs ?? 0) - (a.found?.mtimeMs ?? 0));
    let bytes = 0;
    for (const [index, file] of byAge.entries()) {
      bytes += file.found?.size ?? 0;
      if (index >= maxFiles || bytes > maxBytes) await rm(file.path, { force: true }).catch(() => undefined);
    }
  }
}

function sum(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
