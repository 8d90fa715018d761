import { readImage } from '@assay/image';
import { device, file, folder, hardlink, layeredImage, layerTar, opaque, symlink, whiteout } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { show, textReader, textsOf } from './read-texts.ts';

// Source of what is expected: OCI image-spec, layer.md, "Applying Changesets" and "Whiteouts".
describe('layers on top of each other', () => {
  it('show the topmost file of a path, and name its layer', async () => {
    const image = layeredImage([layerTar([file('a', 'old'), file('b', 'kept')]), layerTar([file('a', 'new')])]);
    const view = await readImage(
      image.source,
      image.layers,
      textsOf(() => true),
    );
    expect(view.files).toEqual([
      { path: 'a', size: 3, layer: image.layers[1]?.digest, value: 'new' },
      { path: 'b', size: 4, layer: image.layers[0]?.digest, value: 'kept' },
    ]);
    expect(view.entries).toBe(3);
  });

  it('lose a file to a whiteout', async () => {
    const seen = await show([[file('etc/a', '1'), file('etc/b', '2')], [whiteout('etc/a')]]);
    expect(seen.files).toEqual({ 'etc/b': '2' });
  });

  it('lose a whole folder to a whiteout', async () => {
    const seen = await show([[folder('etc'), file('etc/x/a', '1'), file('etcetera', '2')], [whiteout('etc')]]);
    expect(seen.files).toEqual({ etcetera: '2' });
  });

  it('keep what the layer of the whiteout has itself, before it or after it', async () => {
    const lower = [file('d/old', '1'), file('f', 'old')];
    const before = await show([lower, [file('d/new', '2'), file('f', 'new'), whiteout('d'), whiteout('f')]]);
    const after = await show([lower, [whiteout('d'), whiteout('f'), file('d/new', '2'), file('f', 'new')]]);
    expect(before.files).toEqual({ 'd/new': '2', f: 'new' });
    expect(after.files).toEqual({ 'd/new': '2', f: 'new' });
  });

  it('lose only what lower layers have in an opaque folder, wherever the marker stands', async () => {
    const lower = [file('d/old', '1'), file('d/deep/old', '1'), file('e', '0')];
    const before = await show([lower, [opaque('d'), file('d/new', '2')]]);
    const after = await show([lower, [file('d/new', '2'), file('d/deep/new', '3'), opaque('d')]]);
    expect(before.files).toEqual({ 'd/new': '2', e: '0' });
    expect(after.files).toEqual({ 'd/deep/new': '3', 'd/new': '2', e: '0' });
  });

  it('can be hidden all at once by an opaque root', async () => {
    const seen = await show([
      [file('a', '1'), file('d/b', '2')],
      [file('d/c', '3'), opaque('')],
    ]);
    expect(seen.files).toEqual({ 'd/c': '3' });
  });

  it('bring back a file that a layer between them removed', async () => {
    const seen = await show([[file('a', '1')], [whiteout('a')], [file('a', '3')]]);
    expect(seen.files).toEqual({ a: '3' });
  });

  it('do not mind whiteouts of what is not there, nor the bookkeeping of AUFS', async () => {
    const seen = await show([[file('a', '1')], [whiteout('b'), whiteout('c/d'), file('.wh..wh.plnk/1.2', 'x')]]);
    expect(seen).toEqual({ files: { a: '1' }, rejected: [] });
  });

  it('replace a folder by a file, and a file by a folder', async () => {
    const seen = await show([
      [file('a/x', '1'), file('b', '1')],
      [file('a', '2'), file('b/x', '2')],
    ]);
    expect(seen.files).toEqual({ a: '2', 'b/x': '2' });
  });

  it('replace a folder by a link, and by a device', async () => {
    const seen = await show([
      [file('a/x', '1'), file('b/x', '1'), file('c', '1')],
      [symlink('a', 'nowhere'), device('b'), device('c')],
    ]);
    expect(seen.files).toEqual({});
  });

  it('let a later entry of the same layer replace an earlier one', async () => {
    const seen = await show([
      [file('a', '1'), file('a', '2'), file('b/x', '1'), file('b', '2'), file('c', '1'), folder('c')],
    ]);
    expect(seen.files).toEqual({ a: '2', b: '2' });
  });

  it('let a file that nobody wants replace one that was wanted', async () => {
    const wanted = {
      byPath: ({ size }: { size: number }) => (size === 4 ? textReader() : undefined),
      byHead: () => undefined,
    };
    expect((await show([[file('a', 'want'), file('a', 'unwanted')]], wanted)).files).toEqual({});
    expect((await show([[file('a', 'want')], [file('a', 'unwanted')]], wanted)).files).toEqual({});
  });

  it('are the same however they are packed', async () => {
    const tars = [layerTar([file('a', '1'), file('b', '1')]), layerTar([whiteout('a')])];
    for (const packing of ['gzip', 'zstd', 'plain'] as const) {
      const image = layeredImage(tars, packing);
      const view = await readImage(
        image.source,
        image.layers,
        textsOf(() => true),
        { diffIds: image.diffIds },
      );
      expect(view.files.map(({ path }) => path)).toEqual(['b']);
    }
  });
});

