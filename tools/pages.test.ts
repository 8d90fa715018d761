import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPage } from './cli-page.ts';
import { problemsPage } from './problems-page.ts';
import { root } from './source-files.ts';

describe('pages made from code are up to date (node tools/write-pages.ts)', () => {
  it('errors.md says what the catalogue says', () => {
    expect(readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')).toBe(problemsPage());
  });

  it('cli.md says what --help says', () => {
    expect(readFileSync(join(root, 'docs/reference/cli.md'), 'utf8')).toBe(cliPage());
  });
});
