import type { Inventory } from '@assay/contract';
import type { SelectedFile } from '@assay/image';
import { catalogueFiles, type Find } from '../src/catalogue-files.ts';
import type { Cataloguer, TargetKind } from '../src/cataloguer.ts';
import { toInventory } from '../src/to-inventory.ts';

/** What one cataloguer finds in files given by path and text, as if they were an image or a folder. */
export function catalogueTexts(
  cataloguer: Cataloguer,
  kind: TargetKind,
  texts: Readonly<Record<string, string | Uint8Array>>,
): Inventory {
  const selector = catalogueFiles(kind, [cataloguer]);
  const files: SelectedFile<readonly Find[]>[] = [];
  for (const [path, text] of Object.entries(texts)) {
    const bytes = Buffer.from(text);
    const reader = selector.byPath({ path, size: bytes.length, mode: 0o644 });
    reader?.write(bytes);
    const value = reader?.end();
    if (value !== undefined && !('ranges' in value)) files.push({ path, size: bytes.length, value });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return toInventory({ files, rejected: [], entries: files.length }, { kind, name: 'test' }, kind, [cataloguer]);
}
