import { findOpa } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz/differ.ts';
import { OpaServer } from './fuzz/opa-server.ts';

const opa = findOpa('rego beside opa, random policies');

describe.runIf(opa !== undefined)('policies nobody wrote', () => {
  // A new seed each time; `FUZZ_SEED` repeats one. More of them: npm run campaign -- rego.
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1e8));

  it(`mean the same to OPA (seed ${seed})`, { timeout: 180_000 }, async () => {
    const server = await OpaServer.start(opa ?? '');
    try {
      const report = await fuzz(server, { seed, pairs: 2_000, inputsPerPolicy: 4, mostDifferences: 3 });
      expect(report.differences).toEqual([]);
      expect(report.defined).toBeGreaterThan(report.pairs / 2);
    } finally {
      await server.stop();
    }
  });
});
