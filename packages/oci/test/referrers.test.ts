import type { AssayError } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { referrersTag } from '../src/client/referrers.ts';
import type { Descriptor } from '../src/content-source.ts';
import { digestOf } from '../src/verified.ts';
import { buildImage, describeBytes, jsonBytes } from './image-builder.ts';
import { openTest, startRegistry, startServer, type TestServer } from './servers.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const image = buildImage();
const config = { ...describeBytes(jsonBytes({}), 'application/vnd.oci.empty.v1+json'), data: 'e30=' };

function artifact(number: number, type = 'application/vnd.example.sbom'): Buffer {
  return jsonBytes({
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: type,
    config,
    layers: [],
    subject: image.manifest,
    annotations: { number: String(number) },
  });
}

interface OldRegistryOptions {
  /** Whether a change that comes from an older state is refused, as by registries that know ETag. */
  readonly knowsConditions?: boolean;
  /** Called between a request and its answer. */
  readonly pause?: () => Promise<void>;
  readonly etag?: (digest: string) => string;
}

/** A registry without the referrers API: manifests by tag and digest, nothing else. */
async function startOldRegistry(
  options: OldRegistryOptions = {},
): Promise<TestServer & { readonly tags: Map<string, Buffer> }> {
  const tags = new Map<string, Buffer>();
  const server = await startServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      await options.pause?.();
      const name = request.url?.split('/').at(-1) ?? '';
      if (request.url?.includes('/manifests/') !== true) return void response.writeHead(404).end();
      const now = tags.get(name);
      const etag = now === undefined ? undefined : (options.etag ?? ((digest) => `"${digest}"`))(digestOf(now));
      if (request.method === 'PUT') {
        const { 'if-match': match, 'if-none-match': none } = request.headers;
        const isStale = (match !== undefined && match !== etag) || (none === '*' && now !== undefined);
        if (options.knowsConditions === true && isStale) return void response.writeHead(412).end();
        const body = Buffer.concat(parts);
        tags.set(name, body);
        return void response.writeHead(201, { 'docker-content-digest': digestOf(body) }).end();
      }
      if (now === undefined)
        return void response
          .writeHead(404, { 'content-type': 'application/json' })
          .end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      if (request.method === 'DELETE') {
        tags.delete(name);
        return void response.writeHead(202).end();
      }
      const own = (JSON.parse(now.toString()) as { mediaType: string }).mediaType;
      response.writeHead(200, { 'content-type': own, ...(etag !== undefined && { etag }) }).end(now);
    });
  });
  return { ...server, tags };
}

async function listed(host: string, type?: string): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  for await (const entry of openTest(`${host}/app`).referrers(image.manifest, type)) found.push(entry);
  return found;
}

const numbers = (list: readonly Descriptor[]) =>
  list.map(({ annotations }) => Number(annotations?.number)).sort((a, b) => a - b);

describe.each([
  ['a registry with the referrers API', async () => startRegistry()],
  ['a registry without it', async () => startOldRegistry()],
])('referrers in %s', (_, start) => {
  it('are listed with their type and annotations, and by type', async () => {
    const { host } = await start();
    const repository = openTest(`${host}/app`);
    await repository.pushManifest(artifact(1), manifestType);
    await repository.pushManifest(artifact(2, 'application/vnd.example.signature'), manifestType);
    const all = await listed(host);
    expect(numbers(all)).toEqual([1, 2]);
    expect(all).toContainEqual({
      ...describeBytes(artifact(1), manifestType),
      artifactType: 'application/vnd.example.sbom',
      annotations: { number: '1' },
    });
    expect(numbers(await listed(host, 'application/vnd.example.signature'))).toEqual([2]);
  });

  it('are none where nothing refers', async () => {
    expect(await listed((await start()).host)).toEqual([]);
  });

  it('are listed once, however often they are pushed, and not after they were deleted', async () => {
    const { host } = await start();
    const repository = openTest(`${host}/app`);
    for (const number of [1, 1, 2]) await repository.pushManifest(artifact(number), manifestType);
    expect(numbers(await listed(host))).toEqual([1, 2]);
    await repository.deleteManifest(digestOf(artifact(1)));
    expect(numbers(await listed(host))).toEqual([2]);
  });

  it('are all there after twenty writers at once', async () => {
    const { host } = await start();
    await Promise.all(
      Array.from({ length: 20 }, (__, number) => openTest(`${host}/app`).pushManifest(artifact(number), manifestType)),
    );
    expect(numbers(await listed(host))).toEqual(Array.from({ length: 20 }, (__, number) => number));
  });
});

