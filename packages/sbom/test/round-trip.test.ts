import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument, type SbomInput, validateDocument, type WriteOptions, writeCycloneDx } from '../src/index.ts';
import { sbomInput } from './model-arbitraries.ts';

const targets = (['1.4', '1.5', '1.6', '1.7'] as const).flatMap((version) =>
  (['json', 'xml'] as const).map((encoding): WriteOptions => ({ version, encoding })),
);

function write(input: SbomInput, options: WriteOptions): Uint8Array {
  return new TextEncoder().encode([...writeCycloneDx(input, options)].join(''));
}

/** The order of members says nothing. */
function sorted(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe.each(targets)('CycloneDX $version $encoding', (options) => {
  it('gives back the model it was written from, and is valid', async () => {
    await fc.assert(
      fc.asyncProperty(sbomInput, async (input) => {
        const bytes = write(input, options);
        const { problems } = await validateDocument(bytes);
        expect(problems).toEqual([]);
        const read = await readDocument(bytes);
        expect(sorted(read.inventory)).toEqual(sorted(input.inventory));
        expect(sorted(read.findings)).toEqual(sorted(input.findings));
        expect(read.format).toEqual({ name: 'cyclonedx', ...options });
      }),
      { numRuns: options.encoding === 'json' ? 150 : 60 },
    );
  });

  it('is the same, byte for byte, when written twice', () => {
    fc.assert(
      fc.property(sbomInput, (input) => {
        expect(write(input, options)).toEqual(write(structuredClone(input), options));
      }),
      { numRuns: 20 },
    );
  });
});
