import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkLayers, importsOf } from './check-layers.ts';
import { rooms, root, type SourceFile, sourceFiles } from './source-files.ts';

const run = promisify(execFile);

/** What a check complains about; nothing when it is content. */
async function wordsOf(program: string, args: readonly string[]): Promise<string> {
  return run(process.execPath, [program, ...args], { cwd: root, maxBuffer: 64 * 1024 * 1024 }).then(
    () => '',
    (failed: { readonly stdout: string; readonly stderr: string }) => `${failed.stdout}${failed.stderr}`.slice(0, 5000),
  );
}

function declared(): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    rooms().map((room) => {
      const manifest = JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>;
      };
      return [room, new Set(Object.keys(manifest.dependencies ?? {}))];
    }),
  );
}

const file = (path: string, text: string): SourceFile => ({
  path,
  room: path.split('/').slice(0, 2).join('/'),
  isTest: path.endsWith('.test.ts'),
  text,
});

describe('the house', () => {
  it('is built of rooms that import only what they may', () => {
    expect(checkLayers(sourceFiles(), declared())).toEqual([]);
  });

  it('type-checks', { timeout: 120_000 }, async () => {
    expect(await wordsOf('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json'])).toBe('');
  });

  it('is clean for the linter', { timeout: 120_000 }, async () => {
    expect(
      await wordsOf('node_modules/@biomejs/biome/bin/biome', ['ci', '--colors=off', '--diagnostic-level=warn', '.']),
    ).toBe('');
  });

  it('locks its dependencies with integrity and without the address of a registry', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved": "http/);
    const { packages } = JSON.parse(lock) as { packages: Record<string, { integrity?: string; link?: boolean }> };
    const loose = Object.entries(packages).filter(
      ([path, entry]) => path.includes('node_modules/') && entry.link !== true && entry.integrity === undefined,
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it('pins every dependency exactly', () => {
    const manifests = ['.', ...rooms()].map(
      (room) =>
        JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8')) as Record<string, Record<string, string>>,
    );
    const ranges = manifests.flatMap((manifest) =>
      ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((key) =>
        Object.entries(manifest[key] ?? {}).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
      ),
    );
    expect(ranges).toEqual([]);
  });
});

describe('the check of the layers refuses', () => {
  const cases: [what: string, path: string, text: string, why: RegExp][] = [
    ['an import upward', 'packages/oci/src/a.ts', "import { x } from '@assay/image';", /may import contract/],
    ['a deep import', 'packages/image/src/a.ts', "import { x } from '@assay/oci/src/client.ts';", /deep import/],
    [
      'a relative path that leaves its package',
      'packages/oci/src/a.ts',
      "export * from '../../contract/src/index.ts';",
      /leaves its package/,
    ],
    [
      'an undeclared dependency',
      'packages/oci/src/a.ts',
      "import left from 'left-pad';",
      /not in packages\/oci\/package.json/,
    ],
    ['a dynamic import of an undeclared dependency', 'packages/oci/src/a.ts', "await import('left-pad');", /not in/],
    ['I/O in a pure room', 'packages/pipeline/src/a.ts', "import { readFileSync } from 'node:fs';", /no I\/O/],
    ['a clock in a pure room', 'packages/pipeline/src/a.ts', 'export const now = () => new Date();', /no clock/],
    [
      'the environment outside config.ts',
      'packages/oci/src/a.ts',
      'export const home = process.env.HOME;',
      /config\.ts/,
    ],
    [
      'a comparison with an error message',
      'packages/oci/src/a.ts',
      "if (error.message === 'x') throw error;",
      /its code/,
    ],
    ['a file named utils', 'packages/oci/src/utils.ts', '', /says nothing/],
    ['a room nobody declared', 'packages/attic/src/a.ts', "import 'node:fs';", /not in tools\/layers/],
    ['a file of a thousand lines', 'packages/oci/src/a.ts', '\n'.repeat(1000), /holds one thing/],
  ];
  it.each(cases)('%s', (_what, path, text, why) => {
    const [breach] = checkLayers([file(path, text)], declared());
    expect(breach?.why).toMatch(why);
  });

  it('nothing that is allowed', () => {
    const text =
      "import { readFile } from 'node:fs/promises';\nimport { AssayError } from '@assay/contract';\nimport { request } from 'undici';\nimport { x } from './b.ts';\n";
    expect(checkLayers([file('packages/oci/src/a.ts', text)], declared())).toEqual([]);
  });

  it('not what only a comment imports', () => {
    expect(importsOf("// import x from 'a'\n/* from 'b' */\nexport {};\n")).toEqual([]);
  });
});
