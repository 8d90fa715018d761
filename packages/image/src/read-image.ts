import { availableParallelism } from 'node:os';
import { AssayError, type Digest, type Rejected } from '@assay/contract';
import type { ContentSource, Descriptor } from '@assay/oci';
import type { WantedFile } from './layer-tree.ts';
import { ImageLimits } from './limits.ts';
import { type MergedLayers, mergeLayers } from './merge-layers.ts';
import { readLayer } from './read-layer.ts';
import { type LayerFacts, LayerScan } from './scan-layer.ts';
import { type SecondRead, secondPass } from './second-look.ts';
import { TarReader } from './tar-stream.ts';
import { type FileSelector, type FileView, isSecondLook, type SelectedFile } from './view.ts';

/** How far the reading is, in compressed bytes. */
export interface LayerProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly layersDone: number;
  readonly layers: number;
}

export interface ReadImageOptions {
  readonly signal?: AbortSignal;
  /** Called after every piece read. */
  readonly onProgress?: (progress: LayerProgress) => void;
  /** Layers read side by side; default one per processor, at least 2: decompression has its own threads. */
  readonly concurrency?: number;
  /**
   * Digests of the uncompressed layers, lowest first, to be verified as well. The layers' own digests always are, and name the same bytes:
   * this only finds images that were built wrong and that no container runtime would start.
   */
  readonly diffIds?: readonly Digest[];
}

/**
 * Streams the layers of an image once and gives the files that the selector wanted and that are visible in the finished image;
 * a layer is read once more only for parts that turned out to matter late. Nothing is written to disk. The source is not closed.
 * Throws LAYER_INVALID, LAYER_UNSUPPORTED, LIMIT_EXCEEDED, CONTENT_MISMATCH, CONTENT_TRUNCATED, and what the source throws.
 */
export async function readImage<T>(
  source: ContentSource,
  layers: readonly Descriptor[],
  selector: FileSelector<T>,
  options: ReadImageOptions = {},
): Promise<FileView<T>> {
  if (layers.length === 0) {
    throw new AssayError('MANIFEST_INVALID', `${source.name} has no layers: there is nothing to scan`, {
      hint: 'Build an image with content; attached artifacts are not images.',
    });
  }
  const compressed = layers.reduce((sum, layer) => sum + layer.size, 0);
  const limits = new ImageLimits(compressed);
  const facts = await scanLayers(source, layers, selector, limits, compressed, options);
  const view = new View(layers, selector);
  view.add(mergeLayers(facts, limits, selector.places));
  // Nobody can make us read more, only read again what was within the limits.
  const again = new ImageLimits(compressed);
  for (const { layer, reads } of view.openReads()) {
    const reading = { signal: options.signal ?? new AbortController().signal };
    await readLayer(source, layer, secondPass(reads), again, reading);
  }
  return view.finish(facts);
}

async function scanLayers<T>(
  source: ContentSource,
  layers: readonly Descriptor[],
  selector: FileSelector<T>,
  limits: ImageLimits,
  totalBytes: number,
  options: ReadImageOptions,
): Promise<LayerFacts<T>[]> {
  const results: LayerFacts<T>[] = [];
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  let bytes = 0;
  let layersDone = 0;
  const report = (): void => options.onProgress?.({ bytes, totalBytes, layersDone, layers: layers.length });
  // The largest layer first: the others fit beside it.
  const queue = layers.map((layer, index) => ({ layer, index })).sort((a, b) => b.layer.size - a.layer.size);
  const onRead = (read: number): void => {
    bytes += read;
    report();
  };
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      signal.throwIfAborted();
      const { layer, index } = next;
      const scan = new LayerScan(selector, index, limits);
      const diffId = options.diffIds?.[index];
      await readLayer(source, layer, new TarReader(scan), limits, {
        signal,
        onRead,
        ...(diffId !== undefined && { diffId }),
      });
      results[index] = scan.facts();
      layersDone++;
      report();
    }
  };
  const workers = Math.min(layers.length, options.concurrency ?? Math.max(2, availableParallelism()));
  const running = Array.from({ length: workers }, () =>
    work().catch((error: unknown) => {
      stop.abort(error); // the first failure ends the others
      throw error;
    }),
  );
  await Promise.allSettled(running);
  if (stop.signal.aborted) throw stop.signal.reason;
  return results;
}

/** Gathers values by path: those known at once, and those a second look gives. */
class View<T> {
  readonly #layers: readonly Descriptor[];
  readonly #selector: FileSelector<T>;
  readonly #files = new Map<string, SelectedFile<T>>();
  readonly #rejected: Rejected[] = [];
  readonly #reads: SecondRead<T>[][];

  constructor(layers: readonly Descriptor[], selector: FileSelector<T>) {
    this.#layers = layers;
    this.#selector = selector;
    this.#reads = layers.map(() => []);
  }

  add(merged: MergedLayers<T>): void {
    const names = new Map<WantedFile<T>, string[]>();
    for (const { path, file } of merged.visible) {
      const paths = names.get(file);
      if (paths === undefined) names.set(file, [path]);
      else paths.push(path);
    }
    for (const [file, paths] of names) this.#addFile(file, paths);
    for (const { path, target, layer, isPlace } of merged.linksToRead) {
      // A file that is wanted under its real name as well would have been read: then it is not there.
      if (isPlace && this.#selector.byPath({ path: target, size: 0, mode: 0o644 }) !== undefined) continue;
      this.#reads[layer]?.push({
        what: { path: target, open: (size, mode) => this.#selector.byPath({ path, size, mode }) },
        done: (value, size) => this.#keep([path], layer, size, value),
        failed: (why) => this.#reject([path], why),
      });
    }
    this.#reject(merged.loops, 'its links lead in a circle, or through more than 40 of them');
  }

  openReads(): readonly { readonly layer: Descriptor; readonly reads: readonly SecondRead<T>[] }[] {
    return this.#layers
      .map((layer, index) => ({ layer, reads: this.#reads[index] ?? [] }))
      .filter(({ reads }) => reads.length > 0);
  }

  finish(facts: readonly LayerFacts<T>[]): FileView<T> {
    return {
      files: [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
      rejected: [...facts.flatMap((layer) => layer.rejected), ...this.#rejected],
      entries: facts.reduce((sum, layer) => sum + layer.entries, 0),
    };
  }

  #addFile(file: WantedFile<T>, paths: readonly string[]): void {
    const { answer } = file;
    if ('why' in answer) this.#reject(paths, answer.why);
    else if (isSecondLook(answer.value)) {
      this.#reads[file.layer]?.push({
        what: { entry: file.entry, look: answer.value },
        done: (value) => this.#keep(paths, file.layer, file.size, value),
        failed: (why) => this.#reject(paths, why),
      });
    } else this.#keep(paths, file.layer, file.size, answer.value);
  }

  #keep(paths: readonly string[], layer: number, size: number, value: T | undefined): void {
    const digest = this.#layers[layer]?.digest;
    for (const path of paths) {
      // Of a path that stands twice in its layer the last one counts, be it without a value.
      this.#files.delete(path);
      if (value !== undefined)
        this.#files.set(path, { path, size, value, ...(digest === undefined ? {} : { layer: digest }) });
    }
  }

  #reject(paths: readonly string[], why: string): void {
    for (const at of paths) this.#rejected.push({ at, why });
  }
}
