// A plain import, so that bundles of programs that lie apart from node_modules carry the list.
import { fixupSpdxId, isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX';

/** Whether the text is an id of the SPDX licence list, letter by letter. */
export function isListedId(id: string): boolean {
  return isSupportedSpdxId(id);
}

/** The id of the SPDX licence list that is the text but for letter case. Source: SPDX 2.3, Annex D.2. */
export function findListedId(text: string): string | undefined {
  return fixupSpdxId(text);
}
