/** More folders in one another than this no resolution looks through. */
const maxAncestors = 100;
/** Longer paths are not looked along: file systems hardly take them. */
const maxPath = 1024;
/** Looks for all packages together: real ones need some twenty each; a hostile lock would take a hundred for every few bytes. */
const looksAtLeast = 100_000;
const looksPerPackage = 50;

/**
 * Finds the folder of a package that another one needs: in the folder's own node_modules, then in that of each folder around it.
 * After more looks than real packages need it finds nothing more. Source: nodejs.org, "Loading from node_modules folders".
 */
export class FolderSearch {
  readonly #exists: (folder: string) => string | undefined;
  #left: number;

  /** `exists` gives the folder that is meant, another one for a link. */
  constructor(packages: number, exists: (folder: string) => string | undefined) {
    this.#left = looksAtLeast + looksPerPackage * packages;
    this.#exists = exists;
  }

  find(from: string, name: string): string | undefined {
    if (from.length > maxPath || name.length > maxPath) return undefined;
    let folder = from;
    for (let i = 0; i < maxAncestors && this.#left > 0; i++) {
      if (folder !== 'node_modules' && !folder.endsWith('/node_modules')) {
        this.#left--;
        const found = this.#exists(folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`);
        if (found !== undefined) return found;
      }
      if (folder === '') return undefined;
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    }
    return undefined;
  }
}