describe('paths of entries', () => {
  it('are cleaned of leading slashes, dots and doubled slashes', async () => {
    const seen = await show([
      [file('/abs', '1'), file('./rel', '2'), file('a//b/./c', '3'), file('a/x/../d', '4'), file('./', '')],
    ]);
    expect(seen.files).toEqual({ abs: '1', rel: '2', 'a/b/c': '3', 'a/d': '4' });
  });

  it('hide each other however they are written', async () => {
    const seen = await show([
      [file('./etc/a', '1'), file('/etc/b', '1')],
      [whiteout('/etc/a'), file('etc//b', '2')],
    ]);
    expect(seen.files).toEqual({ 'etc/b': '2' });
  });
});

// Container runtimes unpack an entry below a link through the link; an entry for the folder itself replaces the link.
describe('entries below a link', () => {
  it('go through the link of a lower layer', async () => {
    const seen = await show([
      [file('usr/lib/a', 'old'), file('usr/lib/b', 'old'), symlink('lib', 'usr/lib')],
      [file('lib/a', 'new'), whiteout('lib/b')],
    ]);
    expect(seen.files).toMatchObject({ 'usr/lib/a': 'new' });
    expect(seen.files).not.toHaveProperty('usr/lib/b');
    expect(seen.files).not.toHaveProperty('lib/a');
  });

  it('go through the link of their own layer', async () => {
    const seen = await show([[symlink('lib', '/usr/lib'), file('usr/lib/a', 'old'), file('lib/a', 'new')]]);
    expect(seen.files).toEqual({ 'usr/lib/a': 'new' });
  });

  it('hide what is behind the link when their folder is opaque', async () => {
    const seen = await show([
      [file('data/a', 'old'), symlink('d', 'data')],
      [opaque('d'), file('d/b', 'new')],
    ]);
    expect(seen.files).toEqual({ 'data/b': 'new' });
  });

  it('stay where they are when the folder itself is an entry: it replaces the link', async () => {
    const seen = await show([
      [file('usr/lib/a', 'old'), symlink('lib', 'usr/lib')],
      [folder('lib'), file('lib/a', 'new')],
    ]);
    expect(seen.files).toEqual({ 'lib/a': 'new', 'usr/lib/a': 'old' });
  });

  it('are rejected when the link leads in a circle', async () => {
    const seen = await show([[symlink('a', 'b'), symlink('b', 'a'), file('a/x', '1')]]);
    expect(seen.files).toEqual({});
    expect(seen.rejected.map(({ at }) => at)).toContain('a/x');
  });
});

describe('wanted links', () => {
  const status = textsOf((path) => path === 'var/lib/dpkg/status');

  it.each([
    ['an absolute target', '/data/status', {}],
    ['a relative target', '../../../data/status', {}],
    ['a target above the root, which is the root', '../../../../../../data/status', {}],
    ['a target through another link', '/link/status', {}],
    ['a target through a folder and back', '/data/../data/./status', {}],
  ])('are read with %s', async (_, target) => {
    const seen = await show(
      [[file('data/status', 'text'), symlink('link', 'data'), symlink('var/lib/dpkg/status', target)]],
      status,
    );
    expect(seen).toEqual({ files: { 'var/lib/dpkg/status': 'text' }, rejected: [] });
  });

  it('are read from the layer that has the target last', async () => {
    const link = [file('data/status', 'old'), symlink('var/lib/dpkg/status', '/data/status')];
    expect((await show([link, [file('data/status', 'new')]], status)).files).toEqual({ 'var/lib/dpkg/status': 'new' });
    expect((await show([link, [whiteout('data/status')]], status)).files).toEqual({});
    expect((await show([link, [whiteout('data')]], status)).files).toEqual({});
    expect((await show([link, [opaque('data')]], status)).files).toEqual({});
  });

  it('are left alone when nothing is behind them', async () => {
    const seen = await show([[symlink('var/lib/dpkg/status', '/none')]], status);
    expect(seen).toEqual({ files: {}, rejected: [] });
  });

  it('are rejected when they lead in a circle', async () => {
    const seen = await show(
      [[symlink('var/lib/dpkg/status', 'other'), symlink('var/lib/dpkg/other', 'status')]],
      status,
    );
    expect(seen.rejected).toMatchObject([{ at: 'var/lib/dpkg/status' }]);
  });

  it('are not read twice when the target is wanted under its own name', async () => {
    const release = textsOf((path) => path.endsWith('os-release'));
    const seen = await show(
      [[symlink('etc/os-release', '../usr/lib/os-release'), file('usr/lib/os-release', 'ID=x')]],
      release,
    );
    expect(seen.files).toEqual({ 'usr/lib/os-release': 'ID=x' });
  });

  it('are found behind a link of their folder, for places that matter', async () => {
    const selector = { ...status, places: ['var/lib/dpkg/status', 'etc/none'] };
    const seen = await show([[symlink('var/lib/dpkg', '/data/dpkg'), file('data/dpkg/status', 'text')]], selector);
    expect(seen).toEqual({ files: { 'var/lib/dpkg/status': 'text' }, rejected: [] });
  });
});

