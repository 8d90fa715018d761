import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TarEntry, tarStream } from '../src/publisher/tar-stream.ts';

function file(name: string, content: string, size = Buffer.byteLength(content)): TarEntry {
  return {
    name,
    kind: 'file',
    mode: 0o600,
    size,
    async *content() {
      yield Buffer.from(content);
    },
  };
}

async function pack(entries: readonly TarEntry[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of tarStream(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('an archive', () => {
  it('is a whole number of blocks and ends in two empty ones', async () => {
    const tar = await pack([file('a', 'x')]);
    expect(tar.length).toBe(4 * 512);
    expect(tar.subarray(1024).every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['grows', 'longer', 3, 'CONTENT_MISMATCH'],
    ['shrinks', 'x', 3, 'CONTENT_TRUNCATED'],
  ])('is not made of a file that %s meanwhile', async (_what, content, size, code) => {
    await expect(pack([file('a', content, size)])).rejects.toMatchObject({ code });
  });

  it('gives any name and content back through the tar of the machine', { timeout: 60_000 }, async () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'B', '-', ' ', 'ü', '漢', '.x'), minLength: 1, maxLength: 70 });
    const name = fc
      .array(part, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map((each) => `n${each}`).join('/'));
    const folder = mkdtempSync(join(tmpdir(), 'assay-tar-test-'));
    try {
      await fc.assert(
        fc.asyncProperty(name, fc.string({ unit: 'binary', maxLength: 1500 }), async (path, content) => {
          const archive = join(folder, 'a.tar');
          writeFileSync(archive, await pack([file(path, content)]));
          execFileSync('tar', ['xf', archive, '-C', folder], { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } });
          expect(readFileSync(join(folder, path), 'utf8')).toBe(Buffer.from(content).toString());
          rmSync(join(folder, path.split('/')[0] ?? ''), { recursive: true });
        }),
        { numRuns: 60 },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
