import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Digest } from '@assay/contract';
import { canListReferrers, type Descriptor, openRegistry, parseReference, readAll } from '@assay/oci';
import { checkBundleConfig, checkImagesLock, parseBundleManifest, parseStepFailure } from '@assay/pipeline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runStep } from '../src/index.ts';
import { anImage, aPod, aWorld, cycloneDx, spdx, startRegistry, testLog } from './a-step.ts';

type Json = Readonly<Record<string, unknown>>;

/** Everything of a repository by digest or tag, as JSON or bytes. */
async function read(host: string, repository: string, what: { tag?: string; digest?: Digest }) {
  const source = openRegistry({ registry: host, repository, ...what });
  const descriptor = await source.resolve();
  const bytes = await readAll(source.fetch(descriptor), 1e9);
  const blob = async (part: Descriptor) => readAll(source.fetch(part), 1e9);
  return { descriptor, bytes, document: JSON.parse(Buffer.from(bytes).toString()) as Json, blob, source };
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The entries of a tar, by the offsets of POSIX ustar: name 0–99, mode 100–107, uid 108–115, gid 116–123, size 124–135, mtime 136–147, type 156. */
function untar(tar: Buffer) {
  const entries: {
    name: string;
    mode: string;
    uid: number;
    gid: number;
    mtime: number;
    type: string;
    content: Buffer;
  }[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const text = (from: number, to: number) => tar.toString('latin1', at + from, at + to).replace(/\0.*$/, '');
    const number = (from: number, to: number) => Number.parseInt(text(from, to), 8);
    const size = number(124, 136);
    entries.push({
      name: text(0, 100),
      mode: text(100, 108),
      uid: number(108, 116),
      gid: number(116, 124),
      mtime: number(136, 148),
      type: text(156, 157),
      content: tar.subarray(at + 512, at + 512 + size),
    });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

/** Publishes what `fill` puts into a pod's results folder. */
async function publishTo(
  host: string,
  fill: (pod: Awaited<ReturnType<typeof aPod>>) => Promise<void>,
  settings: Parameters<typeof aPod>[0] = {},
) {
  const pod = await aPod({ location: `${host}/project/results:one`, ...settings });
  await fill(pod);
  const log = testLog();
  const code = await runStep('publisher', pod.settings, aWorld(log));
  const file = (name: string) => readFile(join(pod.root, name), 'utf8').catch(() => undefined);
  return { pod, log, code, file };
}

// Every row of the table in the Scan 2.0 contract, §5 "Published artifact (imgpkg bundle)", typed before the code.
describe('the published bundle', () => {
  it('has the manifest, configuration and layer that imgpkg insists on', async () => {
    const { host } = await startRegistry();
    const { code, file } = await publishTo(host, async ({ put }) => {
      await put('scan.cdx.json', cycloneDx, 0o644);
      await put('deep/notes.txt', 'hello', 0o755);
    });
    expect(code).toBe(0);

    const { document, bytes, descriptor, blob } = await read(host, 'project/results', { tag: 'one' });
    expect(document.schemaVersion).toBe(2);
    expect(document.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(descriptor.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    const { config, layer } = parseBundleManifest(document, descriptor.mediaType);
    expect(document.layers).toHaveLength(1);
    expect(config.mediaType).toBe('application/vnd.docker.container.image.v1+json');
    expect(layer.mediaType).toBe('application/vnd.docker.image.rootfs.diff.tar.gzip');

    const configuration = JSON.parse(Buffer.from(await blob(config)).toString()) as {
      config: { Labels: Json };
      history: readonly Json[];
      rootfs: { type: string; diff_ids: readonly string[] };
    };
    checkBundleConfig(configuration);
    expect(configuration.config.Labels).toEqual({ 'dev.carvel.imgpkg.bundle': 'true' });
    expect(configuration.history).toEqual([
      { author: 'imgpkg', created: '0001-01-01T00:00:00Z', created_by: 'imgpkg' },
    ]);

    const tar = gunzipSync(await blob(layer));
    expect(configuration.rootfs.diff_ids).toEqual([`sha256:${createHash('sha256').update(tar).digest('hex')}`]);
    const entries = untar(tar);
    expect(entries.map(({ name, type, mode }) => [name, type, mode])).toEqual([
      ['.imgpkg', '5', '0000700'],
      ['.imgpkg/images.yml', '0', '0000600'],
      ['deep', '5', '0000700'],
      ['deep/notes.txt', '0', '0000700'],
      ['scan.cdx.json', '0', '0000600'],
    ]);
    expect(entries.every(({ uid, gid, mtime }) => uid === 0 && gid === 0 && mtime === 0)).toBe(true);
    const lock = entries[1]?.content.toString() ?? '';
    checkImagesLock(lock);
    expect(lock).toBe('apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: []\n');
    expect(entries[4]?.content.toString()).toBe(cycloneDx);

    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    expect(await file('scan-result')).toBe(`${host}/project/results@${digest}`);
    expect(await file('report-count')).toBe('1');
  });

  it('stays under a tag of its own digest when its tag moves on', async () => {
    const { host } = await startRegistry();
    const first = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx));
    await publishTo(host, ({ put }) => put('scan.cdx.json', `${cycloneDx}\n`));
    const digest = (await first.file('scan-result'))?.split('@')[1] ?? '';
    const kept = await read(host, 'project/results', { tag: `${digest.replace(':', '-')}.imgpkg` });
    expect(kept.descriptor.digest).toBe(digest);
    const moved = await read(host, 'project/results', { tag: 'one' });
    expect(moved.descriptor.digest).not.toBe(digest);
  });

  // Source: imgpkg packs in the order of Go's filepath.Walk: names sorted within each folder, a folder before what is in it.
  it('is packed in the order in which imgpkg walks', async () => {
    const { host } = await startRegistry();
    await publishTo(host, async ({ put }) => {
      for (const name of ['z.cdx.json', 'a-b.txt', 'a/z.txt', '.a']) await put(name, cycloneDx);
    });
    const { document, blob, descriptor } = await read(host, 'project/results', { tag: 'one' });
    const tar = untar(gunzipSync(await blob(parseBundleManifest(document, descriptor.mediaType).layer)));
    expect(tar.map(({ name }) => name)).toEqual([
      '.a',
      '.imgpkg',
      '.imgpkg/images.yml',
      'a',
      'a/z.txt',
      'a-b.txt',
      'z.cdx.json',
    ]);
  });

  it('has the same digest for the same content, whenever and in whatever order it was written', async () => {
    const { host } = await startRegistry();
    const names = ['b/x.txt', 'a-b.txt', 'a/z.txt', 'scan.cdx.json', 'ü.txt', `${'long/'.repeat(3)}${'n'.repeat(120)}`];
    const fill =
      (order: readonly string[], at: number) =>
      async ({ put, settings }: Awaited<ReturnType<typeof aPod>>) => {
        for (const name of order) await put(name, name === 'scan.cdx.json' ? cycloneDx : name);
        for (const name of order) await utimes(join(settings.resultsPath, name), at, at);
      };
    const one = await publishTo(host, fill(names, 1_000_000_000));
    const two = await publishTo(host, fill(names.toReversed(), 1_700_000_000));
    expect(one.code).toBe(0);
    expect(await two.file('scan-result')).toBe(await one.file('scan-result'));
  });

  // Sources: Amazon ECR User Guide, "Preventing image tags from being overwritten"; Harbor documentation, "Create Tag Immutability Rules".
  it('is published again where tags cannot be moved, but another one is not', async () => {
    const written = new Set<string>();
    const { host } = await startRegistry({
      authorize: ({ method, url = '' }) => {
        if (method !== 'PUT' || !/\/manifests\/(?!sha256:)/.test(url)) return { allow: true };
        if (written.has(url)) return { allow: false, status: 403 };
        written.add(url);
        return { allow: true };
      },
    });
    const first = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx));
    const second = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx));
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(await second.file('scan-result')).toBe(await first.file('scan-result'));
    const other = await publishTo(host, ({ put }) => put('scan.cdx.json', `${cycloneDx}\n`));
    expect(parseStepFailure(await other.file('failure'))?.reason).toBe('RegistryDenied');
  });

  it('goes to latest when the location names no tag, and not at all when it names a digest', async () => {
    const { host } = await startRegistry();
    const fill = ({ put }: Awaited<ReturnType<typeof aPod>>) => put('scan.cdx.json', cycloneDx);
    const plain = await publishTo(host, fill, { location: `${host}/project/plain` });
    const latest = await read(host, 'project/plain', { tag: 'latest' });
    expect(await plain.file('scan-result')).toBe(`${host}/project/plain@${latest.descriptor.digest}`);

    const refused = await publishTo(host, fill, { location: `${host}/project/plain@sha256:${'a'.repeat(64)}` });
    expect(refused.code).toBe(1);
    expect(parseStepFailure(await refused.file('failure'))?.reason).toBe('LocationInvalid');
  });

  it('carries a link that stays inside as the file it leads to', async () => {
    const { host } = await startRegistry();
    await publishTo(host, async ({ put, settings }) => {
      await put('run/1.json', cycloneDx);
      await symlink('run/1.json', join(settings.resultsPath, 'scan.cdx.json'));
    });
    const { document, blob, descriptor } = await read(host, 'project/results', { tag: 'one' });
    const tar = untar(gunzipSync(await blob(parseBundleManifest(document, descriptor.mediaType).layer)));
    expect(tar.find(({ name }) => name === 'scan.cdx.json')?.content.toString()).toBe(cycloneDx);
  });
});

