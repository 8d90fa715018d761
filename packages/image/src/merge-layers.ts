import {
  emptyFolder,
  type Folder,
  findFolder,
  type HardLink,
  isBare,
  resolveFile,
  type WantedFile,
} from './layer-tree.ts';
import type { ImageLimits } from './limits.ts';
import type { LayerFacts } from './scan-layer.ts';

/** A wanted file of the finished image, under one of its names. */
export interface Visible<T> {
  readonly path: string;
  readonly file: WantedFile<T>;
}

/** A wanted name whose bytes were not read under their own name: the second look reads them. */
export interface LinkToRead {
  /** Path the selector asks for. */
  readonly path: string;
  /** Where the bytes are; in the lowest layer (0) only if it has the path at all. */
  readonly target: string;
  readonly layer: number;
  /** It is one of the places that the selector named: perhaps there is no such file at all. */
  readonly isPlace?: true;
}

export interface MergedLayers<T> {
  readonly visible: readonly Visible<T>[];
  readonly linksToRead: readonly LinkToRead[];
  /** Wanted links that lead in a circle. */
  readonly loops: readonly string[];
}

/**
 * Puts the layers on top of each other, lowest first, and tells what is visible in the end. `places` are paths wanted wherever links of folders lead.
 * Source: OCI image-spec, layer.md "Applying changesets", "Whiteouts"; for entries below a link of a lower layer what container runtimes do:
 * they go through the link, unless the layer has an entry for the folder itself.
 */
export function mergeLayers<T>(
  layers: readonly LayerFacts<T>[],
  limits: ImageLimits,
  places: readonly string[] = [],
): MergedLayers<T> {
  const root = layers[0]?.root ?? emptyFolder<T>();
  const merge = new Merge(root, limits);
  for (const [index, { root: upper, openLinks }] of layers.entries()) {
    if (index > 0) {
      merge.remove(root, upper, '');
      merge.add(root, upper, '');
    }
    for (const link of openLinks) settle(root, link, limits);
  }
  const gathering = new Gathering(root, limits);
  gathering.folder(root, '');
  return gathering.finish(places);
}

/** Finds what a hard link means at the moment its layer lies on top: the file may be replaced later, the link keeps the bytes. */
function settle<T>(root: Folder<T>, link: HardLink, limits: ImageLimits): void {
  const found = resolveFile(root, link.target, limits);
  if (found === undefined || found === 'loop') return;
  link.layer = found.kind === 'file' ? found.file.layer : found.layer;
  if (found.kind === 'read') link.target = found.path;
}

/** Lays the tree of one layer over the image below it: first what it removes, since that reaches lower layers only, then what it adds. */
class Merge<T> {
  readonly #root: Folder<T>;
  readonly #limits: ImageLimits;

  constructor(root: Folder<T>, limits: ImageLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  remove(lower: Folder<T>, upper: Folder<T>, path: string): void {
    if (upper.isOpaque) {
      lower.names.clear();
      lower.isOpaque = true;
      return;
    }
    for (const [name, node] of upper.names) {
      if (node.kind === 'gone') lower.names.set(name, node);
      if (node.kind !== 'folder') continue;
      const below = lower.names.get(name);
      if (below?.kind === 'folder') this.remove(below, node, `${path}${name}/`);
      else if (below?.kind === 'symlink' && !node.isNamed) {
        const place = findFolder(this.#root, `${path}${name}`, this.#limits);
        if (place !== undefined && place !== 'loop' && place.folder !== undefined)
          this.remove(place.folder, node, `${place.path}/`);
      }
    }
  }

  add(lower: Folder<T>, upper: Folder<T>, path: string): void {
    for (const [name, node] of upper.names) {
      if (node.kind === 'gone') continue;
      const below = lower.names.get(name);
      if (node.kind !== 'folder') lower.names.set(name, node);
      else if (below?.kind === 'folder') this.add(below, node, `${path}${name}/`);
      else if (below?.kind === 'symlink' && !node.isNamed) this.#addThroughLink(lower, name, node, path);
      else if (below === undefined) lower.names.set(name, node);
      else if (!isBare(node)) replace(lower, name, node);
    }
  }

  #addThroughLink(lower: Folder<T>, name: string, node: Folder<T>, path: string): void {
    if (isBare(node)) return;
    const place = findFolder(this.#root, `${path}${name}`, this.#limits, true);
    if (place === undefined || place === 'loop' || place.folder === undefined) replace(lower, name, node);
    else this.add(place.folder, node, `${place.path}/`);
  }
}

/** Puts a folder where something else was: what lower layers had there shows no more. */
function replace<T>(lower: Folder<T>, name: string, node: Folder<T>): void {
  node.isOpaque = true;
  lower.names.set(name, node);
}

/** Walks the finished image. */
class Gathering<T> {
  readonly #root: Folder<T>;
  readonly #limits: ImageLimits;
  readonly #visible: Visible<T>[] = [];
  readonly #shown = new Set<WantedFile<T>>();
  readonly #otherNames: Visible<T>[] = [];
  readonly #linksToRead: LinkToRead[] = [];
  readonly #symlinks: string[] = [];

  constructor(root: Folder<T>, limits: ImageLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  folder(folder: Folder<T>, above: string): void {
    for (const [name, node] of folder.names) {
      const path = `${above}${name}`;
      if (node.kind === 'folder') this.folder(node, `${path}/`);
      else if (node.kind === 'file') this.#show(path, node);
      else if (node.kind === 'symlink' && node.isWanted) this.#symlinks.push(path);
      else if (node.kind === 'hardlink' && node.layer !== undefined)
        this.#linksToRead.push({ path, target: node.target, layer: node.layer });
      else if (node.kind === 'alias') {
        // What is read of a file can depend on its name; of the same last name one reading is enough.
        if (!node.isWanted) this.#otherNames.push({ path, file: node.file });
        else if (baseName(path) === baseName(node.target)) this.#show(path, node.file);
        else this.#linksToRead.push({ path, target: node.target, layer: node.file.layer });
      }
    }
  }

  finish(places: readonly string[]): MergedLayers<T> {
    // A file whose own name is gone lives on under another.
    this.#otherNames.sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const { path, file } of this.#otherNames) if (!this.#shown.has(file)) this.#show(path, file);
    const loops: string[] = [];
    const known = new Set(this.#symlinks);
    for (const path of this.#symlinks) {
      const found = resolveFile(this.#root, path, this.#limits);
      if (found === 'loop') loops.push(path);
      // Through a symbolic link a file is the same file: once under its real name is enough.
      else if (found?.kind === 'read') this.#linksToRead.push({ path, target: found.path, layer: found.layer });
    }
    for (const path of places) {
      const found = known.has(path) ? undefined : resolveFile(this.#root, path, this.#limits);
      if (found !== 'loop' && found?.kind === 'read' && found.path !== path)
        this.#linksToRead.push({ path, target: found.path, layer: found.layer, isPlace: true });
    }
    return { visible: this.#visible, linksToRead: this.#linksToRead, loops };
  }

  #show(path: string, file: WantedFile<T>): void {
    this.#shown.add(file);
    this.#visible.push({ path, file });
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
