// Writes the pages that are made from code.
//   node tools/write-pages.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliPage } from './cli-page.ts';
import { problemsPage } from './problems-page.ts';
import { root } from './source-files.ts';

writeFileSync(join(root, 'docs/reference/errors.md'), problemsPage());
writeFileSync(join(root, 'docs/reference/cli.md'), cliPage());
