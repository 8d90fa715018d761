import { findOpa } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { compareChecks } from './oracle/broken-modules.ts';

const opa = findOpa('rego check beside opa check');

describe.runIf(opa !== undefined)('what is wrong with a policy', () => {
  it.each(['v1', 'v0'] as const)(
    'is what `opa check --strict` says, at the same place: %s',
    { timeout: 120_000 },
    async (dialect) => {
      const { broken, differences } = await compareChecks(opa ?? '', dialect);
      expect(differences).toEqual([]);
      expect(broken).toBeGreaterThan(dialect === 'v1' ? 300 : 35);
    },
  );
});