describe('hard links', () => {
  it('are files of their own when wanted', async () => {
    const json = textsOf((path) => path.endsWith('.json'));
    const seen = await show(
      [[file('a/x.json', '1'), hardlink('b/x.json', 'a/x.json'), hardlink('c/y.json', '/a/x.json')]],
      json,
    );
    expect(seen.files).toEqual({ 'a/x.json': '1', 'b/x.json': '1', 'c/y.json': '1' });
  });

  it('are read when the file they name is not wanted', async () => {
    const json = textsOf((path) => path.endsWith('.json'));
    const seen = await show([[file('blob', '1'), hardlink('x.json', 'blob')], [hardlink('y.json', './blob')]], json);
    expect(seen.files).toEqual({ 'x.json': '1', 'y.json': '1' });
  });

  it('keep the bytes that the name had when they were made', async () => {
    const seen = await show([[file('a/f', 'old')], [hardlink('b/f', 'a/f')], [file('a/f', 'new')]]);
    expect(seen.files).toEqual({ 'a/f': 'new', 'b/f': 'old' });
  });

  it('let a program live on whose own name is gone', async () => {
    const programs = { byPath: () => undefined, byHead: () => textReader() };
    const layer = [file('bin/a', 'elf'), hardlink('bin/b', 'bin/a')];
    expect((await show([layer], programs)).files).toEqual({ 'bin/a': 'elf' });
    expect((await show([layer, [whiteout('bin/a')]], programs)).files).toEqual({ 'bin/b': 'elf' });
    expect((await show([layer, [whiteout('bin')]], programs)).files).toEqual({});
  });
});

describe('readers', () => {
  it('get a file in several pieces as one', async () => {
    const text = 'line\n'.repeat(400_000);
    expect((await show([[file('pad', 'x'.repeat(700)), file('long', text)]])).files.long).toBe(text);
  });

  it('see at least 64 bytes of a file first, or all of a shorter one', async () => {
    const heads: Record<string, number> = {};
    const selector = {
      byPath: () => undefined,
      byHead: ({ path }: { path: string }, head: Uint8Array) => {
        heads[path] = head.length;
        return undefined;
      },
    };
    await show([[file('empty', ''), file('short', 'abc'), file('long', 'x'.repeat(5_000_000))]], selector);
    expect(Object.keys(heads)).toEqual(['short', 'long']);
    expect(heads.short).toBe(3);
    expect(heads.long).toBeGreaterThanOrEqual(64);
  });

  it('that throw spoil their own file only, and only where that is visible', async () => {
    const selector = {
      byPath: ({ path }: { path: string }) => {
        const reader = textReader();
        return path === 'bad' ? { ...reader, write: () => raise('broken') } : reader;
      },
      byHead: () => undefined,
    };
    const seen = await show([[file('bad', 'x'), file('good', 'y')]], selector);
    expect(seen.files).toEqual({ good: 'y' });
    expect(seen.rejected).toMatchObject([{ at: 'bad', why: expect.stringContaining('broken') }]);
    expect((await show([[file('bad', 'x')], [whiteout('bad')]], selector)).rejected).toEqual([]);
  });

  it('can ask for parts of the file again', async () => {
    const selector = {
      byPath: () => ({
        write: () => undefined,
        end: () => ({
          ranges: [
            { offset: 3, length: 2 },
            { offset: 0, length: 1 },
            { offset: 6, length: 99 },
          ],
          // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
          then: (parts: readonly Uint8Array[]) => parts.map((part) => Buffer.from(part).toString()).join('|'),
        }),
      }),
      byHead: () => undefined,
    };
    const seen = await show([[file('a', 'not this'), file('a', '01234567')]], selector);
    expect(seen.files).toEqual({ a: '34|0|67' });
  });

  it('that keep nothing give their memory back and still see every byte', async () => {
    const content = Buffer.alloc(3_000_000, 'abc');
    let sum = 0;
    const counting = {
      copies: true,
      write: (chunk: Uint8Array) => {
        for (const byte of chunk) sum += byte;
      },
      end: () => 'done',
    };
    const selector = {
      byPath: ({ path }: { path: string }) =>
        path === 'big' ? counting : path.startsWith('s') ? textReader() : undefined,
      byHead: () => undefined,
    };
    const seen = await show(
      [[file('s1', 'one'), file('big', content), file('s2', 'two'), file('big2', content)]],
      selector,
    );
    expect(seen.files).toEqual({ big: 'done', s1: 'one', s2: 'two' });
    expect(sum).toBe(content.reduce((total, byte) => total + byte, 0));
  });
});

function raise(text: string): never {
  throw new Error(text);
}
