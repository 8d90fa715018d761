import { readFileSync } from 'node:fs';
import { failures } from '@assay/pipeline';
import { expect, it } from 'vitest';

it('docs/reference/scan-status.md lists every reason of a failure', () => {
  const page = readFileSync(new URL('../../../docs/reference/scan-status.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \| (yes|no|once)/gm)].map(([, reason, sentence]) => [
    reason,
    sentence,
  ]);
  expect(listed).toEqual(Object.entries(failures).map(([reason, { sentence }]) => [reason, sentence]));
});
