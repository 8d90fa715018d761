import { AssayError } from '@assay/contract';

/** A numeric owner, as the layer's tar says it. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One thing in a layer. Modes are the permission bits; bits that lend another user's rights are not kept. */
export type TreeEntry =
  | { readonly type: 'file'; readonly content: Uint8Array; readonly mode: number; readonly owner?: Owner }
  | { readonly type: 'folder'; readonly mode: number; readonly owner?: Owner }
  | { readonly type: 'link'; readonly target: string; readonly owner?: Owner };

/** What a layer holds, by path from the root without a leading slash. Folders on the way need not be there. */
export type FileTree = ReadonlyMap<string, TreeEntry>;

/** A file that everybody may read; `0o755` for programs. */
export function file(content: string | Uint8Array, mode = 0o644): TreeEntry {
  return { type: 'file', content: typeof content === 'string' ? Buffer.from(content) : content, mode };
}

export function folder(mode = 0o755, owner?: Owner): TreeEntry {
  return { type: 'folder', mode, ...(owner && { owner }) };
}

export function link(target: string): TreeEntry {
  return { type: 'link', target };
}

/**
 * One tree of many, later ones over earlier ones. Throws IMAGE_INPUT_INVALID where a folder of one is a file or a link of another: a layer
 * that hides half a package is a mistake.
 */
export function mergeTrees(trees: readonly FileTree[]): FileTree {
  const merged = new Map<string, TreeEntry>();
  for (const tree of trees) {
    for (const [path, entry] of tree) {
      const before = merged.get(path);
      if (before !== undefined && (before.type === 'folder') !== (entry.type === 'folder'))
        throw new AssayError('IMAGE_INPUT_INVALID', `${path} is a folder in one part of the image and not in another`);
      merged.set(path, entry);
    }
  }
  return merged;
}

/** The tree with every folder on the way to its entries, in byte order of the paths. Throws IMAGE_INPUT_INVALID for a path that leaves the root. */
export function complete(tree: FileTree): readonly (readonly [string, TreeEntry])[] {
  const all = new Map<string, TreeEntry>();
  for (const [path, entry] of tree) {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..'))
      throw new AssayError('IMAGE_INPUT_INVALID', `${JSON.stringify(path)} is not a path from the root of an image`);
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join('/');
      if (!tree.has(parent)) all.set(parent, folder());
      else if (tree.get(parent)?.type !== 'folder')
        throw new AssayError('IMAGE_INPUT_INVALID', `${path} lies in ${parent}, which is not a folder`);
    }
    all.set(path, entry);
  }
  return [...all].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
