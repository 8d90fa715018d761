import type { Inventory, Package, Rejected, Subject } from '@assay/contract';
import type { FileView, SelectedFile } from '@assay/image';
import type { Find } from './catalogue-files.ts';
import type { CatalogueContext, Catalogued, Cataloguer, TargetKind } from './cataloguer.ts';
import { cataloguers } from './cataloguers.ts';
import { findDistro, findPointRelease, osRelease } from './os-release/cataloguer.ts';
import type { OsRelease } from './os-release/parse-os-release.ts';

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
  const context = contextOf(kind, byCataloguer.get(osRelease.id) ?? []);
  const { distro } = context;
  const packages: Package[] = [];
  for (const cataloguer of choices) {
    const files = byCataloguer.get(cataloguer.id);
    if (files === undefined) continue;
    const answer = catalogue(cataloguer, files, context);
    packages.push(...answer.packages);
    rejected.push(...answer.rejected);
  }
  packages.sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0));
  return { subject, ...(distro === undefined ? {} : { distro }), packages, rejected, tools: [] };
}

function contextOf(targetKind: TargetKind, files: readonly SelectedFile<unknown>[]): CatalogueContext {
  // The registry gives each cataloguer only what its own readers made.
  const releases = files as readonly SelectedFile<OsRelease>[];
  const distro = findDistro(releases);
  const pointRelease = findPointRelease(releases);
  return {
    targetKind,
    ...(distro === undefined ? {} : { distro }),
    ...(pointRelease === undefined ? {} : { pointRelease }),
  };
}

function catalogue(
  cataloguer: Cataloguer,
  files: readonly SelectedFile<unknown>[],
  context: CatalogueContext,
): Catalogued {
  try {
    return cataloguer.packages(files, context);
  } catch (error) {
    // A defect of one cataloguer must not hide what the others found, nor pass in silence.
    const why = `the ${cataloguer.id} cataloguer failed: ${error instanceof Error ? error.message : String(error)}`;
    return { packages: [], rejected: files.map(({ path }) => ({ at: path, why })) };
  }
}
