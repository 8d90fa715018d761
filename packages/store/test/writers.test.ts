import { storeThread } from '@assay/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { type DatabaseOptions, openDatabase, openStore, type Store } from '../src/index.ts';
import { engines } from './engines.ts';
import { makeDocument } from './made-documents.ts';
import { storedReports, storedState } from './stored-state.ts';

const claims = { standard: 'cyclonedx', encoding: 'json' } as const;

for (const engine of engines()) {
  describe(`many writers on ${engine.name}`, () => {
    const open: Store[] = [];
    const start = async (database?: DatabaseOptions): Promise<Store> => {
      const store = await openStore({
        database: database ?? (await engine.create()),
        program: storeThread,
        readingThreads: 2,
      });
      open.push(store);
      return store;
    };
    const submit = (store: Store, at: number) => {
      const { uid, bytes } = makeDocument(at);
      return store.intake.submit({ kind: 'image', bytes, claims, uid });
    };
    afterAll(async () => {
      for (const store of open) await store.close().catch(() => undefined);
      await engine.stop();
    });

    it('leave what one writer would have left, and lose nothing', async () => {
      const numbers = Array.from({ length: 60 }, (_, at) => at);
      const [serial, parallel] = [await start(), await start()];
      for (const at of numbers) await submit(serial, at);
      const queue = [...numbers].reverse();
      const client = async (): Promise<void> => {
        for (let at = queue.pop(); at !== undefined; at = queue.pop()) await submit(parallel, at);
      };
      await Promise.all(Array.from({ length: 16 }, client));
      const state = await storedState(parallel.queries);
      expect(state).toEqual(await storedState(serial.queries));
      for (const at of numbers) {
        const { uid, packages, pairs } = makeDocument(at);
        expect(state.reports[uid]).toEqual({ packages, pairs });
      }
    });

    it('store a report of one name once, whoever is first', async () => {
      const store = await start();
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => submit(store, 1)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'REPORT_EXISTS' });
      expect(Object.keys(await storedReports(store.queries))).toEqual(['report-1']);
    });

    it('find what is there after a close, and keep the schema as it is', async () => {
      const database = await engine.create();
      const first = await start(database);
      await submit(first, 3);
      await first.close();
      const second = await start(database);
      expect(Object.keys(await storedReports(second.queries))).toEqual(['report-3']);
      if (database.is === 'pglite')
        await expect(openDatabase(database)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    });
  });
}
