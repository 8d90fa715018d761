import type { Finding, Inventory, ReadDocument } from '@assay/contract';
import { readDocument, type SbomInput, writeCycloneDx, writeSpdx } from '@assay/sbom';

/** SBOMs that are given out: CycloneDX 1.4 and SPDX 2.2, the versions that clients of the contract read. Source: spec/store.md §3.6. */
export type SbomTarget = 'cyclonedx-json' | 'cyclonedx-xml' | 'spdx-json';

/** How our tool is named in what we give out. Source: spec/store.md §3.6. */
export const storeTool = { name: 'SCST - Store', version: '' } as const;

/** What is to be written. */
export type SbomSource =
  /** A document, written anew. */
  | { readonly is: 'document'; readonly bytes: Uint8Array; readonly createdAt: string }
  | {
      readonly is: 'model';
      readonly inventory: Inventory;
      readonly findings: readonly Finding[];
      readonly createdAt: string;
    };

/** Writes an SBOM. Throws what `readDocument` throws. */
export async function writeSbom(source: SbomSource, target: SbomTarget): Promise<Uint8Array> {
  const input =
    source.is === 'model' ? { ...source, tool: storeTool } : fromDocument(await readDocument(source.bytes), source);
  const chunks = target === 'spdx-json' ? writeSpdx(input, { version: '2.2' }) : cycloneDx(input, target);
  return Buffer.from([...chunks].join(''));
}

function cycloneDx(input: SbomInput, target: 'cyclonedx-json' | 'cyclonedx-xml'): Iterable<string> {
  return writeCycloneDx(input, { version: '1.4', encoding: target === 'cyclonedx-json' ? 'json' : 'xml' });
}

/** The document's own date and tools stay, ours is added. */
function fromDocument({ inventory, findings }: ReadDocument, { createdAt }: { readonly createdAt: string }): SbomInput {
  return { inventory, findings, createdAt: inventory.createdAt ?? createdAt, tool: storeTool };
}
