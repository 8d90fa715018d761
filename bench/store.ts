import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabaseOptions, openStore, type Store } from '@assay/store';
import { createStoreLog, createStoreServer, openDoor } from '@assay/store-api';
import { emptyDatabase, findPostgres, startPostgres, storeThread } from '@assay/testkit';
import { sql } from 'kysely';
import { Documents } from './store/documents.ts';
import { resident } from './store/resident.ts';
import type { Figure } from './table.ts';

/** Documents of the ingest, and rescans of one. */
const documents = 400;
const rescans = 300;

/** The store on both databases: ingest by sixteen clients, what a report costs, and answers through HTTP. `rounds` is not used: one round takes minutes. */
export async function run(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const programs = findPostgres();
  if (programs !== undefined) {
    const postgres = await startPostgres(programs);
    try {
      figures.push(
        ...(await measure('PostgreSQL', { is: 'postgresql', url: await postgres.createDatabase() }, 1000 / 150)),
      );
    } finally {
      await postgres.stop();
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-store-'));
  try {
    const place = { folder: join(folder, 'database'), program: storeThread, empty: await emptyDatabase() };
    const database = { is: 'pglite', ...place } as const;
    figures.push(...(await measure('PGlite', database, 1000 / 100)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  figures.push(...(await resident()));
  return figures;
}

async function measure(engine: string, database: DatabaseOptions, atMostMs: number): Promise<readonly Figure[]> {
  const opened = performance.now();
  const store = await openStore({ database, program: storeThread, readingThreads: 2 });
  const ready = performance.now() - opened;
  const server = createStoreServer({
    ...{ store, authenticator: openDoor, maxDocumentBytes: 64 * 1024 * 1024 },
    log: createStoreLog({
      level: 'minimum',
      logger: 'bench',
      hostname: '',
      write: () => undefined,
      now: () => new Date(),
    }),
  });
  await server.ready();
  try {
    const made = new Documents();
    const all = Array.from({ length: documents }, (_, at) => made.make(at));
    const post = async (bytes: Buffer): Promise<number> => {
      const began = performance.now();
      const answer = await server.inject({
        ...{ method: 'POST', url: '/api/v1/images', payload: bytes },
        headers: { 'content-type': 'application/json', 'report-type-format': 'cyclonedx' },
      });
      if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
      return performance.now() - began;
    };
    const single: number[] = [];
    for (const { bytes } of all.slice(0, 40)) single.push(await post(bytes));
    const began = performance.now();
    const queue = all.slice(40);
    const times: number[] = [];
    const client = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) times.push(await post(next.bytes));
    };
    await Promise.all(Array.from({ length: 16 }, client));
    const each = (performance.now() - began) / times.length;
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const occurrences = all.reduce((sum, { packages }) => sum + packages, 0);
    const sets = (await bytesOf(store)) / occurrences;
    const first = all[0]?.bytes ?? Buffer.of();
    await post(first);
    const before = await bytesOf(store);
    const again: number[] = [];
    for (let at = 0; at < rescans; at++) again.push(await post(first));
    const rescan = ((await bytesOf(store)) - before) / rescans;
    return [
      {
        what: `${engine}: ready, empty database`,
        value: ready,
        unit: 'ms',
        ...(engine === 'PGlite' ? { atMost: 3000 } : {}),
      },
      {
        what: `${engine}: a document of ${Math.round(first.length / 1000)} KB, one client, p99`,
        value: quantile(single.slice(5), 0.99),
        unit: 'ms',
        atMost: 60,
      },
      { what: `${engine}: 16 clients, time for each document`, value: each, unit: 'ms', atMost: atMostMs },
      { what: `${engine}: 16 clients, p99 / mean`, value: quantile(times, 0.99) / mean, unit: '×', atMost: 3 },
      {
        what: `${engine}: bytes per occurrence, everything derived, at ${occurrences} occurrences`,
        value: sets,
        unit: 'B',
      },
      { what: `${engine}: an unchanged rescan`, value: rescan, unit: 'B', atMost: 250 },
      { what: `${engine}: an unchanged rescan, p50`, value: quantile(again, 0.5), unit: 'ms' },
      ...(await answers(engine, store, server)),
      { what: `${engine}: resident memory of the process`, value: process.memoryUsage.rss() / 1e6, unit: 'MB' },
    ];
  } finally {
    await server.close();
    await store.close();
  }
}

/** Everything but the originals. */
async function bytesOf(store: Store): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`select coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8 as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'document'`.execute(store.queries);
  return rows[0]?.bytes ?? 0;
}

/** Which images have a package, and which a vulnerability. */
async function answers(
  engine: string,
  store: Store,
  server: ReturnType<typeof createStoreServer>,
): Promise<readonly Figure[]> {
  await sql`analyze`.execute(store.queries);
  const names = async (query: ReturnType<typeof sql<{ name: string }>>) =>
    (await query.execute(store.queries)).rows.map(({ name }) => name);
  const time = async (path: string): Promise<number> => {
    const began = performance.now();
    const answer = await server.inject({ method: 'GET', url: path });
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}`);
    return performance.now() - began;
  };
  const packages = await names(sql`select name from package order by md5(name || version) limit 300`);
  const cves = await names(sql`select vid as name from vulnerability order by md5(vid) limit 300`);
  const byPackage: number[] = [];
  for (const name of packages) byPackage.push(await time(`/api/packages/${encodeURIComponent(name)}/images`));
  const byCve: number[] = [];
  for (const name of cves) byCve.push(await time(`/api/vulnerabilities/${name}/images`));
  const ids = await names(
    sql`select id::text as name from package where version like '%+%' order by md5(name || version) limit 300`,
  );
  const selective: number[] = [];
  for (const id of ids) selective.push(await time(`/api/packages/${id}/images`));
  return [
    {
      what: `${engine}: images with a package in a few images, p50`,
      value: quantile(selective, 0.5),
      unit: 'ms',
      atMost: 2,
    },
    {
      what: `${engine}: images with a package in a few images, p99`,
      value: quantile(selective, 0.99),
      unit: 'ms',
      atMost: 10,
    },
    {
      what: `${engine}: images with a package by name (in nearly all of ${documents}), p50`,
      value: quantile(byPackage, 0.5),
      unit: 'ms',
    },
    {
      what: `${engine}: images with a CVE (in nearly all of ${documents}), p99`,
      value: quantile(byCve, 0.99),
      unit: 'ms',
      atMost: 100,
    },
  ];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
