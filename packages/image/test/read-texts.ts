import type { Rejected } from '@assay/contract';
import { type FileReader, type FileSelector, type FileView, readImage } from '@assay/image';
import { type LayerEntry, layeredImage, layerTar } from '@assay/testkit';

/** Reads files whole, as text. */
export function textReader(): FileReader<string> {
  const chunks: Uint8Array[] = [];
  return { write: (chunk) => void chunks.push(chunk), end: () => Buffer.concat(chunks).toString() };
}

/** Wants the files whose path fits. */
export function textsOf(fits: (path: string) => boolean): FileSelector<string> {
  return { byPath: ({ path }) => (fits(path) ? textReader() : undefined), byHead: () => undefined };
}

export const allTexts: FileSelector<string> = textsOf(() => true);

/** Path to content of all that was read. */
export function asObject(view: FileView<string>): Record<string, string> {
  return Object.fromEntries(view.files.map(({ path, value }) => [path, value]));
}

export interface Seen {
  readonly files: Record<string, string>;
  readonly rejected: readonly Rejected[];
}

/** What an image of these layers, lowest first, shows. */
export async function show(
  layers: readonly (readonly LayerEntry[])[],
  selector: FileSelector<string> = allTexts,
): Promise<Seen> {
  const image = layeredImage(layers.map((entries) => layerTar(entries)));
  const view = await readImage(image.source, image.layers, selector, { diffIds: image.diffIds });
  return { files: asObject(view), rejected: view.rejected };
}
