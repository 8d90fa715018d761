import { readFileSync } from 'node:fs';
import type { Target } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { scanners } from './scanners.ts';

const guide = readFileSync(new URL('../../../docs/guide/scanners.md', import.meta.url), 'utf8');

const targets: readonly (readonly [target: Target, word: string])[] = [
  [{ kind: 'registry', reference: 'REF' }, 'REF'],
  [{ kind: 'oci-layout', path: '/DIR' }, 'DIR'],
  [{ kind: 'archive', path: '/FILE' }, 'FILE'],
  [{ kind: 'directory', path: '/PATH' }, 'PATH'],
  [{ kind: 'sbom', path: '/FILE' }, 'FILE'],
];

describe('docs/guide/scanners.md', () => {
  for (const id of ['grype', 'trivy']) {
    for (const [target, word] of targets) {
      it(`says what of ${id} is run for ${target.kind}`, () => {
        const plan = scanners.get(id)?.plan({ target, scanner: id, offline: false });
        const line = [plan?.program, ...(plan?.args ?? [])].join(' ').replace(`/${word}`, word);
        expect(guide).toContain(`\`${line}\``);
      });
    }
  }
});
