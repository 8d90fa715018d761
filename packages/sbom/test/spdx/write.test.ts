import type { Inventory } from '@assay/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openJson } from '../../src/json/split-document.ts';
import type { SbomInput } from '../../src/sbom-input.ts';
import { readSpdxJson, writeSpdx } from '../../src/spdx/index.ts';
import { inventories } from './inventories.ts';

const tool = { name: 'assay', version: '0.1.0' };
const createdAt = '2026-11-25T10:00:00Z';

function written(input: Omit<SbomInput, 'createdAt' | 'tool'>): string {
  return [...writeSpdx({ createdAt, tool, ...input }, { version: '2.3' })].join('');
}

function readAgain(text: string) {
  return readSpdxJson(openJson(new TextEncoder().encode(text)));
}

describe('SPDX 2.3 that we write', () => {
  it('gives the same inventory when it is read back', () => {
    fc.assert(
      fc.property(inventories, (inventory) => {
        const { inventory: again } = readAgain(written({ inventory }));
        const others = inventory.tools.filter(({ name, version }) => name !== tool.name || version !== tool.version);
        const expected: Inventory = { ...inventory, tools: [tool, ...others] };
        expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 200 },
    );
  });
});
