import { AssayError, type Rejected } from '@assay/contract';
import { cleanPath, maxPath } from './clean-path.ts';
import {
  emptyFolder,
  type Folder,
  findFolder,
  type HardLink,
  isBare,
  type Node,
  type Place,
  type Plain,
  resolveFile,
  splitPath,
} from './layer-tree.ts';
import type { ImageLimits } from './limits.ts';
import type { TarEntry, TarSink } from './tar-stream.ts';
import type { FileReader, FileSelector } from './view.ts';

/** What one layer does to the image, without its content. */
export interface LayerFacts<T> {
  readonly root: Folder<T>;
  /** Hard links to something this layer does not tell: found once the layers below are there. */
  readonly openLinks: readonly HardLink[];
  readonly rejected: readonly Rejected[];
  readonly entries: number;
}

/** Bytes of a file shown to `byHead`. */
const headSize = 64;
const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';
/** AUFS's own bookkeeping (`.wh..wh.plnk/…`, `.wh..wh.aufs`): no file of the image. */
const reservedPrefix = '.wh..wh.';

/**
 * Turns the entries of one layer into facts while they stream by. Entries count in their order, as when they are unpacked: a later one replaces an earlier one,
 * a path leads through the links before it. Whiteouts reach lower layers only, wherever in the layer they stand.
 * Source: OCI image-spec, layer.md "Applying changesets", "Whiteouts".
 */
export class LayerScan<T> implements TarSink {
  readonly #selector: FileSelector<T>;
  readonly #limits: ImageLimits;
  readonly #layer: number;
  readonly #root: Folder<T> = emptyFolder();
  /** One for all: there are as many as files. */
  readonly #plain: Plain;
  readonly #openLinks: HardLink[] = [];
  readonly #rejected: Rejected[] = [];
  #entries = 0;

  /** The folder of the entry before, as written: most entries share it. */
  #lastFolder: { readonly written: string; readonly place: Place<T> | 'loop' | undefined } | undefined;

  #path = '';
  #size = 0;
  #mode = 0;
  #reader: FileReader<T> | undefined;
  /** First bytes of a file whose fate its head decides; `undefined` once decided. */
  #head: Buffer | undefined;
  #why: string | undefined;

  /** `layer`: its index, 0 the lowest: nothing lies below that, so what it hides need not be remembered. */
  constructor(selector: FileSelector<T>, layer: number, limits: ImageLimits) {
    this.#selector = selector;
    this.#layer = layer;
    this.#plain = { kind: 'plain', layer };
    this.#limits = limits;
  }