describe('of the reports', () => {
  it('a valid one counts beside an invalid one, which is said', async () => {
    const { host } = await startRegistry();
    const { code, log, file } = await publishTo(host, async ({ put }) => {
      await put('bad.cdx.json', '{"bomFormat":"CycloneDX","specVersion":"9.9"}');
      await put('good.spdx.json', spdx);
      await put('log.txt', 'scanned');
    });
    expect(code).toBe(0);
    expect(await file('report-count')).toBe('1');
    const warned = log.said.filter(({ level }) => level === 'warn').map(({ facts }) => facts.name);
    expect(warned).toEqual(['bad.cdx.json']);
    expect(await file('ignored-count')).toBe('1');
  });

  it('an empty inventory is an answer', async () => {
    const { host } = await startRegistry();
    const { code } = await publishTo(host, ({ put }) =>
      put('scan.cdx.json', '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}'),
    );
    expect(code).toBe(0);
  });

  it('one under any name counts', async () => {
    const { host } = await startRegistry();
    const { code, file } = await publishTo(host, async ({ put }) => {
      await put('output', spdx);
      await put('scan.cdx.json', cycloneDx);
    });
    expect([code, await file('report-count')]).toEqual([0, '2']);
  });
});

// Reasons are the classes of the failures named in the issue "Scan 2.0 on a real cluster", "Bad input and faults".
describe('the publisher fails with a reason of its own for', () => {
  type Fill = Parameters<typeof publishTo>[1];
  const half = cycloneDx.slice(0, cycloneDx.length / 2);
  const cases: readonly (readonly [what: string, reason: string, fill: Fill, says: RegExp])[] = [
    ['an empty folder', 'ResultsEmpty', async () => undefined, /is empty$/],
    [
      'a folder of empty folders',
      'ResultsEmpty',
      async ({ settings }) => void (await mkdir(join(settings.resultsPath, 'a/b'), { recursive: true })),
      /is empty$/,
    ],
    ['half a file', 'ReportTruncated', ({ put }) => put('scan.cdx.json', half), /"scan\.cdx\.json" ends in its middle/],
    [
      'half an XML file',
      'ReportTruncated',
      ({ put }) =>
        put('scan.cdx.xml', '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components>'),
      /"scan\.cdx\.xml" ends in its middle/,
    ],
    ['a file of no bytes', 'ReportTruncated', ({ put }) => put('scan.cdx.json', ''), /it is empty/],
    [
      'an invalid document',
      'ReportInvalid',
      ({ put }) => put('scan.cdx.json', '{"bomFormat":"CycloneDX","specVersion":"9.9"}'),
      /"scan\.cdx\.json" is not valid: .*9\.9/,
    ],
    [
      'a document of which nothing can be understood',
      'ReportInvalid',
      ({ put }) => put('scan.cdx.json', '{"bomFormat":"CycloneDX","specVersion":"1.5","components":"none"}'),
      /nothing in it can be understood, such as \/components/,
    ],
    ['files of other kinds only', 'ReportInvalid', ({ put }) => put('a.txt', 'hello'), /neither CycloneDX nor SPDX/],
    [
      'a file of 200 MiB',
      'ResultsTooLarge',
      async ({ put, settings }) => {
        await put('scan.cdx.json', '{');
        await truncate(join(settings.resultsPath, 'scan.cdx.json'), 200 * 1024 * 1024);
      },
      /"scan\.cdx\.json" has 209715200 bytes; one file may have 104857600/,
    ],
    [
      'a link that leaves the folder',
      'ResultsRefused',
      ({ settings }) => symlink('/etc/passwd', join(settings.resultsPath, 'scan.cdx.json')),
      /"scan\.cdx\.json" is a link that leaves/,
    ],
    [
      'a link to a folder outside',
      'ResultsRefused',
      ({ settings }) => symlink('../..', join(settings.resultsPath, 'up')),
      /"up" is a link that leaves/,
    ],
    [
      'a dangling link that would leave',
      'ResultsRefused',
      ({ settings }) => symlink('/nowhere/at/all', join(settings.resultsPath, 'x')),
      /"x" is a link that leaves/,
    ],
    ['a name that removes files', 'ResultsRefused', ({ put }) => put('.wh.scan.cdx.json', 'x'), /removes a file/],
  ];
  it.each(cases)('%s', async (_what, reason, fill, says) => {
    const { host } = await startRegistry();
    const { code, log, file } = await publishTo(host, fill);
    expect(code).toBe(1);
    const failure = parseStepFailure(await file('failure'));
    expect(failure).toMatchObject({ step: 'publisher', reason, retry: 'never' });
    expect(failure?.message).toMatch(says);
    expect(log.said.filter(({ level }) => level === 'error')).toHaveLength(1);
    const left = (await file('termination')) ?? '';
    expect(Buffer.byteLength(left)).toBeLessThan(4096);
    expect(parseStepFailure(left)?.reason).toBe(reason);
    expect(await file('scan-result')).toBeUndefined();
  });

  it('too many files, and files too deep', async () => {
    const { host } = await startRegistry();
    const limits = { fileBytes: 1000, totalBytes: 1500, files: 3, depth: 1 };
    const reasonOf = async (fill: Fill) => {
      const { file } = await publishTo(host, fill, { limits });
      return parseStepFailure(await file('failure'))?.message;
    };
    const many = await reasonOf(async ({ put }) => {
      for (const name of ['a', 'b', 'c', 'd']) await put(name, 'x');
    });
    expect(many).toMatch(/more than 3 files/);
    expect(await reasonOf(({ put }) => put('a/b/c', 'x'))).toMatch(/deeper than 1 folders/);
    const heavy = await reasonOf(async ({ put }) => {
      for (const name of ['a', 'b']) await put(name, 'x'.repeat(900));
    });
    expect(heavy).toMatch(/more than 1500 bytes in all/);
  });

  it('an empty folder says so in the very words of the troubleshooting table', async () => {
    const { host } = await startRegistry();
    const { log, pod } = await publishTo(host, async () => undefined);
    expect(log.lines).toEqual([`results folder ${pod.settings.resultsPath} is empty`]);
  });

  it('a registry that is down', async () => {
    const registry = await startRegistry();
    const { host } = registry;
    await registry.close();
    const { file } = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx));
    expect(parseStepFailure(await file('failure'))).toMatchObject({
      reason: 'RegistryUnreachable',
      retry: 'later',
    });
  });

  // Source: distribution/distribution docs, configuration "maintenance.readonly": writes are answered 405.
  it('a registry that is read-only', async () => {
    const server = createServer((request, response) => {
      const code = request.method === 'HEAD' ? 404 : request.method === 'GET' ? 200 : 405;
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(code === 405 ? '{"errors":[{"code":"UNSUPPORTED","message":"read-only"}]}' : '{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo; // a TCP server that listens has one
    const { file } = await publishTo(`127.0.0.1:${port}`, ({ put }) => put('scan.cdx.json', cycloneDx));
    expect(parseStepFailure(await file('failure'))).toMatchObject({ reason: 'RegistryDenied', retry: 'never' });
  });

  it('a registry that asks to slow down for ever, after six attempts', async () => {
    let attempts = 0;
    const server = createServer((request, response) => {
      if (request.method === 'POST') attempts += 1;
      response.writeHead(request.method === 'HEAD' ? 404 : request.method === 'POST' ? 429 : 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo; // a TCP server that listens has one
    const { file } = await publishTo(`127.0.0.1:${port}`, ({ put }) => put('scan.cdx.json', cycloneDx));
    expect(parseStepFailure(await file('failure'))).toMatchObject({ reason: 'RegistryBusy', retry: 'later' });
    expect(attempts).toBe(6);
  });

  it('a registry that lets nobody write', async () => {
    const { host } = await startRegistry({
      authorize: (_request, { action }) => (action === 'push' ? { allow: false, status: 403 } : { allow: true }),
    });
    const { file } = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx));
    expect(parseStepFailure(await file('failure'))).toMatchObject({ reason: 'RegistryDenied', retry: 'never' });
  });
});

describe('beside the scanned image', () => {
  it('lies a second object with the reports, our own report and a statement', async () => {
    const { host } = await startRegistry();
    const image = await anImage(host);
    const { code, file } = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx), {
      image,
      scannerName: 'Trivy',
    });
    expect(code).toBe(0);
    expect(await file('scanned-image')).toBe(image);

    const source = openRegistry(parseReference(image));
    const subject = await source.resolve();
    if (!canListReferrers(source)) throw new Error('no referrers');
    const listed = await all(source.referrers(subject, 'application/vnd.assay.scan.v1'));
    expect(listed).toHaveLength(1);
    const { document, blob } = await read(host, 'project/app', { digest: listed[0]?.digest ?? subject.digest });
    // Source: OCI image-spec 1.1, manifest.md: artifactType, the empty descriptor, subject.
    expect(document).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.assay.scan.v1',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        size: 2,
      },
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      annotations: { 'dev.assay.scan.bundle': await file('scan-result') },
    });
    const layers = document.layers as readonly (Descriptor & { annotations: Json })[];
    expect(
      layers.map(({ mediaType, annotations }) => [mediaType, annotations['org.opencontainers.image.title']]),
    ).toEqual([
      ['application/vnd.cyclonedx+json', 'scan.cdx.json'],
      ['application/vnd.assay.report.v1+json', 'report.json'],
      ['application/vnd.in-toto+json', 'vulnerabilities.intoto.json'],
    ]);
    const [raw, report, statement] = await Promise.all(
      layers.map(async (layer) => Buffer.from(await blob(layer)).toString()),
    );
    expect(raw).toBe(cycloneDx);
    expect(JSON.parse(report ?? '')).toMatchObject({
      schema: 'https://assay.dev/schemas/report/v1',
      subject: { kind: 'image', name: `${host}/project/app`, digest: subject.digest },
      scanner: { name: 'Trivy', version: '0.48.3' },
      scannedAt: '2026-11-20T10:00:00.000Z',
      findings: [{ id: 'CVE-2021-44906', severity: 'critical' }],
    });
    // Source: in-toto attestation, spec/predicates/vulns_02.md, and spec/v1/statement.md.
    expect(JSON.parse(statement ?? '')).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: `${host}/project/app`, digest: { sha256: subject.digest.slice('sha256:'.length) } }],
      predicateType: 'https://in-toto.io/attestation/vulns/v0.2',
      predicate: {
        scanner: {
          uri: 'pkg:generic/Trivy@0.48.3',
          version: '0.48.3',
          db: {},
          result: [
            {
              id: 'CVE-2021-44906',
              severity: [
                { method: 'nvd', score: 'critical' },
                { method: 'cvss_score', score: '9.8' },
              ],
              annotations: [{ package: 'pkg:npm/minimist@1.2.5' }],
            },
          ],
        },
        metadata: { scanStartedOn: '2026-11-20T10:00:00.000Z', scanFinishedOn: '2026-11-20T10:00:00.000Z' },
      },
    });
  });

  it('lies one object however often the same results are published', async () => {
    const { host } = await startRegistry();
    const image = await anImage(host);
    for (let time = 0; time < 2; time += 1)
      await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx), { image });
    const source = openRegistry(parseReference(image));
    expect(await all(source.referrers(await source.resolve()))).toHaveLength(1);
  });

  it('nothing lies where the publisher may not write, which is said and no failure', async () => {
    const registry = await startRegistry({
      authorize: (_request, { action, repository }) =>
        action === 'push' && repository === 'project/app' && isClosed ? { allow: false, status: 403 } : { allow: true },
    });
    let isClosed = false;
    const image = await anImage(registry.host);
    isClosed = true;
    const { code, log, file } = await publishTo(registry.host, ({ put }) => put('scan.cdx.json', cycloneDx), { image });
    expect(code).toBe(0);
    expect(await file('scan-result')).toMatch(/@sha256:/);
    expect(log.said.at(-1)).toMatchObject({
      level: 'info',
      message: 'the results are not attached to the image',
      facts: { code: 'REGISTRY_DENIED' },
    });
  });

  it('nothing lies where the registry of the image is down, which is said and no failure', async () => {
    const gone = await startRegistry();
    const image = await anImage(gone.host);
    await gone.close();
    const { host } = await startRegistry();
    const { code, log } = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx), { image });
    expect(code).toBe(0);
    expect(log.said.at(-1)).toMatchObject({ level: 'warn', facts: { code: 'REGISTRY_UNREACHABLE' } });
  });
});

