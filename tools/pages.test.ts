import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { problemsPage } from './problems-page.ts';
import { root } from './source-files.ts';

it('the page of errors says what the catalogue says (node tools/write-pages.ts)', () => {
  expect(readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')).toBe(problemsPage());
});
