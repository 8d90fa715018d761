import type { Rejected } from '@assay/contract';
import type { Candidate, LayerFacts } from './scan-layer.ts';

/** A wanted file that is visible in the finished image. */
export interface Visible<T> {
  readonly path: string;
  /** Index of its layer, lowest 0. */
  readonly layer: number;
  readonly candidate: Candidate<T>;
}

/** A wanted link whose target was not read under its own name: the second look reads it. */
export interface LinkToRead {
  /** Path the selector asked for. */
  readonly path: string;
  /** Where the bytes are. */
  readonly target: string;
  readonly layer: number;
}

export interface MergedLayers<T> {
  readonly visible: readonly Visible<T>[];
  readonly linksToRead: readonly LinkToRead[];
  readonly rejected: readonly Rejected[];
}

const maxHops = 40;

/** What is at a path of the finished image. */
interface Owner {
  readonly layer: number;
  readonly kind: 'symlink' | 'hardlink' | 'other';
}

/** Puts the layers on top of each other. Source: OCI image-spec, layer.md "Applying changesets", "Whiteouts". */
export function mergeLayers<T>(layers: readonly LayerFacts<T>[]): MergedLayers<T> {
  const image = new Image(layers);
  const visible: Visible<T>[] = [];
  const rejected: Rejected[] = [];
  const seen = new Set<string>();
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    for (const candidate of layers[layer]?.candidates.values() ?? []) {
      if (seen.has(candidate.path) || image.isHidden(candidate.path, layer)) continue;
      seen.add(candidate.path);
      visible.push({ path: candidate.path, layer, candidate });
    }
  }
  addSurvivingHardlinks(layers, image, seen, visible);
  const linksToRead = resolveWantedLinks(layers, image, seen, visible, rejected);
  return { visible, linksToRead, rejected };
}

/** A wanted file whose own name is hidden by a higher layer lives on under a hard link of its layer. */
function addSurvivingHardlinks<T>(
  layers: readonly LayerFacts<T>[],
  image: Image<T>,
  seen: Set<string>,
  visible: Visible<T>[],
): void {
  for (const [layer, facts] of layers.entries()) {
    for (const [path, target] of facts.hardlinks) {
      const candidate = facts.candidates.get(target);
      if (candidate === undefined || seen.has(target) || seen.has(path) || image.isHidden(path, layer)) continue;
      seen.add(path);
      visible.push({ path, layer, candidate });
    }
  }
}

function resolveWantedLinks<T>(
  layers: readonly LayerFacts<T>[],
  image: Image<T>,
  seen: Set<string>,
  visible: Visible<T>[],
  rejected: Rejected[],
): LinkToRead[] {
  const linksToRead: LinkToRead[] = [];
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const facts = layers[layer];
    for (const path of facts?.wantedLinks ?? []) {
      if (seen.has(path) || image.isHidden(path, layer)) continue;
      seen.add(path);
      const end = image.resolve(path);
      if (end === 'loop') rejected.push({ at: path, why: 'its links lead in a circle or through more than 40 hops' });
      else if (end !== undefined) {
        const found = layers[end.layer]?.candidates.get(end.path);
        const symbolic = facts?.symlinks.has(path) === true;
        // Read once under its real name is enough for a symbolic link; a hard link of the same base name is a file of its own.
        if (found === undefined) linksToRead.push({ path, target: end.path, layer: end.layer });
        else if (!symbolic && baseName(path) === baseName(end.path)) visible.push({ path, layer, candidate: found });
        else if (!symbolic) linksToRead.push({ path, target: end.path, layer: end.layer });
      }
    }
  }
  return linksToRead;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Answers what hides what, and where links lead. */
class Image<T> {
  readonly #layers: readonly LayerFacts<T>[];
  readonly #whiteouts: readonly ReadonlySet<string>[];
  readonly #opaque: readonly ReadonlySet<string>[];

