import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FileSelector, readFolder } from '@assay/image';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allTexts, asObject, textReader, textsOf } from './read-texts.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-folder-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content, { mode });
}

describe('a folder', () => {
  it('is read file by file, sorted by path', async () => {
    put('b/c.json', 'c');
    put('a.json', 'a');
    put('b/no.txt', 'x');
    const view = await readFolder(
      root,
      textsOf((path) => path.endsWith('.json')),
    );
    expect(view.files).toEqual([
      { path: 'a.json', size: 1, value: 'a' },
      { path: 'b/c.json', size: 1, value: 'c' },
    ]);
    expect(view.entries).toBe(4);
    expect(view.rejected).toEqual([]);
  });

  it('may be a single file', async () => {
    put('only.json', '1');
    expect(asObject(await readFolder(join(root, 'only.json'), allTexts))).toEqual({ 'only.json': '1' });
  });

  it('may be named through a link', async () => {
    put('real/a', '1');
    symlinkSync('real', join(root, 'link'));
    expect(asObject(await readFolder(join(root, 'link'), allTexts))).toEqual({ a: '1' });
  });

  it('leaves out version control', async () => {
    put('.git/package.json', '1');
    put('a/.git/HEAD', '1');
    put('a/.github/x', '1');
    expect(Object.keys(asObject(await readFolder(root, allTexts)))).toEqual(['a/.github/x']);
  });

  it('has programs, told by their first bytes where name or mode allow one', async () => {
    put('run', 'ELF', 0o755);
    put('tool.exe', 'ELF');
    put('no-extension', 'ELF');
    put('page.html', 'ELF');
    const programs: FileSelector<string> = { byPath: () => undefined, byHead: () => textReader() };
    expect(Object.keys(asObject(await readFolder(root, programs)))).toEqual(['no-extension', 'run', 'tool.exe']);
  });

  it('gives large files in pieces and parts of them again', async () => {
    const text = 'line\n'.repeat(700_000);
    put('large', text);
    expect(asObject(await readFolder(root, allTexts))).toEqual({ large: text });
    const again: FileSelector<string> = {
      byPath: () => ({
        write: () => undefined,
        end: () => ({
          ranges: [
            { offset: 5, length: 4 },
            { offset: text.length - 2, length: 100 },
          ],
          // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
          then: (parts) => parts.map((part) => Buffer.from(part).toString()).join('|'),
        }),
      }),
      byHead: () => undefined,
    };
    expect(asObject(await readFolder(root, again))).toEqual({ large: 'line|e\n' });
  });

  it.each([
    ['FILE_NOT_FOUND', 'missing'],
    ['FILE_NOT_FOUND', 'file/below'],
    ['FILE_UNREADABLE', 'pipe'],
  ])('that is none is refused with %s: %s', async (code, path) => {
    put('file', '');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(readFolder(join(root, path), allTexts)).rejects.toMatchObject({ code });
  });
});

describe('links in a folder', () => {
  it('that lead out of it are not followed; wanted ones are rejected', async () => {
    put('inside/a.json', '1');
    put('outside/secret.json', '2');
    symlinkSync('../outside/secret.json', join(root, 'inside/link.json'));
    symlinkSync('../outside', join(root, 'inside/folder'));
    symlinkSync('/etc/hostname', join(root, 'inside/other'));
    const view = await readFolder(
      join(root, 'inside'),
      textsOf((path) => path.endsWith('.json')),
    );
    expect(asObject(view)).toEqual({ 'a.json': '1' });
    expect(view.rejected).toEqual([{ at: 'link.json', why: 'a link that leads out of the folder is not followed' }]);
  });

  it('are read when only their own name is wanted', async () => {
    put('data', '1');
    put('b.json', '2');
    symlinkSync('data', join(root, 'a.json'));
    symlinkSync('b.json', join(root, 'c.json'));
    expect(
      asObject(
        await readFolder(
          root,
          textsOf((path) => path.endsWith('.json')),
        ),
      ),
    ).toEqual({ 'a.json': '1', 'b.json': '2' });
  });

  it('that lead in a circle or nowhere end', async () => {
    put('a/b', '1');
    symlinkSync('..', join(root, 'a/up'));
    symlinkSync('self', join(root, 'self'));
    symlinkSync('nowhere', join(root, 'dangling'));
    const view = await readFolder(root, allTexts);
    expect(asObject(view)).toEqual({ 'a/b': '1' });
    expect(view.rejected).toEqual([{ at: 'self', why: 'its links lead in a circle' }]);
  });
});

describe('what cannot be read in a folder', () => {
  it('is never opened when it is a pipe or a socket', async () => {
    put('a', '1');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    try {
      expect(asObject(await readFolder(root, allTexts))).toEqual({ a: '1' });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is rejected when a reader refuses it', async () => {
    put('bad', '1');
    put('good', '2');
    const refuse = (): never => {
      throw new Error('broken');
    };
    const view = await readFolder(root, {
      byPath: ({ path }) => (path === 'bad' ? { write: refuse, end: refuse } : textReader()),
      byHead: () => undefined,
    });
    expect(asObject(view)).toEqual({ good: '2' });
    expect(view.rejected).toMatchObject([{ at: 'bad', why: expect.stringContaining('broken') }]);
  });

  // Root reads everything.
  it.runIf(process.getuid?.() !== 0)('is rejected when permission is denied, and the rest is read', async () => {
    put('closed/a', '1');
    put('secret', '1', 0);
    put('b', '2');
    chmodSync(join(root, 'closed'), 0);
    const view = await readFolder(root, allTexts);
    chmodSync(join(root, 'closed'), 0o755);
    expect(asObject(view)).toEqual({ b: '2' });
    expect(view.rejected.map(({ at }) => at).sort()).toEqual(['closed', 'secret']);
  });

  it('is rejected below 256 folders', async () => {
    put(`${'d/'.repeat(256)}a`, '1');
    put(`${'e/'.repeat(257)}a`, '1');
    const view = await readFolder(root, allTexts);
    expect(view.files).toHaveLength(1);
    expect(view.rejected).toMatchObject([{ why: 'deeper than 256 folders' }]);
  });

  it('ends where a file ends that shrinks while it is read', async () => {
    put('log', 'x'.repeat(3_000_000));
    const shrinking: FileSelector<string> = {
      byPath: () => {
        const reader = textReader();
        return {
          ...reader,
          write(chunk) {
            reader.write(chunk);
            truncateSync(join(root, 'log'), 1_500_000);
          },
        };
      },
      byHead: () => undefined,
    };
    const [log] = (await readFolder(root, shrinking)).files;
    expect(log?.value.length).toBeLessThan(3_000_000);
  });
});

describe('a signal', () => {
  it('stops the walk', async () => {
    for (let index = 0; index < 5000; index++) put(`f${index}`, '');
    const stop = new AbortController();
    const reading = readFolder(root, allTexts, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(reading).rejects.toThrow('enough');
  });
});
