import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestWorld } from './world.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const world = new TestWorld();
beforeAll(async () => {
  await world.prepare();
});
afterAll(() => world.dispose());

it('the README shows what the program really prints', async () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const [, shown] = /```\n\$ \.\/assay scan dir:examples\/old-app\n([\s\S]*?)```/.exec(readme) ?? [];
  const { stdout, stderr, code } = await world.call(['scan', `dir:${root}examples/old-app`]);
  expect(stdout).toBe(shown);
  expect(stderr).toBe('');
  expect(code).toBe(0);
});