  constructor(layers: readonly LayerFacts<T>[]) {
    this.#layers = layers;
    this.#whiteouts = layers.map(
      (facts, layer) => new Set(facts.whiteouts.map((path) => this.#throughFolderLinks(path, layer))),
    );
    this.#opaque = layers.map((facts) => new Set(facts.opaque));
  }

  /** Whether a layer above `layer` removes or replaces the path or one of its folders. */
  isHidden(path: string, layer: number): boolean {
    for (let upper = layer + 1; upper < this.#layers.length; upper++) if (this.#hides(upper, path)) return true;
    return false;
  }

  #hides(upper: number, path: string): boolean {
    const facts = this.#layers[upper];
    const whiteouts = this.#whiteouts[upper];
    const opaque = this.#opaque[upper];
    if (facts === undefined || whiteouts === undefined || opaque === undefined) return false;
    if (facts.occupied.has(path) || facts.directories.has(path) || whiteouts.has(path)) return true;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (facts.occupied.has(folder) || whiteouts.has(folder) || opaque.has(folder)) return true;
    }
    return opaque.has('');
  }

  /** The visible owner of a path, nearest the top. */
  #owner(path: string): Owner | undefined {
    for (let layer = this.#layers.length - 1; layer >= 0; layer--) {
      const facts = this.#layers[layer];
      if (facts === undefined) continue;
      const kind = facts.symlinks.has(path) ? 'symlink' : facts.hardlinks.has(path) ? 'hardlink' : undefined;
      if (kind !== undefined) return { layer, kind };
      // The lowest layer does not list what it occupies: whatever nobody else has is looked for there.
      if (layer === 0 || facts.occupied.has(path) || facts.candidates.has(path)) return { layer, kind: 'other' };
      if (this.#hides(layer, path)) return undefined;
    }
    return undefined;
  }

  /** Where a path ends after all links, never outside the image. `undefined` when nothing is there. */
  resolve(path: string): { readonly path: string; readonly layer: number } | 'loop' | undefined {
    let at = path;
    for (let hops = 0; hops <= maxHops; hops++) {
      const through = this.#firstLink(at);
      if (through === undefined) {
        const owner = this.#owner(at);
        return owner === undefined ? undefined : { path: at, layer: owner.layer };
      }
      at = through;
    }
    return 'loop';
  }

  /** Follows the first link on the way, or `undefined` when there is none. */
  #firstLink(path: string): string | undefined {
    for (let slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
      const prefix = slash < 0 ? path : path.slice(0, slash);
      const owner = this.#owner(prefix);
      const facts = owner === undefined ? undefined : this.#layers[owner.layer];
      const rest = slash < 0 ? '' : path.slice(slash + 1);
      if (owner?.kind === 'symlink') return join(prefix, facts?.symlinks.get(prefix) ?? '', rest);
      if (owner?.kind === 'hardlink' && slash < 0) return facts?.hardlinks.get(prefix);
      if (slash < 0) return undefined;
    }
  }

  /** A whiteout below a folder that lower layers have as a symbolic link removes the file behind the link. */
  #throughFolderLinks(path: string, layer: number): string {
    const slash = path.lastIndexOf('/');
    if (slash < 0) return path;
    let folder = path.slice(0, slash);
    for (let hops = 0; hops < maxHops; hops++) {
      const next = this.#linkedFolder(folder, layer);
      if (next === undefined) break;
      folder = next;
    }
    return `${folder}${path.slice(slash)}`;
  }

  #linkedFolder(folder: string, below: number): string | undefined {
    for (let slash = folder.indexOf('/'); ; slash = folder.indexOf('/', slash + 1)) {
      const prefix = slash < 0 ? folder : folder.slice(0, slash);
      for (let lower = below - 1; lower >= 0; lower--) {
        const target = this.#layers[lower]?.symlinks.get(prefix);
        if (target !== undefined) return join(prefix, target, slash < 0 ? '' : folder.slice(slash + 1));
      }
      if (slash < 0) return undefined;
    }
  }
}

/** The path a link leads to; `..` at the root stays at the root, as for a process inside the image. */
function join(link: string, target: string, rest: string): string {
  const out = target.startsWith('/') ? [] : link.split('/').slice(0, -1);
  for (const segment of `${target}/${rest}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') out.pop();
    else out.push(segment);
  }
  return out.join('/');
}
