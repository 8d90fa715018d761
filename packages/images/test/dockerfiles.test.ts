import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { basePackages, productImages } from '../src/index.ts';

const folder = fileURLToPath(new URL('../../../deploy/docker', import.meta.url));

/** The instructions of the last stage, lines joined. Source: Dockerfile reference, "Format". */
function lastStage(app: string): readonly string[] {
  const text = readFileSync(join(folder, `${app}.Dockerfile`), 'utf8').replace(/\\\n\s*/g, '');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
}

const wordsOf = (lines: readonly string[], instruction: string) =>
  lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));

it('there is one Dockerfile for each image of the product', () => {
  expect(
    readdirSync(folder)
      .filter((name) => name.endsWith('.Dockerfile'))
      .sort(),
  ).toEqual(productImages.map(({ app }) => `${app}.Dockerfile`).sort());
});

describe.each(productImages.map((product) => [product.app, product] as const))(
  'the Dockerfile of %s',
  (app, product) => {
    const lines = lastStage(app);

    it('runs the same program as the same user, in the same folder and environment', () => {
      expect(wordsOf(lines, 'USER')).toEqual([product.facts.user]);
      expect(wordsOf(lines, 'WORKDIR')).toEqual([product.facts.workingDir]);
      expect(wordsOf(lines, 'ENTRYPOINT').map((words) => JSON.parse(words) as unknown)).toEqual([
        product.facts.entrypoint,
      ]);
      expect(Object.fromEntries(wordsOf(lines, 'ENV').map((pair) => pair.split('=')))).toEqual(product.facts.env);
    });

    it('brings the libraries the other build takes from Debian', () => {
      // In every Debian image: these need no naming there.
      const named = basePackages.filter((name) => !['base-files', 'libc6', 'libgcc-s1'].includes(name));
      expect(
        wordsOf(lines, 'RUN')[0]
          ?.match(/--no-install-recommends ([^&]*?) &&/)?.[1]
          ?.split(' '),
      ).toEqual(named);
    });

    it('is never root', () => {
      expect(product.facts.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    });
  },
);
