import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildData, openData, type UpdateOptions, updateData } from '../src/index.ts';
import { crc32c } from '../src/update/crc32c.ts';
import { FaultServer, sendOnly, status } from './fault-server.ts';
import { makeZip, record } from './make-zip.ts';

let folder = '';
let output = '';
let server: FaultServer;
let waits: number[] = [];
const now = new Date('2024-06-01T00:00:00Z');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-update-'));
  output = join(folder, 'data.db');
  waits = [];
  server = new FaultServer();
  await server.start();
  serve('npm', 'A');
  serve('PyPI', 'B');
});

afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Archives with enough bytes that cannot be compressed to be cut in the middle. */
function serve(ecosystem: string, id: string): void {
  const noise = Array.from({ length: 400 }, (_, i) => createHash('sha256').update(`${id}${i}`).digest('hex')).join('');
  server.files.set(
    `${ecosystem}/all.zip`,
    makeZip({ [`${id}.json`]: record(id, `in-${ecosystem.toLowerCase()}`, '1.0.0', { details: noise }) }),
  );
}

const update = (more: Partial<UpdateOptions> = {}) =>
  updateData({
    from: server.url,
    ecosystems: ['npm', 'PyPI'],
    folder: join(folder, 'downloads'),
    output,
    now,
    retries: 0,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    ...more,
  });

/** Lets the server cut its first answer once five thousand bytes of it have come. */
function cutInTheMiddle(): NonNullable<UpdateOptions['onProgress']> {
  const { fault, cut } = sendOnly(5000);
  server.faults.push({ path: 'npm/all.zip', fault });
  return ({ what, done = 0 }) => {
    if (what === 'fetching npm' && done >= 5000) cut();
  };
}

function ids(): readonly string[] {
  const data = openData(output);
  try {
    return ['in-npm', 'in-pypi'].flatMap((name) =>
      data.affected(`nnpm\0${name}`).map(({ record: place }) => data.record(place).id),
    );
  } finally {
    data.close();
  }
}

