import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InsightWorld, runInsight } from '@assay/insight';
import { findPostgres, startPostgres, type TestPostgres } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aNamespace, endOf, removeNamespace, stubScan } from './a-scan.ts';
import { openCluster } from './cluster.ts';
import { sendTo } from './observer-values.ts';
import { type StoreProcess, startStoreProcess } from './store-process.ts';

const cluster = openCluster();
const programs = findPostgres();
if (programs === undefined) throw new Error('the stories of the store need PostgreSQL 15 or newer');
const tokenOf = (account: string) => cluster.ask('kubectl', '-n', 'metadata-store', 'create', 'token', account);

beforeAll(() => cluster.ask('kubectl', 'apply', '-k', 'deploy/store'));
afterAll(() => cluster.ask('kubectl', 'delete', '-k', 'deploy/store', '--ignore-not-found', '--wait=false'));

// From a manifest to an answer: each stage is the real one.
for (const engine of ['PGlite', 'PostgreSQL'] as const) {
  describe(`a scan’s way into the store on ${engine}`, () => {
    let namespace = '';
    let store: StoreProcess;
    let postgres: TestPostgres | undefined;
    let sendBack: () => Promise<void> = async () => undefined;
    let digest = '';
    let secondsToStored = Number.POSITIVE_INFINITY;
    const home = mkdtempSync(join(tmpdir(), 'assay-e2e-insight-'));

    beforeAll(async () => {
      if (engine === 'PostgreSQL') postgres = await startPostgres(programs);
      const database =
        postgres === undefined ? { ASSAY_DATA: 'data' } : { DATABASE_URL: await postgres.createDatabase() };
      store = await startStoreProcess(database);
      sendBack = await sendTo(cluster, store.port);
      const observer = 'deployment/amr-observer-controller-manager';
      await cluster.ask('kubectl', '-n', 'amr-observer-system', 'rollout', 'status', observer, '--timeout=120s');
      namespace = await aNamespace(cluster);
      await cluster.apply(namespace, await stubScan(cluster, namespace, 'good'));
      const scan = await endOf(cluster, namespace, 'good');
      const succeeded = Date.now();
      digest = (scan.status?.scannedImage ?? '').replace(/.*@/, '');
      await insight('config', 'set-target', store.url);
      await vi.waitFor(async () => expect(await insight('report', 'list', '-d', digest)).toMatch(/UID/), {
        timeout: 60_000,
        interval: 200,
      });
      secondsToStored = (Date.now() - succeeded) / 1000;
    });
    afterAll(async () => {
      await sendBack();
      await removeNamespace(cluster, namespace);
      await store.stop();
      await postgres?.stop();
      rmSync(home, { recursive: true });
    });

    async function insight(...words: readonly string[]): Promise<string> {
      let text = '';
      const stream: InsightWorld['stdout'] = {
        write: async (part) => {
          text += part;
        },
      };
      const world = { stdout: stream, stderr: stream, stdin: (async function* () {})(), isInteractive: false };
      const token = await tokenOf('metadata-store-read-write-client');
      await runInsight(words, { ...world, signal: new AbortController().signal, home, token, version: '0' });
      return text;
    }

    const query = async (text: string, account = 'amr-graphql-viewer') =>
      fetch(`${store.url}/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(account)}` },
        body: JSON.stringify({ query: text }),
      });

    it('is stored within seconds of the scan’s success', () => {
      expect(secondsToStored).toBeLessThan(15);
      process.stderr.write(`e2e: stored ${secondsToStored.toFixed(1)} s after the scan succeeded, on ${engine}\n`);
    });

    it('is answered by insight, with what the report lists', async () => {
      const text = await insight('image', 'get', '-d', digest);
      expect(text).toMatch(/^Registry:\t\S+\nImage Name:\t\S+\nDigest: {4}\tsha256:[0-9a-f]{64}\nPackages:\n\t1\. /);
    });

    it('came once, with the bundle it came from', async () => {
      const reports = await insight('report', 'list', '-d', digest, '--output-format', 'api-json');
      const ofScan = JSON.parse(reports).Results.filter(({ OriginalLocation }: { OriginalLocation: string }) =>
        OriginalLocation.includes(namespace),
      );
      expect(ofScan).toHaveLength(1);
      expect(ofScan[0]).toMatchObject({ OriginalLocation: expect.stringMatching(/@sha256:/), EntityUID: digest });
    });

    it('knows the cluster as a location, and what runs in it', async () => {
      const uid = await cluster.ask('kubectl', 'get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}');
      const answer = await query('{ locations { reference } containers(first: 5) { nodes { state } } }');
      const { data } = JSON.parse(await answer.text());
      expect(data.locations).toContainEqual({ reference: uid });
      expect(data.containers.nodes.length).toBeGreaterThan(0);
    });

    it('lets in whom the cluster lets in, and nobody else', async () => {
      const ask = async (token: string | undefined, method = 'GET') =>
        (
          await fetch(`${store.url}/api/v1/images`, {
            method,
            headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          })
        ).status;
      expect(await ask(undefined)).toBe(401);
      expect(await ask('not-a-token')).toBe(401);
      expect(await ask(await tokenOf('amr-graphql-viewer'))).toBe(403);
      expect(await ask(await tokenOf('metadata-store-read-write-client'))).toBe(200);
      expect((await query('{ __typename }', 'metadata-store-read-write-client')).status).toBe(403);
    });
  });
}
