import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { createRegistry, digestOf, type EmbeddedRegistry, openRegistry, parseReference } from '@assay/oci';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestWorld } from './world.ts';

const world = new TestWorld();
let registry: EmbeddedRegistry;
let server: Server;
let base: string;

/** A record as OSV writes it. */
const record = (id: string, ecosystem: string, name: string, fixed: string) => ({
  schema_version: '1.6.0',
  id,
  modified: '2026-11-20T00:00:00Z',
  published: '2026-11-01T00:00:00Z',
  affected: [{ package: { ecosystem, name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }] }],
});

const bom = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  components: [{ type: 'library', name: 'left', version: '1.0.0', purl: 'pkg:npm/left@1.0.0' }],
});

/** The ids found in the little document, with the data the world has. */
async function found(home: string, words: readonly string[] = []): Promise<readonly string[]> {
  const said = await world.call(['scan', '-', '-q', '-o', 'json', ...words], { stdin: bom, settings: { home } });
  return (JSON.parse(said.stdout) as { findings: { id: string }[] }).findings.map(({ id }) => id);
}

beforeAll(async () => {
  await world.prepare();
  mkdirSync(world.path('osv/npm'), { recursive: true });
  writeFileSync(world.path('osv/npm/A-1.json'), JSON.stringify(record('A-1', 'npm', 'left', '2.0.0')));
  writeFileSync(world.path('osv/npm/broken.json'), '{"id":"X-1","affected":"everything"}');
  registry = await createRegistry({ folder: world.path('registry') });
  await registry.listen();
  server = createServer((request, response) => {
    const path = world.path(join('export', request.url ?? ''));
    if (!existsSync(path)) return response.writeHead(404).end();
    return response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await registry.close();
  world.dispose();
});

describe('assay db', () => {
  it('build makes a file from a folder of records, says what it could not read, and scans use it by --db', async () => {
    const said = await world.call(['db', 'build', world.path('osv'), '--output', world.path('mine.db'), '-q']);
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/mine\.db: 1 record, as of 2026-11-20T00:00:00(?:\.000)?Z/);
    expect(said.stderr).toMatch(/1 record could not be understood, such as .*broken\.json/);
    expect(await found(world.path('unused'), ['--db', world.path('mine.db')])).toEqual(['A-1']);
  });

  it('build gives the same bytes for the same records', async () => {
    await world.call(['db', 'build', world.path('osv'), '--output', world.path('again.db'), '-q']);
    const sum = (name: string) =>
      createHash('sha256')
        .update(readFileSync(world.path(name)))
        .digest('hex');
    expect(sum('again.db')).toBe(sum('mine.db'));
  });

  it('import puts a file in place, plain or compressed', async () => {
    const home = world.path('imported');
    writeFileSync(world.path('mine.db.zst'), zstdCompressSync(readFileSync(world.path('mine.db'))));
    for (const name of ['mine.db', 'mine.db.zst']) {
      const said = await world.call(['db', 'import', world.path(name), '-q'], { settings: { home } });
      expect([name, said.code, said.stderr]).toEqual([name, 0, '']);
      expect(await found(home)).toEqual(['A-1']);
    }
  });

  it('import takes the file out of an OCI artifact', async () => {
    const bytes = readFileSync(world.path('mine.db'));
    const repository = openRegistry(parseReference(`${registry.host}/assay/db:1`));
    const empty = Buffer.from('{}');
    for (const content of [bytes, empty]) {
      await repository.pushBlob({
        digest: digestOf(content),
        size: content.length,
        open: async function* () {
          yield content;
        },
      });
    }
    // As `oras push` writes it. Source: OCI image-spec, manifest.md, "Guidelines for Artifact Usage".
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.example.data',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(empty), size: 2 },
      layers: [{ mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length }],
    };
    await repository.pushManifest(Buffer.from(JSON.stringify(manifest)), manifest.mediaType, { tag: '1' });
    await repository.close();
    const home = world.path('from-registry');
    const said = await world.call(['db', 'import', `registry:${registry.host}/assay/db:1`, '-q'], {
      settings: { home },
    });
    expect([said.code, said.stderr]).toEqual([0, '']);
    expect(await found(home)).toEqual(['A-1']);
    expect(readdirSync(join(home, 'db'))).not.toContain(expect.stringMatching(/^\.fetch/));
  });

  it('update fetches what a server laid out as the public export gives, and an unreachable one changes nothing', async () => {
    const home = world.path('updated');
    const settings = { home };
    mkdirSync(world.path('export/npm'), { recursive: true });
    const zip = await zipOf('A-2.json', JSON.stringify(record('A-2', 'npm', 'left', '3.0.0')));
    writeFileSync(world.path('export/npm/all.zip'), zip);
    const words = ['db', 'update', '--ecosystem', 'npm', '--retries', '0', '-q'];
    const said = await world.call([...words, '--from', base], { settings });
    expect([said.code, said.stderr]).toEqual([0, '']);
    expect(await found(home)).toEqual(['A-2']);
    const before = statSync(join(home, 'db/assay.db')).mtimeMs;
    const failed = await world.call([...words, '--from', 'http://127.0.0.1:1'], { settings });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/DB_SOURCE|not renewed/);
    expect(await found(home)).toEqual(['A-2']);
    expect(statSync(join(home, 'db/assay.db')).mtimeMs).toBeGreaterThanOrEqual(before);
  });

  it('status says which file, how old, and what it covers', async () => {
    const home = world.path('imported');
    const said = await world.call(['db', 'status', '--json'], { settings: { home } });
    expect(JSON.parse(said.stdout)).toMatchObject({
      path: join(home, 'db/assay.db'),
      version: { kind: 'full', records: 1 },
      ageDays: 5.5,
    });
    const text = await world.call(['db', 'status'], { settings: { home } });
    expect(text.stdout).toMatch(
      /full data, schema \d+, 1 record, as of 2026-11-20T00:00:00(?:\.000)?Z \(5 days old\)\n {2}npm +1 /,
    );
    expect((await world.call(['db', 'status', '--max-db-age', '5'], { settings: { home } })).code).toBe(4);
    expect((await world.call(['db', 'status', '--max-db-age', '6'], { settings: { home } })).code).toBe(0);
  });

  it('old data is a warning in every answer', async () => {
    const home = world.path('imported');
    const said = await world
      .call(['scan', '-', '-o', 'json'], { stdin: bom, settings: { home, data: world.path('old.db') } })
      .catch(() => undefined);
    expect(said?.code).toBe(2); // ASSAY_DB names a file that is not there
    const record2020 = {
      ...record('A-9', 'npm', 'left', '2.0.0'),
      modified: '2020-01-01T00:00:00Z',
      published: '2020-01-01T00:00:00Z',
    };
    writeFileSync(world.path('old.json'), JSON.stringify(record2020));
    await world.call(['db', 'build', world.path('old.json'), '--output', world.path('old.db'), '-q']);
    const old = await world.call(['scan', '-', '-o', 'json'], {
      stdin: bom,
      settings: { home, data: world.path('old.db') },
    });
    expect(old.stderr).toMatch(/The vulnerability data is 2\d{3} days old/);
    expect(JSON.parse(old.stdout)).toMatchObject({
      notices: expect.arrayContaining([expect.objectContaining({ code: 'DATA_OLD' })]),
    });
  });
});

/** A zip with one stored entry. Source: APPNOTE.TXT, 4.3. */
async function zipOf(name: string, text: string): Promise<Buffer> {
  const { crc32 } = await import('node:zlib');
  const content = Buffer.from(text);
  const title = Buffer.from(name);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(title.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, title, content]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, Buffer.alloc(14), title]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
