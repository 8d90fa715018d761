import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, inTurn } from './measure.ts';
import { assay, benchFolder, findFixtures, findGrype } from './peers.ts';
import { type Figure, ratio } from './table.ts';

/** Images, start-up and the cache: the goals of the first issue, "Speed and memory". */
export async function run(rounds: number): Promise<readonly Figure[]> {
  const layouts = execFileSync('bash', [fileURLToPath(new URL('make-layouts.sh', import.meta.url))], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const advisories = findFixtures('advisories');
  const data = advisories === undefined ? undefined : makeData(join(advisories, 'osv'));
  const grype = advisories === undefined ? undefined : findGrype(advisories);
  const home = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  try {
    execFileSync(assay, ['version'], { stdio: 'ignore', env: { ...process.env, ASSAY_HOME: home } });
    const db = data === undefined ? [] : ['--db', data];
    const figures: Figure[] = [];
    for (const [name, goals] of Object.entries(layoutGoals)) {
      const layout = join(layouts, name);
      const commands: Record<string, Command> = {
        ours: {
          program: assay,
          args: ['scan', `oci:${layout}`, '--no-cache', '-q', '-o', 'json', ...db],
          env: { ASSAY_HOME: home },
        },
        tar: {
          program: 'bash',
          args: [
            '-c',
            `for blob in ${layersOf(layout)
              .map((path) => `'${path}'`)
              .join(' ')}; do zcat "$blob" | tar t >/dev/null; done`,
          ],
        },
        ...(grype === undefined
          ? {}
          : { grype: { program: grype.program, args: [`oci-dir:${layout}`, '-q', '-o', 'json'], env: grype.env } }),
      };
      const done = await inTurn(commands, rounds);
      figures.push(
        ...ratio(`${name}: wall, ours / zcat|tar t`, done.ours, done.tar, goals.tar),
        ...ratio(`${name}: wall, ours / grype`, done.ours, done.grype, goals.grype),
        { what: `${name}: wall`, value: done.ours?.wall ?? 0, unit: 's' },
        { what: `${name}: peak memory`, value: done.ours?.memory ?? 0, unit: 'MB', atMost: goals.memory },
      );
    }
    return [...figures, ...(await startUp(rounds, home)), ...(await cached(rounds, home, join(layouts, 'split'), db))];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const layoutGoals: Readonly<
  Record<string, { readonly tar?: number; readonly grype: number; readonly memory: number }>
> = {
  split: { tar: 0.55, grype: 0.2, memory: 110 },
  one: { tar: 0.75, grype: 0.25, memory: 110 },
  small: { grype: 0.15, memory: 100 },
};

/** The data of the fixtures as one file of ours, made once per version of the program's sources. */
function makeData(osv: string): string {
  const file = join(benchFolder, 'assay.db');
  const isOld =
    !existsSync(file) ||
    statSync(file).mtimeMs < statSync(fileURLToPath(new URL('../.assay/ready', import.meta.url))).mtimeMs;
  if (isOld) execFileSync(assay, ['db', 'build', osv, '--output', file], { stdio: ['ignore', 2, 2] });
  return file;
}

/** The compressed layers: the large blobs. */
function layersOf(layout: string): string[] {
  const folder = join(layout, 'blobs/sha256');
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).size > 20_000);
}

async function startUp(rounds: number, home: string): Promise<readonly Figure[]> {
  const done = await inTurn(
    {
      help: { program: assay, args: ['--help'], env: { ASSAY_HOME: home } },
      node: { program: process.execPath, args: ['-e', ''] },
    },
    rounds * 2,
  );
  return [
    { what: './assay --help: wall', value: done.help?.wall ?? 0, unit: 's', atMost: 0.12 },
    { what: 'an empty Node process: wall', value: done.node?.wall ?? 0, unit: 's' },
  ];
}

async function cached(rounds: number, home: string, layout: string, db: readonly string[]): Promise<readonly Figure[]> {
  const again: Command = {
    program: assay,
    args: ['scan', `oci:${layout}`, '-q', '-o', 'json', ...db],
    env: { ASSAY_HOME: home },
  };
  const done = await inTurn({ again }, rounds);
  return [{ what: 'the same digest again: wall', value: done.again?.wall ?? 0, unit: 's', atMost: 0.3 }];
}
