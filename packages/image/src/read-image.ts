import { availableParallelism } from 'node:os';
import { AssayError, type Rejected } from '@assay/contract';
import { type ContentSource, type Descriptor, verified } from '@assay/oci';
import { decompressed } from './decompress.ts';
import { type MergedLayers, mergeLayers } from './merge-layers.ts';
import { allowedEntries, type LayerFacts, LayerScan, scanLayer, settledValue } from './scan-layer.ts';
import { lookAgain, type SecondRead } from './second-look.ts';
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
}

/**
 * Streams the layers of an image once and gives the files that the selector wanted and that are visible in the finished image.
 * Nothing is written to disk. Throws LAYER_INVALID, LAYER_UNSUPPORTED, LIMIT_EXCEEDED, CONTENT_MISMATCH, and what the source throws.
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
  const facts = await scanAll(source, layers, selector, options);
  const merged = mergeLayers(facts);
  const values = new Map<string, SelectedFile<T>>();
  const reads = layers.map((): SecondRead<T>[] => []);
  plan(merged, layers, selector, values, reads);
  const rejected: Rejected[] = [...facts.flatMap((layer) => layer.rejected), ...merged.rejected];
  for (const [index, wanted] of reads.entries()) {
    const layer = layers[index];
    if (layer === undefined || wanted.length === 0) continue;
    rejected.push(...(await lookAgain(layerBytes(source, layer, options.signal), wanted, options.signal)));
  }
  const files = [...values.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, rejected, entries: facts.reduce((sum, layer) => sum + layer.entries, 0) };
}

/** Fills `values` with what is known, `reads` with what must be read again. */
function plan<T>(
  merged: MergedLayers<T>,
  layers: readonly Descriptor[],
  selector: FileSelector<T>,
  values: Map<string, SelectedFile<T>>,
  reads: SecondRead<T>[][],
): void {
  const keep =
    (path: string, size: number, layer: number) =>
    (value: T): void => {
      const digest = layers[layer]?.digest;
      values.set(path, { path, size, value, ...(digest === undefined ? {} : { layer: digest }) });
    };
  for (const { path, layer, candidate } of merged.visible) {
    const done = keep(path, candidate.size, layer);
    const value = settledValue(candidate);
    if (value !== undefined) done(value);
    else if (isSecondLook(candidate.value)) {
      reads[layer]?.push({ by: 'entry', entry: candidate.entry, path, look: candidate.value, done });
    }
  }
  for (const { path, target, layer } of merged.linksToRead) {
    reads[layer]?.push({
      by: 'path',
      path: target,
      open: () => selector.byPath({ path, size: 0, mode: 0o644 }),
      done: keep(path, 0, layer),
    });
  }
}

async function scanAll<T>(
  source: ContentSource,
  layers: readonly Descriptor[],
  selector: FileSelector<T>,
  options: ReadImageOptions,
): Promise<LayerFacts<T>[]> {
  const results: LayerFacts<T>[] = [];
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const totalBytes = layers.reduce((sum, layer) => sum + layer.size, 0);
  let bytes = 0;
  let layersDone = 0;
  const report = (): void => options.onProgress?.({ bytes, totalBytes, layersDone, layers: layers.length });
  // The largest layer first: the others fit beside it.
  const queue = layers.map((layer, index) => ({ layer, index })).sort((a, b) => b.layer.size - a.layer.size);
  const one = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { layer, index } = next;
      const what = `layer ${layer.digest}`;
      const scan = new LayerScan(selector, { what, maxEntries: allowedEntries(layer.size), isLowest: index === 0 });
      const counted = layerBytes(source, layer, signal, (read) => {
        bytes += read;
        report();
      });
      results[index] = await scanLayer(counted, scan, signal);
      layersDone++;
      report();
    }
  };
  const workers = Math.min(layers.length, options.concurrency ?? Math.max(2, availableParallelism()));
  const running = Array.from({ length: workers }, () =>
    one().catch((error: unknown) => {
      stop.abort(error); // the first failure ends the others
      throw error;
    }),
  );
  const ended = await Promise.allSettled(running);
  if (stop.signal.aborted) throw stop.signal.reason;
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return results;
}

/** The uncompressed, verified bytes of a layer. */
async function* layerBytes(
  source: ContentSource,
  layer: Descriptor,
  signal?: AbortSignal,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const what = `layer ${layer.digest}`;
  if (/\+encrypted$/.test(layer.mediaType)) throw new AssayError('LAYER_UNSUPPORTED', `${what} is encrypted`);
  const compressed = counted(verified(source.fetch(layer, signal), layer), onRead);
  yield* decompressed(compressed, layer.size, what);
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onRead?.(chunk.length);
    yield chunk;
  }
}
