import type { ReadDocument } from '@assay/contract';
import { collectBytes } from './bytes/collect-bytes.ts';
import { readCycloneDxJson } from './cyclonedx/read-json.ts';
import { readCycloneDxXml } from './cyclonedx/read-xml.ts';
import { type Detected, detectFormat } from './detect-format.ts';
import { readSpdx3, readSpdxJson, readSpdxTagValue } from './spdx/index.ts';

/**
 * Reads CycloneDX (JSON, XML) or SPDX (JSON, tag-value, 3 as JSON-LD), whichever it is. Entries that cannot be understood are in
 * `inventory.rejected`. Throws SBOM_UNKNOWN, SBOM_INVALID, SBOM_VERSION, LIMIT_EXCEEDED, INTERRUPTED.
 */
export async function readDocument(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  options: { readonly maxBytes?: number; readonly signal?: AbortSignal } = {},
): Promise<ReadDocument> {
  return readDetected(detectFormat(await collectBytes(input, options)));
}

/** Reads what `detectFormat` found. */
export function readDetected(detected: Detected): ReadDocument {
  switch (detected.is) {
    case 'cyclonedx-json':
      return readCycloneDxJson(detected.source);
    case 'xml':
      return readCycloneDxXml(detected.bytes);
    case 'spdx-json':
      return readSpdxJson(detected.source);
    case 'spdx-3':
      return readSpdx3(detected.source);
    case 'spdx-tag-value':
      return readSpdxTagValue(toText(detected.bytes));
  }
}

/** UTF-8 bytes as text. */
export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
