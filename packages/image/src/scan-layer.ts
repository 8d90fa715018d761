import { AssayError, type Rejected } from '@assay/contract';
import { cleanPath } from './clean-path.ts';
import { type TarEntry, TarReader, type TarSink } from './tar-stream.ts';
import { type FileReader, type FileSelector, isSecondLook, type SecondLook } from './view.ts';

/** A file of one layer that the selector wanted. */
export interface Candidate<T> {
  readonly path: string;
  readonly size: number;
  /** Number of the entry in its layer: a path may occur twice, and the second look must find the same one. */
  readonly entry: number;
  readonly value: T | SecondLook<T>;
}

/** What one layer does to the image, without its content. Paths are clean. */
export interface LayerFacts<T> {
  /** Wanted files by path; the last entry of a path wins. */
  readonly candidates: ReadonlyMap<string, Candidate<T>>;
  /** Paths of everything that is not a folder: they hide what lower layers have there. */
  readonly occupied: ReadonlySet<string>;
  readonly directories: ReadonlySet<string>;
  /** Paths removed from lower layers. */
  readonly whiteouts: readonly string[];
  /** Folders whose lower content is hidden. */
  readonly opaque: readonly string[];
  /** Symbolic links: path to target as written. */
  readonly symlinks: ReadonlyMap<string, string>;
  /** Hard links: path to the clean path of their target. */
  readonly hardlinks: ReadonlyMap<string, string>;
  /** Links whose own path is wanted. */
  readonly wantedLinks: readonly string[];
  readonly rejected: readonly Rejected[];
  readonly entries: number;
}

/** Bytes of a file shown to `byHead`. */
const headSize = 64;
const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';

/** How many entries a layer may have: tar bombs have millions in a few compressed bytes; real ones spend hundreds of bytes on each. */
export function allowedEntries(compressed: number): number {
  return Math.min(5_000_000, 250_000 + Math.floor(compressed / 64));
}

/** Turns the entries of one layer into facts while they stream by. */
export class LayerScan<T> implements TarSink {
  readonly #selector: FileSelector<T>;
  readonly #maxEntries: number;
  readonly #what: string;
  readonly #isLowest: boolean;
  readonly #candidates = new Map<string, Candidate<T>>();
  readonly #occupied = new Set<string>();
  readonly #directories = new Set<string>();
  readonly #whiteouts: string[] = [];
  readonly #opaque: string[] = [];
  readonly #symlinks = new Map<string, string>();
  readonly #hardlinks = new Map<string, string>();
  readonly #wantedLinks = new Set<string>();
  readonly #rejected: Rejected[] = [];
  #entries = 0;

  #path = '';
  #size = 0;
  #mode = 0;
  #reader: FileReader<T> | undefined;
  /** First bytes of a file whose fate its head decides; `undefined` once decided. */
  #head: Buffer | undefined;

  /** `isLowest`: nothing lies below, so what this layer hides need not be remembered. */
  constructor(
    selector: FileSelector<T>,
    options: { readonly what: string; readonly maxEntries: number; readonly isLowest: boolean },
  ) {
    this.#selector = selector;
    this.#maxEntries = options.maxEntries;
    this.#what = options.what;
    this.#isLowest = options.isLowest;
  }

