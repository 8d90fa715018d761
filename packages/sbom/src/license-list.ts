import { createRequire } from 'node:module';
import type { fixupSpdxId, isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX';

interface LicenseList {
  readonly fixupSpdxId: typeof fixupSpdxId;
  readonly isSupportedSpdxId: typeof isSupportedSpdxId;
}

let list: LicenseList | undefined;

/** The list is read at first use: most readers never ask. The library is CommonJS. */
function licenseList(): LicenseList {
  list ??= createRequire(import.meta.url)('@cyclonedx/cyclonedx-library/SPDX') as LicenseList;
  return list;
}

/** Whether the text is an id of the SPDX licence list, letter by letter. */
export function isListedId(id: string): boolean {
  return licenseList().isSupportedSpdxId(id);
}

/** The id of the SPDX licence list that is the text but for letter case. Source: SPDX 2.3, Annex D.2. */
export function findListedId(text: string): string | undefined {
  return licenseList().fixupSpdxId(text);
}
