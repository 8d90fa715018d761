import { AssayError, type ReadDocument } from '@assay/contract';
import { collectBytes } from './bytes/collect-bytes.ts';
import { readCycloneDxJson } from './cyclonedx/read-json.ts';
import { readCycloneDxXml } from './cyclonedx/read-xml.ts';
import { detectFormat } from './detect-format.ts';
import { readSpdxJson, readSpdxTagValue } from './spdx/index.ts';

/**
 * Reads CycloneDX (JSON, XML) or SPDX (JSON, tag-value, 3 as JSON-LD), whichever it is. Entries that cannot be understood are in
 * `inventory.rejected`. Throws SBOM_UNKNOWN, SBOM_INVALID, SBOM_VERSION, LIMIT_EXCEEDED, INTERRUPTED.
 */
export async function readDocument(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  options: { readonly maxBytes?: number; readonly signal?: AbortSignal } = {},
): Promise<ReadDocument> {
  const detected = detectFormat(await collectBytes(input, options));
  switch (detected.is) {
    case 'cyclonedx-json':
      return readCycloneDxJson(detected.source);
    case 'xml':
      return readCycloneDxXml(detected.bytes);
    case 'spdx-json':
      return readSpdxJson(detected.source);
    case 'spdx-3':
      throw new AssayError('SBOM_VERSION', 'SPDX 3');
    case 'spdx-tag-value':
      return readSpdxTagValue(Buffer.from(detected.bytes).toString('utf8'));
  }
}
