import type { ImageLimits } from './limits.ts';
import type { SecondLook } from './view.ts';

/** A folder: of one layer while that is read, of the image once layers are merged. */
export interface Folder<T> {
  readonly kind: 'folder';
  readonly names: Map<string, Node<T>>;
  /** Whether the layer has an entry for the folder itself, or removes what was at its name: it then replaces a link of lower layers instead of going through it. */
  isNamed: boolean;
  /** Whether what lower layers have in it is hidden. */
  isOpaque: boolean;
}

/** A file that the selector wanted. */
export interface WantedFile<T> {
  readonly kind: 'file';
  readonly layer: number;
  readonly size: number;
  /** Number of the entry in its layer: a path may occur twice, and the second look must find the same one. */
  readonly entry: number;
  /** What its reader made of it. */
  readonly answer: { readonly value: T | SecondLook<T> } | { readonly why: string };
}

/** Another name for a wanted file of the same layer. */
export interface Alias<T> {
  readonly kind: 'alias';
  readonly file: WantedFile<T>;
  /** The file's path in its layer. */
  readonly target: string;
  /** Whether the selector wants it under this name too. */
  readonly isWanted: boolean;
}

/** A wanted hard link to a file that was not read: the second look does. `layer` and `target` say where the bytes are, once known. */
export interface HardLink {
  readonly kind: 'hardlink';
  target: string;
  layer: number | undefined;
}

export interface SymbolicLink {
  readonly kind: 'symlink';
  /** As written. */
  readonly target: string;
  readonly isWanted: boolean;
}

/** A file, device or pipe nobody wants; it hides what lower layers have there. */
export interface Plain {
  readonly kind: 'plain';
  readonly layer: number;
}

/** Where a whiteout removed what lower layers have. */
export interface Gone {
  readonly kind: 'gone';
}

/**
 * What is at a name. To stay small, the lowest layer keeps only what is wanted, links, and the folders that lead to them:
 * a missing name may be a plain file or folder of the lowest layer, unless a folder above it is opaque.
 */
export type Node<T> = Folder<T> | WantedFile<T> | Alias<T> | HardLink | SymbolicLink | Plain | Gone;

const maxHops = 40;

export function emptyFolder<T>(settings: { isNamed?: boolean; isOpaque?: boolean } = {}): Folder<T> {
  return { kind: 'folder', names: new Map(), isNamed: settings.isNamed ?? false, isOpaque: settings.isOpaque ?? false };
}

/** Whether a folder is there for whiteouts alone: it makes nothing, so it replaces no file. */
export function isBare<T>(folder: Folder<T>): boolean {
  return (
    !folder.isNamed &&
    [...folder.names.values()].every((node) => node.kind === 'gone' || (node.kind === 'folder' && isBare(node)))
  );
}

/** A folder found by path. */
export interface Place<T> {
  /** The real path: no links left in it. */
  readonly path: string;
  /** Absent where the tree does not know the folder: only the lowest layer can have it. */
  readonly folder: Folder<T> | undefined;
  /** Whether nothing of the lowest layer shows there. */
  readonly isOpaque: boolean;
}

interface Step<T> {
  readonly name: string;
  readonly folder: Folder<T> | undefined;
  readonly isOpaque: boolean;
}

/**
 * Follows a path through folders and links, `..` at the root staying at the root, as for a process inside the image.
 * `create` makes what is missing. `undefined` when something that is no folder stands in the way.
 */
export function findFolder<T>(
  root: Folder<T>,
  path: string,
  limits: ImageLimits,
  create = false,
): Place<T> | 'loop' | undefined {
  const steps: Step<T>[] = [{ name: '', folder: root, isOpaque: root.isOpaque }];
  const todo = path.split('/').reverse();
  let hops = 0;
  limits.walk(todo.length);
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (steps.length > 1) steps.pop();
      continue;
    }
    const at = steps.at(-1);
    const node = at?.folder?.names.get(name);
    if (node?.kind === 'symlink') {
      if (++hops > maxHops) return 'loop';
      if (node.target.startsWith('/')) steps.length = 1;
      const more = node.target.split('/');
      limits.walk(more.length);
      todo.push(...more.reverse());
      continue;
    }
    const folder = node?.kind === 'folder' ? node : create ? addFolder(at?.folder, name, limits) : undefined;
    if (folder === undefined && node !== undefined) return undefined;
    steps.push({ name, folder, isOpaque: at?.isOpaque === true || folder?.isOpaque === true });
  }
  const end = steps.at(-1);
  const names = steps.slice(1).map((step) => step.name);
  return { path: names.join('/'), folder: end?.folder, isOpaque: end?.isOpaque === true };
}

/** A new folder; where it takes the place of something of the same layer, that has hidden what is below. */
function addFolder<T>(parent: Folder<T> | undefined, name: string, limits: ImageLimits): Folder<T> {
  limits.addEntry();
  limits.keepName(name.length);
  const replaces = parent?.names.has(name) === true;
  const folder = emptyFolder<T>({ isNamed: replaces, isOpaque: replaces });
  parent?.names.set(name, folder);
  return folder;
}

/** Where the bytes behind a path are. `read`: in a layer, not yet read; in the lowest one only if it has the path at all. */
export type Resolved<T> =
  | { readonly kind: 'file'; readonly file: WantedFile<T> }
  | { readonly kind: 'read'; readonly path: string; readonly layer: number };

/** Follows all links of a path to a file. `undefined` when no file is there. */
export function resolveFile<T>(root: Folder<T>, path: string, limits: ImageLimits): Resolved<T> | 'loop' | undefined {
  let at = path;
  for (let hops = 0; hops <= maxHops; hops++) {
    const { folder: above, name } = splitPath(at);
    const place = findFolder(root, above, limits);
    if (place === undefined || place === 'loop') return place;
    const inPlace = place.path === '' ? name : `${place.path}/${name}`;
    const node = place.folder?.names.get(name);
    if (node === undefined) return place.isOpaque ? undefined : { kind: 'read', path: inPlace, layer: 0 };
    if (node.kind === 'file') return { kind: 'file', file: node };
    if (node.kind === 'alias') return { kind: 'file', file: node.file };
    if (node.kind === 'plain') return { kind: 'read', path: inPlace, layer: node.layer };
    if (node.kind === 'hardlink') return { kind: 'read', path: node.target, layer: node.layer ?? 0 };
    if (node.kind !== 'symlink') return undefined;
    at = node.target.startsWith('/') ? node.target : `${place.path}/${node.target}`;
  }
  return 'loop';
}

/** The folder and the last segment of a path. A path that ends in `/` or `..` names a folder: its last segment matches nothing. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { folder: '', name: path } : { folder: path.slice(0, slash), name: path.slice(slash + 1) };
}
