import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InsightWorld, runInsight } from '@assay/insight';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aNamespace, endOf, removeNamespace, stubScan } from './a-scan.ts';
import { clusterEnvironment, openCluster } from './cluster.ts';

const cluster = openCluster();
const inStore = (...args: string[]) => cluster.ask('kubectl', '-n', 'metadata-store', ...args);

describe('the store in a pod, as deploy/store installs it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-e2e-pod-'));
  const certificate = join(folder, 'tls.crt');
  let namespace = '';
  let forwarding: ReturnType<typeof spawn> | undefined;

  beforeAll(async () => {
    await cluster.ask('kubectl', 'apply', '-k', 'deploy/local/store');
    const key = join(folder, 'tls.key');
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...['-subj', '/CN=metadata-store-app', '-keyout', key, '-out', certificate],
      ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:metadata-store-app.metadata-store.svc.cluster.local'],
    ]);
    await inStore('create', 'secret', 'tls', 'app-tls-cert', '--cert', certificate, '--key', key);
    await inStore('rollout', 'status', 'deployment/metadata-store-app', '--timeout=180s');
    await forward();
    namespace = await aNamespace(cluster);
  });
  afterAll(async () => {
    forwarding?.kill();
    await removeNamespace(cluster, namespace);
    await cluster.ask('kubectl', 'delete', '-k', 'deploy/local/store', '--ignore-not-found', '--timeout=120s');
    rmSync(folder, { recursive: true });
  });

  /** Lets insight reach the pod that serves now. */
  async function forward(): Promise<void> {
    forwarding?.kill();
    const port = await new Promise<string>((resolve, reject) => {
      const words = ['-n', 'metadata-store', 'port-forward', 'service/metadata-store-app', ':8443'];
      const child = spawn('kubectl', words, { env: clusterEnvironment() });
      forwarding = child;
      child.stdout.on('data', (chunk: Buffer) => {
        const found = /127\.0\.0\.1:(\d+)/.exec(chunk.toString('utf8'))?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`kubectl port-forward ended with ${code}`)));
    });
    await insight('config', 'set-target', `https://127.0.0.1:${port}`, '--ca-cert', certificate);
  }

  async function insight(...words: readonly string[]): Promise<string> {
    let text = '';
    const stream: InsightWorld['stdout'] = {
      write: async (part) => {
        text += part;
      },
    };
    const token = await inStore('create', 'token', 'metadata-store-read-write-client');
    const world = { stdout: stream, stderr: stream, stdin: (async function* () {})(), isInteractive: false };
    await runInsight(words, { ...world, signal: new AbortController().signal, home: folder, token, version: '0' });
    return text;
  }

  it('is reached over TLS with the certificate it was given', async () => {
    expect(await insight('health')).toBe('Success: Reached Metadata Store!\n');
  });

  it('gets what the observer finds with nothing changed in its values, and keeps it when its pod is made anew', async () => {
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'good'));
    const scan = await endOf(cluster, namespace, 'good');
    const digest = (scan.status?.scannedImage ?? '').replace(/.*@/, '');
    const stored = async () => {
      const text = await insight('report', 'list', '-d', digest, '--output-format', 'api-json');
      expect(text).toContain(scan.status?.scanResult);
      return text;
    };
    const before = await vi.waitFor(stored, { timeout: 60_000, interval: 300 });
    await inStore('delete', 'pod', '-l', 'app.kubernetes.io/name=metadata-store');
    await inStore('rollout', 'status', 'deployment/metadata-store-app', '--timeout=180s');
    await forward();
    expect(JSON.parse(await stored()).Count).toBe(JSON.parse(before).Count);
  });
});