describe('an update', () => {
  it('fetches archives and makes data of them, as old as the newest archive', async () => {
    const { version, failed, unchanged } = await update();
    expect({ failed, unchanged }).toEqual({ failed: [], unchanged: false });
    expect(version).toMatchObject({ kind: 'full', records: 2, asOf: '2024-05-31T12:00:00.000Z' });
    expect(ids()).toEqual(['A', 'B']);
  });

  it('fetches nothing and builds nothing where nothing has changed', async () => {
    await update();
    const before = readFileSync(output);
    server.requests.length = 0;
    const again = await update();
    expect(again.unchanged).toBe(true);
    expect(readFileSync(output).equals(before)).toBe(true);
    expect(server.requests.sort()).toEqual(['PyPI/all.zip', 'npm/all.zip']);
  });

  it('fetches what has changed', async () => {
    await update();
    serve('npm', 'NEWER');
    const { unchanged } = await update();
    expect(unchanged).toBe(false);
    expect(ids()).toEqual(['NEWER', 'B']);
  });

  it('resumes in the middle after a reset, asking for the rest only', async () => {
    await update({ retries: 1, onProgress: cutInTheMiddle() });
    expect(ids()).toEqual(['A', 'B']);
    expect(archiveRequests()).toEqual(['npm/all.zip', expect.stringMatching(/^npm\/all\.zip bytes=[1-9]\d*-$/)]);
    expect(server.parts).toBe(1);
  });

  it('resumes in the next call what this one could not finish', async () => {
    await expect(update({ onProgress: cutInTheMiddle() })).rejects.toMatchObject({
      code: 'DB_SOURCE',
      detail: expect.stringContaining('npm/all.zip'),
    });
    await update();
    expect(archiveRequests().at(-1)).toMatch(/^npm\/all\.zip bytes=[1-9]\d*-$/);
    expect(ids()).toEqual(['A', 'B']);
    expect(server.parts).toBe(1);
  });

  it('starts anew when the file has changed between the two parts', async () => {
    await expect(update({ onProgress: cutInTheMiddle() })).rejects.toMatchObject({ code: 'DB_SOURCE' });
    serve('npm', 'OTHER');
    await update();
    expect(ids()).toEqual(['OTHER', 'B']);
  });

  it('waits as long as the server asks, then goes on', async () => {
    server.faults.push(
      { path: 'npm/all.zip', fault: status(429, { 'retry-after': '7' }) },
      { path: 'PyPI/all.zip', fault: status(503) },
    );
    await update({ retries: 1 });
    expect(waits.sort((a, b) => a - b)).toEqual([250, 7000]);
  });

  it('does not wait longer than half a minute', async () => {
    server.faults.push({ path: 'npm/all.zip', fault: status(429, { 'retry-after': '3600' }) });
    await expect(update({ retries: 5 })).rejects.toMatchObject({
      code: 'DB_SOURCE',
      detail: expect.stringContaining('429'),
    });
    expect(waits).toEqual([]);
  });

  it('leaves the data alone where an ecosystem is missing, and says which', async () => {
    await buildData([writeRecord()], output, { now });
    server.files.delete('PyPI/all.zip');
    await expect(update()).rejects.toMatchObject({
      code: 'DB_SOURCE',
      detail: expect.stringMatching(/PyPI\/all\.zip does not exist \(404\).*nothing was replaced/),
    });
    expect(ids()).toEqual(['OLD']);
  });

  it('takes the archive of before for one that fails, and says so', async () => {
    await update();
    serve('npm', 'NEWER');
    server.faults.push({ path: 'PyPI/all.zip', fault: status(500) });
    const { failed } = await update();
    expect(failed).toEqual([{ name: 'PyPI', why: expect.stringContaining('500') }]);
    expect(ids()).toEqual(['NEWER', 'B']);
  });

  it('passes over ecosystems a source does not have, unless they were named', async () => {
    const { version, failed } = await updateData({
      from: server.url,
      folder: join(folder, 'd'),
      output,
      now,
      retries: 0,
    });
    expect(failed).toEqual([]);
    expect(version.records).toBe(2);
  });

  it('is refused by a source that has nothing', async () => {
    server.files.clear();
    await expect(
      updateData({ from: server.url, folder: join(folder, 'd'), output, now, retries: 0 }),
    ).rejects.toMatchObject({ code: 'DB_SOURCE' });
  });

  it('gives a server up that says nothing, soon after the last attempt', async () => {
    server.faults.push({ path: 'npm/all.zip', fault: () => true });
    const start = performance.now();
    await expect(update()).rejects.toMatchObject({
      code: 'DB_SOURCE',
      detail: expect.stringContaining('nothing came for 1.5 s'),
    });
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('follows a redirect', async () => {
    server.files.set('elsewhere.zip', server.files.get('npm/all.zip') ?? Buffer.alloc(0));
    server.faults.push({ path: 'npm/all.zip', fault: status(302, { location: '/elsewhere.zip' }) });
    await update();
    expect(ids()).toEqual(['A', 'B']);
  });

  it('believes no truncated archive, whatever the server says of it', async () => {
    await update();
    server.files.set('npm/all.zip', (server.files.get('npm/all.zip') ?? Buffer.alloc(0)).subarray(0, 9000));
    const { failed } = await update();
    expect(failed).toEqual([{ name: 'npm', why: expect.stringContaining('not a whole zip archive') }]);
    expect(ids()).toEqual(['A', 'B']);
  });

  it.each([
    [
      'md5',
      (bytes: Buffer) => ({ 'x-goog-hash': `crc32c=AAAAAA==,md5=${createHash('md5').update(bytes).digest('base64')}` }),
    ],
    ['crc32c', (bytes: Buffer) => ({ 'x-goog-hash': `crc32c=${toBase64(crc32c(bytes))}` })],
    [
      'sha-256',
      (bytes: Buffer) => ({ 'repr-digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:` }),
    ],
  ])('believes the bytes only if they have the %s the server gives', async (_, headersFor) => {
    const bytes = server.files.get('npm/all.zip') ?? Buffer.alloc(0);
    server.headers.set('npm/all.zip', headersFor(Buffer.concat([bytes, Buffer.from('x')])));
    await expect(update()).rejects.toMatchObject({ code: 'DB_SOURCE', detail: expect.stringContaining('digest') });
    server.headers.set('npm/all.zip', headersFor(bytes));
    await update();
    expect(ids()).toEqual(['A', 'B']);
  });

  it('believes the digest beside the file', async () => {
    server.files.set('npm/all.zip.sha256', Buffer.from(`${'0'.repeat(64)}  all.zip\n`));
    await expect(update()).rejects.toMatchObject({ code: 'DB_SOURCE', detail: expect.stringContaining('sha256') });
  });

  it('fetches an archive again that turned out damaged inside', async () => {
    const good = server.files.get('npm/all.zip') ?? Buffer.alloc(0);
    const bad = Buffer.from(good);
    bad[500] = (bad[500] ?? 0) ^ 0xff;
    server.files.set('npm/all.zip', bad);
    await expect(update()).rejects.toMatchObject({ code: 'ADVISORY_INVALID' });
    server.files.set('npm/all.zip', good);
    await update();
    expect(ids()).toEqual(['A', 'B']);
  });

  it('is not disturbed by another at the same time', async () => {
    const both = await Promise.all([update(), update()]);
    expect(both.map(({ unchanged }) => unchanged).sort()).toEqual([false, true]);
    expect(ids()).toEqual(['A', 'B']);
  });

  it('stops when told, and leaves only what can be resumed', async () => {
    const stop = new AbortController();
    const stopped = update({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(folder)).toEqual(['downloads']);
    await update();
    expect(ids()).toEqual(['A', 'B']);
  });

  it('is refused where nobody listens, and for what is no URL', async () => {
    await expect(update({ from: 'http://127.0.0.1:9' })).rejects.toMatchObject({ code: 'DB_SOURCE' });
    await expect(update({ from: 'ftp://example.org' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(update({ from: 'nonsense' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

describe('CRC-32C', () => {
  it('is Castagnoli’s, not zlib’s', () => {
    // RFC 3720, appendix B.4: 32 bytes of zeros.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32(Buffer.from('123456789'))).not.toBe(0xe3069283);
  });
});

function archiveRequests(): readonly string[] {
  return server.requests.filter((line) => /^npm\/all\.zip(?: |$)/.test(line));
}

function toBase64(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

function writeRecord(): string {
  const path = join(folder, 'old.json');
  writeFileSync(path, record('OLD', 'in-npm', '1'));
  return path;
}
