import type { SelectedFile } from '@assay/image';
import type { Catalogued, Cataloguer } from '../cataloguer.ts';
import { executableReader, isExecutable } from '../executable/executable-reader.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { planAuditData } from './find-audit-data.ts';

const id = 'rust-binary';

/** Crates built into Rust programs, where cargo-auditable wrote them down. */
export const rustBinary: Cataloguer<readonly Listing[]> = {
  id,
  version: 1,
  selectByHead: (file, head) => (isExecutable(head) ? executableReader(file, planAuditData) : undefined),
  packages,
};

function packages(found: readonly SelectedFile<readonly Listing[]>[]): Catalogued {
  return toPackages(
    id,
    found.map(({ path, layer, value }) => ({
      path,
      ...(layer === undefined ? {} : { layer }),
      value: together(value),
    })),
  );
}

/** The lists of a file with programs for several processors; each keeps its keys to itself. */
function together(listings: readonly Listing[]): Listing {
  const prefixed = listings.map(({ packages }, index) =>
    packages.map((one) => ({
      ...one,
      key: `${index}.${one.key}`,
      dependsOn: (one.dependsOn ?? []).map((key) => `${index}.${key}`),
    })),
  );
  return { packages: prefixed.flat(), rejected: listings.flatMap(({ rejected }) => rejected) };
}
