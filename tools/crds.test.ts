import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crdFiles } from './crd-files.ts';
import { root } from './source-files.ts';

describe('definitions made from code are up to date (node tools/write-crds.ts)', () => {
  it.each([...crdFiles()])('%s', (name, text) => {
    expect(readFileSync(join(root, 'deploy/crds', name), 'utf8')).toBe(text);
  });
});
