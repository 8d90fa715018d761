import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildData, dataStatus } from '../src/index.ts';
import { record } from './make-zip.ts';

let folder = '';
let output = '';
let source = '';
const now = new Date('2024-06-01T00:00:00Z');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-processes-'));
  output = join(folder, 'data.db');
  source = join(folder, 'in.jsonl');
  writeFileSync(source, Array.from({ length: 3000 }, (_, i) => record(`A-${i}`, `p${i}`, '1.0.0')).join('\n'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own that builds the same file, and tells when it is in the middle of it. */
function build(): {
  readonly child: ChildProcess;
  readonly started: Promise<void>;
  readonly ended: Promise<number | null>;
} {
  const code = `import { buildData } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    await buildData([${JSON.stringify(source)}], ${JSON.stringify(output)}, { now: new Date(0), onProgress: () => process.stdout.write('.') });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  return {
    child,
    started: new Promise((done) => child.stdout.once('data', () => done())),
    ended: new Promise((done) => child.once('exit', done)),
  };
}

const leftovers = (): readonly string[] =>
  readdirSync(folder).filter((name) => name !== 'data.db' && name !== 'in.jsonl');

describe('processes that write the same data', () => {
  it('do it one after the other, and all succeed', async () => {
    const ends = [build(), build(), build()].map(({ ended }) => ended);
    expect(await Promise.all(ends)).toEqual([0, 0, 0]);
    expect(dataStatus(output, now).version.records).toBe(3000);
    expect(leftovers()).toEqual([]);
  });

  it('are not hindered by one that was killed in the middle', async () => {
    const killed = build();
    await killed.started;
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(leftovers()).not.toEqual([]);
    await buildData([source], output, { now });
    expect(dataStatus(output, now).version.records).toBe(3000);
    expect(leftovers()).toEqual([]);
  });
});