// An equal scan has found the answer: its bundle is published again, and the results folder is not looked at.
describe('a bundle that is published again', () => {
  async function again(host: string, copyFrom: string, settings: Parameters<typeof aPod>[0] = {}) {
    return publishTo(host, async () => undefined, { copyFrom, location: `${host}/other/place:two`, ...settings });
  }

  it('is the same to the last byte, under both tags, and its reports are counted', async () => {
    const { host } = await startRegistry();
    const first = await publishTo(host, async ({ put }) => {
      await put('scan.cdx.json', cycloneDx);
      await put(`${'ü'.repeat(70)}/${'n'.repeat(120)}.spdx.json`, spdx);
      await put('bad.cdx.json', '{"bomFormat":"CycloneDX","specVersion":"9.9"}');
    });
    const from = (await first.file('scan-result')) ?? '';
    const { code, file } = await again(host, from);
    expect(code).toBe(0);
    const digest = from.split('@')[1] ?? '';
    expect(await file('scan-result')).toBe(`${host}/other/place@${digest}`);
    expect([await file('report-count'), await file('ignored-count')]).toEqual(['2', '1']);
    for (const tag of ['two', `${digest.replace(':', '-')}.imgpkg`]) {
      const { descriptor, document, blob } = await read(host, 'other/place', { tag });
      expect(descriptor.digest).toBe(digest);
      const tar = untar(gunzipSync(await blob(parseBundleManifest(document, descriptor.mediaType).layer)));
      expect(tar.find(({ name }) => name === 'scan.cdx.json')?.content.toString()).toBe(cycloneDx);
    }
  });

  it('is none when it is an image, is gone, or is not named by digest', async () => {
    const { host } = await startRegistry();
    const image = await anImage(host);
    for (const from of [image, `${host}/project/app@sha256:${'a'.repeat(64)}`, `${host}/project/app:1`]) {
      const { code, file } = await again(host, from);
      expect(code).toBe(1);
      expect(parseStepFailure(await file('failure'))?.reason).toBe('RegistryFailed');
    }
  });

  it('keeps the limits of the publisher', async () => {
    const { host } = await startRegistry();
    const first = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx.padEnd(5000)));
    const limits = { fileBytes: 4000, totalBytes: 10_000, files: 3, depth: 1 };
    const { file } = await again(host, (await first.file('scan-result')) ?? '', { limits });
    expect(parseStepFailure(await file('failure'))?.reason).toBe('ResultsTooLarge');
  });
});

