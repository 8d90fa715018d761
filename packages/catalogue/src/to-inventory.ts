import type { Distro, Inventory, Package, Rejected, Subject } from '@assay/contract';
import type { FileView, SelectedFile } from '@assay/image';
import type { Find } from './catalogue-files.ts';
import type { Catalogued, Cataloguer, TargetKind } from './cataloguer.ts';
import { cataloguers } from './cataloguers.ts';

/** Everything that the files of an image or folder tell. Packages are sorted by ref, so that equal images give equal inventories. */
export function toInventory(
  view: FileView<readonly Find[]>,
  subject: Subject,
  kind: TargetKind,
  choices: readonly Cataloguer[] = cataloguers,
): Inventory {
  const rejected: Rejected[] = [...view.rejected];
  const byCataloguer = new Map<string, SelectedFile<unknown>[]>();
  for (const file of view.files) {
    for (const find of file.value) {
      if ('why' in find) rejected.push({ at: file.path, why: find.why });
      else {
        const files = byCataloguer.get(find.cataloguer) ?? [];
        files.push({ ...file, value: find.value });
        byCataloguer.set(find.cataloguer, files);
      }
    }
  }
  const distro = undefined as Distro | undefined; // os-release comes next
  const packages: Package[] = [];
  for (const cataloguer of choices) {
    const files = byCataloguer.get(cataloguer.id);
    if (files === undefined) continue;
    const answer = catalogue(cataloguer, files, kind, distro);
    packages.push(...answer.packages);
    rejected.push(...answer.rejected);
  }
  packages.sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0));
  return { subject, ...(distro === undefined ? {} : { distro }), packages, rejected, tools: [] };
}

function catalogue(
  cataloguer: Cataloguer,
  files: readonly SelectedFile<unknown>[],
  targetKind: TargetKind,
  distro: Distro | undefined,
): Catalogued {
  return cataloguer.packages(files, { targetKind, ...(distro === undefined ? {} : { distro }) });
}