  facts(): LayerFacts<T> {
    return { root: this.#root, openLinks: this.#openLinks, rejected: this.#rejected, entries: this.#entries };
  }

  entry(entry: TarEntry): boolean {
    this.#entries++;
    this.#limits.addEntry();
    const written = cleanPath(entry.path);
    if (written === '') return false; // the root folder itself
    const { folder, name } = splitPath(written);
    if (entry.kind === 'unknown') {
      this.#rejected.push({ at: written, why: 'a tar entry of a kind that no container runtime knows' });
      return false;
    }
    if (name.startsWith(whiteoutPrefix)) {
      if (this.#layer > 0) this.#whiteout(folder, name);
      return false;
    }
    if (folder.startsWith(whiteoutPrefix) || folder.includes(`/${whiteoutPrefix}`)) return false;
    const place = this.#placeOf(folder);
    if (place === undefined || place === 'loop') {
      this.#rejected.push({ at: written, why: 'its folder is a link that leads in a circle or to a file' });
      return false;
    }
    if (entry.kind === 'directory') this.#directory(place, name);
    else if (entry.kind === 'symlink') this.#symlink(place, name, entry.linkTarget);
    else if (entry.kind === 'hardlink') this.#hardlink(place, name, cleanPath(entry.linkTarget));
    else {
      this.#put(place, name, undefined);
      if (entry.kind === 'file') return this.#file(pathIn(place, name), entry);
    }
    return false;
  }

  content(chunk: Uint8Array): boolean {
    if (this.#head === undefined) return this.#feed(chunk);
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (head.length < headSize && head.length < this.#size) {
      this.#head = Buffer.from(head); // a copy: it is small, and a slice would keep the whole chunk
      return false;
    }
    this.#head = undefined;
    const file = { path: this.#path, size: this.#size, mode: this.#mode };
    this.#reader = this.#guard(() => this.#selector.byHead(file, head));
    return this.#feed(head);
  }

  endOfContent(): void {
    const reader = this.#reader;
    const value = reader === undefined ? undefined : this.#guard(() => reader.end());
    const why = this.#why;
    this.#reader = undefined;
    this.#head = undefined;
    this.#why = undefined;
    if (why !== undefined) this.#keep({ why });
    else if (value !== undefined) this.#keep({ value });
  }

  #feed(chunk: Uint8Array): boolean {
    const reader = this.#reader;
    if (reader === undefined) return false;
    this.#guard(() => reader.write(chunk));
    return reader.copies !== true;
  }

  #keep(answer: Extract<Node<T>, { kind: 'file' }>['answer']): void {
    const { folder, name } = splitPath(this.#path);
    const place = findFolder(this.#root, folder, this.#limits, true);
    if (place === undefined || place === 'loop') return; // it was found a moment ago
    this.#lastFolder = undefined;
    this.#put(place, name, { kind: 'file', layer: this.#layer, size: this.#size, entry: this.#entries, answer });
  }

  #file(path: string, entry: TarEntry): boolean {
    this.#path = path;
    this.#size = entry.size;
    this.#mode = entry.mode;
    this.#head = undefined;
    this.#why = undefined;
    this.#reader = this.#guard(() => this.#selector.byPath({ path, size: entry.size, mode: entry.mode }));
    if (entry.isSparse) {
      // Its bytes are there without its holes: nobody can read that. Which programs matter only their bytes could tell.
      if (this.#reader !== undefined || (entry.mode & 0o111) !== 0)
        this.#keep({ why: 'stored as a sparse file, which is not read' });
      this.#reader = undefined;
      return false;
    }
    if (this.#reader === undefined && this.#why === undefined && entry.size > 0) this.#head = Buffer.alloc(0);
    return this.#reader !== undefined || this.#head !== undefined || this.#why !== undefined;
  }

  #directory(place: Place<T>, name: string): void {
    const known = place.folder?.names.get(name);
    if (known?.kind === 'folder') known.isNamed = true;
    else if (this.#layer === 0) this.#put(place, name, undefined);
    else this.#put(place, name, emptyFolder({ isNamed: true, isOpaque: known !== undefined }));
  }

  #symlink(place: Place<T>, name: string, target: string): void {
    if (target.length > maxPath) {
      this.#rejected.push({ at: pathIn(place, name), why: 'a link with a target longer than any path' });
      this.#put(place, name, undefined);
      return;
    }
    const isWanted = this.#wantsLink(pathIn(place, name));
    this.#limits.keepName(target.length);
    this.#put(this.#made(place), name, { kind: 'symlink', target, isWanted });
  }

  #hardlink(place: Place<T>, name: string, target: string): void {
    const isWanted = this.#wantsLink(pathIn(place, name));
    const found = resolveFile(this.#root, target, this.#limits);
    if (found !== undefined && found !== 'loop' && found.kind === 'file') {
      this.#put(this.#made(place), name, { kind: 'alias', file: found.file, target, isWanted });
    } else if (!isWanted) {
      this.#put(place, name, undefined);
    } else {
      const here = found !== undefined && found !== 'loop' && found.layer === this.#layer ? found : undefined;
      const link: HardLink = { kind: 'hardlink', target: here?.path ?? target, layer: here?.layer };
      if (here === undefined) this.#openLinks.push(link);
      this.#limits.keepName(target.length);
      this.#put(this.#made(place), name, link);
    }
  }

  #wantsLink(path: string): boolean {
    this.#path = path;
    const isWanted = this.#guard(() => this.#selector.byPath({ path, size: 0, mode: 0o777 })) !== undefined;
    this.#why = undefined;
    return isWanted;
  }

  #whiteout(folder: string, name: string): void {
    if (name.startsWith(reservedPrefix) && name !== opaqueMarker) return;
    // Where the layer itself has something else than a folder, there is nothing of lower layers to remove.
    const place = findFolder(this.#root, folder, this.#limits);
    if (place === undefined || place === 'loop') return;
    const found = this.#made(place);
    if (found.folder === undefined) return;
    if (name === opaqueMarker) {
      found.folder.isOpaque = true;
      return;
    }
    const removed = name.slice(whiteoutPrefix.length);
    if (removed === '' || removed === '.' || removed === '..') return;
    const known = found.folder.names.get(removed);
    if (known === undefined || (known.kind === 'folder' && isBare(known))) this.#put(found, removed, { kind: 'gone' });
    else if (known.kind === 'folder') {
      known.isOpaque = true;
      known.isNamed = true;
    }
  }

  /** The folder of an entry. In the lowest layer it may be unknown: what nobody wants is not remembered. */
  #placeOf(folder: string): Place<T> | 'loop' | undefined {
    if (this.#lastFolder?.written === folder) return this.#lastFolder.place;
    const place = findFolder(this.#root, folder, this.#limits, this.#layer > 0);
    // A file stands where the entry needs a folder: the folder replaces it.
    const settled = place === undefined ? findFolder(this.#root, folder, this.#limits, true) : place;
    this.#lastFolder = { written: folder, place: settled };
    return settled;
  }

  #made(place: Place<T>): Place<T> {
    if (place.folder !== undefined) return place;
    this.#lastFolder = undefined;
    const made = findFolder(this.#root, place.path, this.#limits, true);
    return made === undefined || made === 'loop' ? place : made;
  }

  /** Puts a node where it belongs; `undefined` is something nobody wants. */
  #put(place: Place<T>, name: string, node: Node<T> | undefined): void {
    const names = place.folder?.names;
    if (names === undefined) return;
    const known = names.get(name);
    // The memory of the last folder may lead through what is replaced here.
    if (known?.kind === 'folder' || known?.kind === 'symlink' || node?.kind === 'symlink') this.#lastFolder = undefined;
    if (node === undefined && this.#layer === 0) {
      if (known !== undefined) names.delete(name);
      return;
    }
    if (known === undefined) this.#limits.keepName(name.length);
    names.set(name, node ?? this.#plain);
  }

  /** A reader that throws spoils its own file, not the image. */
  #guard<R>(act: () => R): R | undefined {
    try {
      return act();
    } catch (error) {
      this.#why = error instanceof AssayError ? error.detail : `cannot be read: ${String(error)}`;
      this.#reader = undefined;
      this.#head = undefined;
      return undefined;
    }
  }
}

function pathIn<T>(place: Place<T>, name: string): string {
  return place.path === '' ? name : `${place.path}/${name}`;
}