describe('the list of referrers under a tag', () => {
  it('has the name that the specification gives it', () => {
    // distribution-spec 1.1, "Referrers Tag Schema": algorithm, a dash, at most 64 digits.
    expect(referrersTag(digestOf(Buffer.from('hello')))).toBe(
      'sha256-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    );
    expect(referrersTag(digestOf(Buffer.from('hello'), 'sha512'))).toMatch(/^sha512-[0-9a-f]{64}$/);
  });

  const tag = referrersTag(image.manifest.digest);

  /** Another process, that knows nothing of ours: reads, waits, writes what it read and its own. */
  function overwrite(tags: Map<string, Buffer>, before: Buffer | undefined, number: number): void {
    const entries = before === undefined ? [] : (JSON.parse(before.toString()) as { manifests: unknown[] }).manifests;
    const entry = { ...describeBytes(artifact(number), manifestType), annotations: { number: String(number) } };
    tags.set(tag, jsonBytes({ schemaVersion: 2, mediaType: indexType, manifests: [...entries, entry] }));
  }

  it('is written again when another writer wrote over it', async () => {
    const registry = await startOldRegistry();
    let rounds = 0;
    const clock = {
      now: () => 0,
      // While we watch, another writer puts its older list over ours, three times.
      sleep: async () => {
        rounds += 1;
        if (rounds <= 3) overwrite(registry.tags, undefined, 100 + rounds);
      },
    };
    await openTest(`${registry.host}/app`, { clock }).pushManifest(artifact(1), manifestType);
    expect(numbers(await listed(registry.host))).toContain(1);
    expect(numbers(await listed(registry.host))).toContain(103);
  });

  it('is not written over a newer one where the registry knows conditions', async () => {
    let pauses = 0;
    const registry = await startOldRegistry({
      knowsConditions: true,
      pause: async () => {
        pauses += 1;
        // Between our reading (after the manifest, the second request) and our writing.
        if (pauses === 3) overwrite(registry.tags, registry.tags.get(tag), 7);
      },
    });
    await openTest(`${registry.host}/app`).pushManifest(artifact(1), manifestType);
    expect(numbers(await listed(registry.host))).toEqual([1, 7]);
    expect(registry.seen.some(({ headers }) => headers['if-none-match'] === '*')).toBe(true);
    expect(registry.seen.some(({ headers }) => headers['if-match'] !== undefined)).toBe(true);
  });

  it('is written without a condition where the registry gives weak validators only', async () => {
    const registry = await startOldRegistry({ knowsConditions: true, etag: (digest) => `W/"${digest}"` });
    for (const number of [1, 2]) await openTest(`${registry.host}/app`).pushManifest(artifact(number), manifestType);
    expect(numbers(await listed(registry.host))).toEqual([1, 2]);
  });

  it('keeps what we do not understand in it', async () => {
    const registry = await startOldRegistry();
    const strange = {
      ...describeBytes(artifact(9), manifestType),
      annotations: { number: '9' },
      'vnd.example': { deep: [1] },
    };
    registry.tags.set(
      tag,
      jsonBytes({ schemaVersion: 2, mediaType: indexType, manifests: [strange], 'vnd.example': true }),
    );
    await openTest(`${registry.host}/app`).pushManifest(artifact(1), manifestType);
    expect(JSON.parse(registry.tags.get(tag)?.toString() ?? '')).toMatchObject({
      'vnd.example': true,
      manifests: [strange, { digest: digestOf(artifact(1)) }],
    });
  });

  it('that is no list is an error, not an empty list', async () => {
    const registry = await startOldRegistry();
    registry.tags.set(tag, jsonBytes({ mediaType: indexType, manifests: [{ digest: 'none' }] }));
    await expect(listed(registry.host)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });
});

describe('the referrers API', () => {
  const entry = (number: number) => ({
    ...describeBytes(artifact(number), manifestType),
    artifactType: 'application/vnd.example.sbom',
    annotations: { number: String(number) },
  });
  const page = (...entries: number[]) =>
    jsonBytes({ schemaVersion: 2, mediaType: indexType, manifests: entries.map(entry) });

  it('is followed over its pages', async () => {
    const server = await startServer((request, response) => {
      const isSecond = request.url?.includes('page=2') === true;
      response
        .writeHead(200, { 'content-type': indexType, ...(!isSecond && { link: '<?page=2>; rel="next"' }) })
        .end(isSecond ? page(3) : page(1, 2));
    });
    expect(numbers(await listed(server.host))).toEqual([1, 2, 3]);
  });

  it('that breaks off after its first page is an error, not a short list', async () => {
    const server = await startServer((request, response) => {
      if (request.url?.includes('page=2') === true) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': indexType, link: '<?page=2>; rel="next"' }).end(page(1));
    });
    await expect(listed(server.host)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
    } satisfies Partial<AssayError>);
  });

  it('is asked for the type, and what it does not filter is filtered here', async () => {
    const server = await startServer((_, response) =>
      response.writeHead(200, { 'content-type': indexType }).end(page(1)),
    );
    expect(await listed(server.host, 'application/vnd.other')).toEqual([]);
    expect(server.seen[0]?.url).toContain('artifactType=application%2Fvnd.other');
  });

  it.each([
    ['403', 403, 'REGISTRY_DENIED'],
    ['500', 500, 'REGISTRY_BUSY'],
  ])('that answers %s is an error, not an empty list', async (_, status, code) => {
    const server = await startServer((__, response) => response.writeHead(status).end());
    await expect(listed(server.host)).rejects.toMatchObject({ code });
  });
});
