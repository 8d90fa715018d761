import { EventSink } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aNamespace, endOf, removeNamespace, stubScan } from './a-scan.ts';
import { openCluster } from './cluster.ts';
import { sendTo } from './observer-values.ts';

const cluster = openCluster();
const crane = (...args: string[]) => cluster.ask('crane', '--insecure', ...args);
let namespace = '';
let result = '';

beforeAll(async () => {
  namespace = await aNamespace(cluster);
  await cluster.apply(namespace, await stubScan(cluster, namespace, 'good'));
  result = (await endOf(cluster, namespace, 'good')).status?.scanResult ?? '';
});
afterAll(() => removeNamespace(cluster, namespace));

interface Manifest {
  readonly mediaType: string;
  readonly config: { readonly mediaType: string };
  readonly layers: readonly { readonly mediaType: string }[];
}

interface ImageConfig {
  readonly config: { readonly Labels: Readonly<Record<string, string>> };
  readonly history: readonly { readonly author?: string; readonly created_by?: string }[];
}

// spec/scan-2.md §5, row by row; the answers of the real clients.
describe('a published result', () => {
  it('is a manifest of docker with one layer, read alike by crane and oras', async () => {
    const text = await crane('manifest', result);
    expect(await cluster.ask('oras', 'manifest', 'fetch', '--plain-http', result)).toBe(text);
    const manifest = JSON.parse(text) as Manifest; // checked by the lines below
    expect(manifest.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(manifest.config.mediaType).toBe('application/vnd.docker.container.image.v1+json');
    expect(manifest.layers.map(({ mediaType }) => mediaType)).toEqual([
      'application/vnd.docker.image.rootfs.diff.tar.gzip',
    ]);
  });

  it('bears the mark and the history of a bundle', async () => {
    const { config, history } = JSON.parse(await crane('config', result)) as ImageConfig; // checked by the lines below
    expect(config.Labels['dev.carvel.imgpkg.bundle']).toBe('true');
    expect(history).toMatchObject([{ author: 'imgpkg', created_by: 'imgpkg' }]);
  });

  it('has the report at its root beside an empty lock, all without a time and for its owner alone', async () => {
    const listed = await cluster.ask(
      'bash',
      '-c',
      'set -o pipefail; crane --insecure export "$0" - | TZ=UTC tar -tvf -',
      result,
    );
    const entries = listed.split('\n').map((line) => line.trim().split(/\s+/));
    expect(entries.map((words) => words.at(-1)?.replace(/\/$/, '')).sort()).toEqual(
      expect.arrayContaining(['.imgpkg', '.imgpkg/images.yml', 'scan.cdx.json']),
    );
    for (const [mode] of entries) expect(mode).toMatch(/^(?:drwx|-r[w-][x-])------$/);
    const read = (file: string) =>
      cluster.ask('bash', '-c', 'set -o pipefail; crane --insecure export "$0" - | tar -xOf - "$1"', result, file);
    expect(await read('.imgpkg/images.yml')).toMatch(
      /^(?:---\n)?apiVersion: imgpkg\.carvel\.dev\/v1alpha1\n(?:images: \[\]\nkind: ImagesLock|kind: ImagesLock\nimages: \[\])$/,
    );
    expect(JSON.parse(await read('scan.cdx.json'))).toMatchObject({ bomFormat: 'CycloneDX' });
  });

  it('is found by its tag and, after the tag has moved, by its digest', async () => {
    const repository = result.replace(/@.*/, '');
    const digest = result.replace(/.*@/, '');
    expect(await crane('digest', `${repository}:good`)).toBe(digest);
    expect(await crane('digest', `${repository}:${digest.replace(':', '-')}.imgpkg`)).toBe(digest);
  });

  it('is the same digest when the same is published again', async () => {
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'again'));
    const again = (await endOf(cluster, namespace, 'again')).status?.scanResult;
    expect(again?.replace(/.*@/, '')).toBe(result.replace(/.*@/, ''));
  });
});

describe('the observer', () => {
  const sink = new EventSink();
  let sendBack: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    await sink.listen('0.0.0.0');
    sendBack = await sendTo(cluster, new URL(sink.url).port);
  });
  afterAll(async () => {
    await sendBack();
    await sink.close();
  });

  it('carries a finished scan to the event handler, once', async () => {
    const about = () => sink.taken.filter((event) => JSON.stringify(event).includes(`story-${namespace}`));
    await expect.poll(() => about().length, { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
    expect(sink.repeats).toEqual([]);
  });
});
