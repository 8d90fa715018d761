import type { Digest, Inventory } from '@assay/contract';
import { isSecondLook, type SelectedFile } from '@assay/image';
import { catalogueFiles, type Find } from '../src/catalogue-files.ts';
import type { Cataloguer, TargetKind } from '../src/cataloguer.ts';
import { toInventory } from '../src/to-inventory.ts';

export interface ReadFilesOptions {
  readonly kind?: TargetKind;
  /** Bytes of the pieces that a file streams by in; all at once when absent. */
  readonly chunk?: number;
  readonly layer?: Digest;
}

/** The inventory of files at hand, by path; read as from a layer, with a second look where one is wished for. */
export function inventoryOf(
  files: Readonly<Record<string, Uint8Array | string>>,
  choices: readonly Cataloguer[],
  { kind = 'image', chunk = Number.POSITIVE_INFINITY, layer }: ReadFilesOptions = {},
): Inventory {
  const selected: SelectedFile<readonly Find[]>[] = [];
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const value = findsOf(path, bytes, choices, kind, chunk);
    if (value !== undefined)
      selected.push({ path, size: bytes.length, value, ...(layer === undefined ? {} : { layer }) });
  }
  const view = { files: selected.sort((a, b) => (a.path < b.path ? -1 : 1)), rejected: [], entries: selected.length };
  return toInventory(view, { kind, name: 'test' }, kind, choices);
}

function findsOf(
  path: string,
  bytes: Buffer,
  choices: readonly Cataloguer[],
  kind: TargetKind,
  chunk: number,
): readonly Find[] | undefined {
  const selector = catalogueFiles(kind, choices);
  const file = { path, size: bytes.length, mode: 0o644 };
  const reader = selector.byPath(file) ?? selector.byHead(file, bytes.subarray(0, 4096));
  if (reader === undefined) return undefined;
  for (let at = 0; at < bytes.length; at += chunk) reader.write(bytes.subarray(at, Math.min(bytes.length, at + chunk)));
  const answer = reader.end();
  if (!isSecondLook(answer)) return answer;
  return answer.then(answer.ranges.map(({ offset, length }) => Buffer.from(bytes.subarray(offset, offset + length))));
}
