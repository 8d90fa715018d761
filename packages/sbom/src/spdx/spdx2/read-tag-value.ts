import { toList } from '../../json/value.ts';
import { Rejections } from '../rejections.ts';
import { Spdx2DocumentReader, type SpdxReadOptions, spdx2Arrays } from './document-reader.ts';
import { readVersion, type SpdxDocument, toDocument } from './read-json.ts';
import { readTagValueDocument } from './tag-value-document.ts';

/**
 * Reads SPDX 2.2 and 2.3 in tag-value. The same document in JSON gives the same answer. What is not understood is in
 * `inventory.rejected` under its line. Throws SBOM_VERSION.
 */
export function readSpdxTagValue(text: string, options: SpdxReadOptions = {}): SpdxDocument {
  const rejections = new Rejections();
  const { document, lines } = readTagValueDocument(text, rejections);
  const version = readVersion(document);
  const reader = new Spdx2DocumentReader(document, options);
  for (const { at, why } of rejections.all()) reader.rejections.add(at, why);
  for (const array of spdx2Arrays) {
    for (const value of toList(document, array)) reader.add(array, value, `line ${lines.get(value) ?? 1}`);
  }
  return toDocument(reader, document, version, 'tag-value');
}
