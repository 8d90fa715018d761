import type { ReadDocument } from '@assay/contract';
import { collectBytes } from './bytes/collect-bytes.ts';
import { plausible } from './bytes/plausible.ts';
import { type Detected, detectFormat } from './detect-format.ts';

/**
 * Reads CycloneDX (JSON, XML) or SPDX (JSON, tag-value, 3 as JSON-LD), whichever it is. Entries that cannot be understood are in
 * `inventory.rejected`. Throws SBOM_UNKNOWN, SBOM_INVALID, SBOM_VERSION, LIMIT_EXCEEDED, INTERRUPTED.
 */
export async function readDocument(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  options: { readonly maxBytes?: number; readonly signal?: AbortSignal } = {},
): Promise<ReadDocument> {
  const bytes = await collectBytes(input instanceof Uint8Array ? input : plausible(input), options);
  return readDetected(detectFormat(bytes));
}

/** Reads what `detectFormat` found. Each reader is loaded at first use: one document needs one of them. */
export async function readDetected(detected: Detected): Promise<ReadDocument> {
  switch (detected.is) {
    case 'cyclonedx-json':
      return (await import('./cyclonedx/read-json.ts')).readCycloneDxJson(detected.source);
    case 'xml':
      return (await import('./cyclonedx/read-xml.ts')).readCycloneDxXml(detected.bytes);
    case 'spdx-json':
      return (await import('./spdx/index.ts')).readSpdxJson(detected.source);
    case 'spdx-3':
      return (await import('./spdx/index.ts')).readSpdx3(detected.source);
    case 'spdx-tag-value':
      return (await import('./spdx/index.ts')).readSpdxTagValue(toText(detected.bytes));
  }
}

/** UTF-8 bytes as text. */
export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
