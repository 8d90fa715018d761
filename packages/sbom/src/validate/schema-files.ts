import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder of CycloneDX's official schemas, as its library ships them. */
const folder = join(
  dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res/schema',
);

/** The text of one official schema. */
export function readSchema(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}