  facts(): LayerFacts<T> {
    return {
      candidates: this.#candidates,
      occupied: this.#occupied,
      directories: this.#directories,
      whiteouts: this.#whiteouts,
      opaque: this.#opaque,
      symlinks: this.#symlinks,
      hardlinks: this.#hardlinks,
      wantedLinks: [...this.#wantedLinks],
      rejected: this.#rejected,
      entries: this.#entries,
    };
  }

  entry(entry: TarEntry): boolean {
    this.#entries++;
    if (this.#entries > this.#maxEntries) {
      throw new AssayError('LIMIT_EXCEEDED', `${this.#what} has more than ${this.#maxEntries} entries for its size`);
    }
    const path = cleanPath(entry.path);
    if (path === '') return false; // the root folder itself
    const slash = path.lastIndexOf('/');
    if (path.startsWith(whiteoutPrefix, slash + 1)) {
      this.#whiteout(path, slash);
      return false;
    }
    if (entry.kind === 'directory') {
      if (!this.#isLowest) this.#directories.add(path);
      this.#forget(path);
      return false;
    }
    if (!this.#isLowest) this.#occupied.add(path);
    this.#forget(path);
    if (entry.kind === 'symlink') this.#link(this.#symlinks, path, entry.linkTarget);
    else if (entry.kind === 'hardlink') this.#link(this.#hardlinks, path, cleanPath(entry.linkTarget));
    else if (entry.kind === 'file') return this.#file(path, entry);
    return false;
  }

  content(chunk: Uint8Array): void {
    if (this.#head === undefined) {
      this.#guard(() => this.#reader?.write(chunk));
      return;
    }
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (head.length < headSize && head.length < this.#size) {
      this.#head = Buffer.from(head); // a copy: it is small, and a slice would keep the whole chunk
      return;
    }
    this.#head = undefined;
    this.#reader = this.#guard(() =>
      this.#selector.byHead({ path: this.#path, size: this.#size, mode: this.#mode }, head),
    );
    this.#guard(() => this.#reader?.write(head));
  }

  endOfContent(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const value = this.#guard(() => reader.end());
    this.#reader = undefined;
    if (value !== undefined) {
      this.#candidates.set(this.#path, { path: this.#path, size: this.#size, entry: this.#entries, value });
    }
  }

  #file(path: string, entry: TarEntry): boolean {
    this.#path = path;
    this.#size = entry.size;
    this.#mode = entry.mode;
    const file = { path, size: entry.size, mode: entry.mode };
    this.#head = undefined;
    this.#reader = this.#guard(() => this.#selector.byPath(file));
    if (this.#reader !== undefined && entry.sparse) {
      this.#rejected.push({ at: path, why: 'stored as a sparse file, which is not read' });
      this.#reader = undefined;
      return false;
    }
    if (this.#reader === undefined && entry.size > 0 && !entry.sparse) this.#head = Buffer.alloc(0);
    return this.#reader !== undefined || this.#head !== undefined;
  }

  #whiteout(path: string, slash: number): void {
    const name = path.slice(slash + 1);
    const folder = slash < 0 ? '' : path.slice(0, slash);
    if (name === opaqueMarker) this.#opaque.push(folder);
    // `.wh..wh.` alone starts AUFS's own bookkeeping (`.wh..wh.plnk`, `.wh..wh.aufs`): no file of the image.
    else if (!name.startsWith('.wh..wh.'))
      this.#whiteouts.push(folder === '' ? name.slice(4) : `${folder}/${name.slice(4)}`);
  }

  #link(links: Map<string, string>, path: string, target: string): void {
    links.set(path, target);
    const wanted = this.#guard(() => this.#selector.byPath({ path, size: 0, mode: 0o777 }));
    if (wanted !== undefined) this.#wantedLinks.add(path);
  }

  /** A later entry of the same path replaces the earlier one. */
  #forget(path: string): void {
    if (this.#candidates.size > 0) this.#candidates.delete(path);
    if (this.#symlinks.delete(path) || this.#hardlinks.delete(path)) this.#wantedLinks.delete(path);
  }

  /** A reader that throws spoils its own file, not the image; limits of the whole image do end the scan. */
  #guard<R>(act: () => R): R | undefined {
    try {
      return act();
    } catch (error) {
      this.#rejected.push({
        at: this.#path,
        why: error instanceof AssayError ? error.detail : `cannot be read: ${String(error)}`,
      });
      this.#reader = undefined;
      this.#head = undefined;
      return undefined;
    }
  }
}

/** Reads one layer to its end. `bytes` are the uncompressed ones. */
export async function scanLayer<T>(
  bytes: AsyncIterable<Buffer>,
  scan: LayerScan<T>,
  signal: AbortSignal | undefined,
): Promise<LayerFacts<T>> {
  const reader = new TarReader(scan);
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    reader.write(chunk);
  }
  reader.end();
  return scan.facts();
}

/** The value of a candidate that needs no second look. */
export function settledValue<T>(candidate: Candidate<T>): T | undefined {
  return isSecondLook(candidate.value) ? undefined : candidate.value;
}
