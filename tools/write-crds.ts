// Writes deploy/crds, the definitions of our kinds, from packages/kube.
//   node tools/write-crds.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crdFiles } from './crd-files.ts';
import { root } from './source-files.ts';

const folder = join(root, 'deploy/crds');
mkdirSync(folder, { recursive: true });
for (const [name, text] of crdFiles()) writeFileSync(join(folder, name), text);