describe('the publisher signs in', () => {
  const wanted = `Basic ${Buffer.from('robot:secret').toString('base64')}`;
  const start = () =>
    startRegistry({
      authorize: (request) =>
        request.headers.authorization === wanted
          ? { allow: true }
          : { allow: false, status: 401, headers: { 'www-authenticate': 'Basic realm="test"' } },
    });
  const configFor = (host: string) =>
    JSON.stringify({ auths: { [host]: { auth: Buffer.from('robot:secret').toString('base64') } } });

  it('with a secret that is mounted in its own step, and then with nothing else', async () => {
    const { host } = await start();
    const pod = await aPod();
    const mounted = join(pod.root, 'write-creds');
    await mkdir(mounted);
    await writeFile(join(mounted, '.dockerconfigjson'), configFor(host));
    const { code } = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx), {
      credentialFolders: [{ path: mounted }],
    });
    expect(code).toBe(0);

    await writeFile(join(mounted, '.dockerconfigjson'), configFor('other.example'));
    const { file, log } = await publishTo(
      host,
      async ({ put, settings }) => {
        await put('scan.cdx.json', cycloneDx);
        await writeFile(join(settings.helperFolder, 'config.json'), configFor(host));
      },
      { credentialFolders: [{ path: mounted }] },
    );
    expect(parseStepFailure(await file('failure'))?.reason).toBe('RegistryDenied');
    expect(JSON.stringify(log.said)).not.toMatch(/secret|cm9ib3Q6c2VjcmV0/);
  });

  it('never with what lies in the home of a pod it shares with the scanner', async () => {
    const { host } = await start();
    const { file } = await publishTo(host, async ({ put, settings }) => {
      await put('scan.cdx.json', cycloneDx);
      await mkdir(join(settings.home, '.docker'));
      await writeFile(join(settings.home, '.docker/config.json'), configFor(host));
    });
    expect(parseStepFailure(await file('failure'))?.reason).toBe('RegistryDenied');
  });

  it('with none of its secrets when they hold no credentials, and says so', async () => {
    const { host } = await start();
    const pod = await aPod();
    const { file } = await publishTo(host, ({ put }) => put('scan.cdx.json', cycloneDx), {
      credentialFolders: [{ path: join(pod.root, 'none') }],
    });
    expect(parseStepFailure(await file('failure'))?.reason).toBe('CredentialsUnusable');
  });

  it('with what the cred-helper wrote', async () => {
    const { host } = await start();
    const { code } = await publishTo(host, async ({ put, settings }) => {
      await put('scan.cdx.json', cycloneDx);
      await writeFile(join(settings.helperFolder, 'config.json'), configFor(host));
      await chmod(join(settings.helperFolder, 'config.json'), 0o600);
    });
    expect(code).toBe(0);
  });
});
