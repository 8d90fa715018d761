import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { storeThread } from '@assay/testkit';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { openPglite } from '../src/database/pglite.ts';
import { openPostgres } from '../src/database/postgres.ts';
import {
  type DatabaseOptions,
  migrate,
  migrations,
  openDatabase,
  openStore,
  type Queries,
  type Store,
} from '../src/index.ts';
import { engines } from './engines.ts';
import { randomFrom } from './made-documents.ts';
import { storedReports, storedState } from './stored-state.ts';

const claims = { standard: 'cyclonedx', encoding: 'json' } as const;
const image = { kind: 'image', claims } as const;

for (const engine of engines()) {
  describe(`writers in each other's way on ${engine.name}`, () => {
    const open: Store[] = [];
    const start = async (database: DatabaseOptions): Promise<Store> => {
      const store = await openStore({ database, program: storeThread });
      open.push(store);
      return store;
    };
    afterAll(async () => {
      for (const store of open) await store.close();
      await engine.stop();
    });

    it('contradict each other about everything, and what one of them said is kept', async () => {
      const database = await engine.create();
      const first = await start(database);
      const stores = [first];
      // Two processes have no memory of ids in common; the embedded database takes one only.
      if (database.is === 'postgresql') stores.push(await start(database));
      const queue = Array.from({ length: 40 }, (_, at) => at);
      const client = async (number: number): Promise<void> => {
        const store = stores[number % stores.length];
        for (let at = queue.pop(); at !== undefined; at = queue.pop())
          await store?.intake.submit({ ...image, bytes: contradiction(at), uid: `report-${at}` });
      };
      await Promise.all(Array.from({ length: 16 }, (_, number) => client(number)));
      const { queries } = first;
      const reports = await storedReports(queries);
      expect(Object.keys(reports)).toHaveLength(40);
      for (const { packages, pairs } of Object.values(reports))
        expect([packages.length, pairs.length]).toEqual([90, 30]);
      const one = async (text: string) =>
        (await sql<{ count: number }>`${sql.raw(text)}`.execute(queries)).rows[0]?.count;
      expect(await one('select count(*)::int4 as count from package')).toBe(100);
      expect(
        await one(`select count(*)::int4 as count from package
        where homepage !~ ('^https://example.com/[0-9]+/' || name || '$')`),
      ).toBe(0);
      expect(
        await one(`select count(*)::int4 as count from vulnerability where description !~ '^As [0-9]+ says\\.$'`),
      ).toBe(0);
      // One opinion counts for each source and method, and it is one that was given.
      expect(
        await one(`select count(*)::int4 as count from current_rating k join rating r on r.id = k.rating_id
        where r.vulnerability_id <> k.vulnerability_id or r.source <> k.source or r.method <> k.method`),
      ).toBe(0);
      expect(await one('select count(*) - count(distinct vulnerability_id) as count from current_rating')).toBe(0);
      expect(await one('select count(*)::int4 as count from artifact where head_report is null')).toBe(0);
    });

    it('leave what the newest document says, whichever of them is last', async () => {
      const dates = [3, 1, 5, 2, 4].map((day) => `2026-01-0${day}T00:00:00Z`);
      const [serial, parallel] = [await start(await engine.create()), await start(await engine.create())];
      const submit = (store: Store, date: string) =>
        store.intake.submit({ ...image, bytes: dated(date), uid: date.slice(0, 10) });
      for (const date of dates) await submit(serial, date);
      await Promise.all([...dates].reverse().map((date) => submit(parallel, date)));
      for (const { queries } of [serial, parallel]) {
        const { heads } = await storedState(queries);
        expect(heads).toHaveLength(1);
        expect(heads[0]).toMatch(/ 2026-01-05 2026-01-05 1\//);
      }
    });

    it('bring a schema of every age to the newest, and keep what is in it', async () => {
      for (let age = 0; age <= migrations.length; age++) {
        const database = await engine.create();
        const old = await unmigrated(database);
        await migrate(old, age);
        if (age > 0) await sql`insert into package (name, version, manager) values ('kept', '1', 'npm')`.execute(old);
        await old.destroy();
        const { queries, close } = await openDatabase(database);
        const steps = await sql<{ name: string }>`select name from schema_step order by step`.execute(queries);
        expect(steps.rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
        const { rows } = await sql<{ name: string }>`select name from package`.execute(queries);
        expect(rows.map(({ name }) => name)).toEqual(age > 0 ? ['kept'] : []);
        await close();
      }
    });

    it('migrate at once, and one does it', async () => {
      const database = await engine.create();
      const queries = await unmigrated(database);
      await Promise.all(Array.from({ length: 5 }, () => migrate(queries)));
      const { rows } = await sql<{ count: number }>`select count(*)::int4 as count from schema_step`.execute(queries);
      expect(rows[0]?.count).toBe(migrations.length);
      await queries.destroy();
    });

    it('leave the schema of a newer version alone', async () => {
      const database = await engine.create();
      const first = await openDatabase(database);
      await sql`insert into schema_step (step, name) values (${migrations.length + 1}, 'tomorrow')`.execute(
        first.queries,
      );
      await first.close();
      await expect(openDatabase(database)).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
    });
  });
}

describe('the lock of a data folder', () => {
  const [embedded] = engines();
  afterAll(() => embedded?.stop());
  const create = async (owner?: number) => {
    const database = await embedded?.create();
    if (database?.is !== 'pglite' || database.folder === undefined)
      throw new Error('the embedded database has a folder');
    const lock = `${database.folder}.lock`;
    if (owner !== undefined) writeFileSync(lock, String(owner));
    return { database, lock };
  };
  const opens = async (database: DatabaseOptions) => (await openDatabase(database)).close();

  it('keeps a second user out, and is gone with the first', async () => {
    const { database, lock } = await create();
    const first = await openDatabase(database);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
    await expect(openDatabase(database)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await first.close();
    expect(existsSync(lock)).toBe(false);
    await opens(database);
  });

  it('is taken over from a process that is gone', async () => {
    await opens((await create(spawnSync(process.execPath, ['-e', '']).pid)).database);
  });

  it('is never taken from a process that lives', async () => {
    await expect(opens((await create(process.ppid)).database)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  // In a container the store is process 1 each time: the lock of the killed one names the new one.
  it('is taken over from an earlier process of the same number', async () => {
    await opens((await create(process.pid)).database);
  });
});

/** The database as it is, without its schema brought to the newest step. */
function unmigrated(database: DatabaseOptions): Promise<Queries> | Queries {
  return database.is === 'pglite' ? openPglite(database) : openPostgres(database);
}

/** Ninety of a hundred packages in an order of its own; home pages, descriptions, versions that fix and ratings are all its own. */
function contradiction(at: number): Uint8Array {
  const random = randomFrom(at + 1);
  const numbers = Array.from({ length: 100 }, (_, each) => ({ each, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ each }) => each);
  // Every third has a vulnerability: thirty of them, so that all documents list as many.
  const affected = numbers.filter((number) => number % 3 === 0).slice(0, 30);
  const chosen = [...affected, ...numbers.filter((number) => number % 3 !== 0).slice(0, 60)].sort(() => random() - 0.5);
  const ref = (number: number): string => `pkg:npm/package-${number}@1`;
  return encode({
    ...metadata('2026-01-01T00:00:00Z', `app-${at % 5}`),
    components: chosen.map((number) => ({
      ...{ type: 'library', 'bom-ref': ref(number), purl: ref(number), name: `package-${number}`, version: '1' },
      externalReferences: [{ type: 'website', url: `https://example.com/${at}/package-${number}` }],
    })),
    vulnerabilities: affected.map((number) => ({
      ...{ id: `CVE-2024-${1000 + number}`, source: { name: 'nvd' }, description: `As ${at} says.` },
      recommendation: `Upgrade to version 1.${at}`,
      ratings: [{ source: { name: 'nvd' }, method: 'CVSSv31', severity: 'high', score: 7 + at / 20 }],
      affects: [{ ref: ref(number) }],
    })),
  });
}

/** A scan of one image; each finds one vulnerability of its own. */
function dated(timestamp: string): Uint8Array {
  const ref = 'pkg:npm/only@1';
  return encode({
    ...metadata(timestamp, 'dated'),
    components: [{ type: 'library', 'bom-ref': ref, purl: ref, name: 'only', version: '1' }],
    vulnerabilities: [{ id: `CVE-2024-${timestamp.slice(5, 10).replace('-', '')}`, affects: [{ ref }] }],
  });
}

function metadata(timestamp: string, name: string) {
  const digest = `sha256:${Buffer.from(name.padEnd(32)).toString('hex')}`;
  const component = { type: 'container', name: `registry.example.com/${name}`, version: digest };
  return {
    ...{ bomFormat: 'CycloneDX', specVersion: '1.4', version: 1 },
    metadata: { timestamp, tools: [{ name: 'grype', version: '0.120.0' }], component },
  };
}

function encode(document: object): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}
