import { readdirSync } from 'node:fs';
import { hostileInputs } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestWorld } from './world.ts';

const world = new TestWorld();
const inputs = hostileInputs(world.path('hostile'));
beforeAll(async () => {
  await world.prepare();
});
afterAll(() => world.dispose());

// How much time and memory each may take is measured by `npm run bench -- hostile`.
describe('bad input', () => {
  it.each(inputs.map((input) => [input.name, input] as const))('%s', async (_name, { words, ends }) => {
    const before = readdirSync(world.path('hostile')).sort();
    const said = await world.call(words);
    if (ends === undefined) {
      expect(said.stderr).toBe('');
      expect([0, 4]).toContain(said.code);
    } else {
      expect(said.stderr).toMatch(/^[A-Z_]+: [^\n]+\. hint: [^\n]+\n$/);
      expect(said.stderr).toMatch(ends.code);
      expect([said.code, said.stdout]).toEqual([ends.exit, '']);
      expect(said.stderr.length).toBeLessThan(1500);
    }
    expect(readdirSync(world.path('hostile')).sort()).toEqual(before);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
