// The memory of a process that has a store on PGlite: after its start, and after a thousand questions.
//   node bench/store/resident.ts fill|ask FOLDER      (started by `resident` below)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@assay/store';
import { createStoreLog, createStoreServer, openDoor } from '@assay/store-api';
import { emptyDatabase, storeThread } from '@assay/testkit';
import { sql } from 'kysely';
import type { Figure } from '../table.ts';
import { Documents } from './documents.ts';

const documents = 60;
const questions = 1_000;

/** Two processes: one fills the folder, the other is measured, so that taking documents in is no part of it. */
export async function resident(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-resident-'));
  try {
    run('fill', folder);
    const { start, asked } = JSON.parse(run('ask', folder)) as { readonly start: number; readonly asked: number }; // what `ask` prints
    return [
      { what: `PGlite with ${documents} documents: resident memory after the start`, value: start / 1e6, unit: 'MB' },
      { what: `PGlite with ${documents} documents: after ${questions} questions`, value: asked / 1e6, unit: 'MB' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(what: 'fill' | 'ask', folder: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, what, folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${what} ended with ${status}: ${stderr.slice(-2_000)}`);
  return stdout;
}

async function open(folder: string) {
  const empty = await emptyDatabase();
  const database = { is: 'pglite', folder: join(folder, 'database'), program: storeThread, empty } as const;
  return openStore({ database, program: storeThread });
}

async function fill(folder: string): Promise<void> {
  const store = await open(folder);
  const made = new Documents();
  for (let at = 0; at < documents; at++) {
    const { bytes } = made.make(at);
    await store.intake.submit({ kind: 'image', bytes, claims: { standard: 'cyclonedx', encoding: 'json' } });
  }
  await store.close();
}

async function ask(folder: string): Promise<void> {
  const store = await open(folder);
  const log = createStoreLog({
    ...{ level: 'minimum', logger: 'bench', hostname: '', write: () => undefined, now: () => new Date() },
  });
  const server = createStoreServer({ store, authenticator: openDoor, log });
  await server.ready();
  const start = process.memoryUsage.rss();
  const { rows } = await sql<{ name: string }>`select name from package order by md5(name) limit 100`.execute(
    store.queries,
  );
  for (let at = 0; at < questions; at++) {
    const name = encodeURIComponent(rows[at % rows.length]?.name ?? '');
    const answer = await server.inject({ method: 'GET', url: `/api/packages/${name}/images` });
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
  }
  process.stdout.write(JSON.stringify({ start, asked: process.memoryUsage.rss() }));
  await server.close();
  await store.close();
}

if (import.meta.main) {
  const [what, folder = ''] = process.argv.slice(2);
  await (what === 'fill' ? fill(folder) : ask(folder));
}
