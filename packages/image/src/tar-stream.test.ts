import { file, layerTar, padding, paxHeader, tarEntry, tarHeader, withChecksum } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { type TarEntry, TarReader } from './tar-stream.ts';

interface Read {
  readonly entries: TarEntry[];
  readonly contents: Record<string, string>;
}

/** Reads a tar in pieces of a size, keeping every content. */
function read(tar: Uint8Array, piece = tar.length): Read {
  const entries: TarEntry[] = [];
  const contents: Record<string, string> = {};
  const reader = new TarReader({
    entry(entry) {
      entries.push(entry);
      contents[entry.path] = '';
      return true;
    },
    content(chunk) {
      contents[entries.at(-1)?.path ?? ''] += Buffer.from(chunk).toString();
      return true;
    },
    endOfContent: () => undefined,
  });
  for (let at = 0; at < tar.length; at += piece) reader.write(Buffer.from(tar.subarray(at, at + piece)));
  reader.end();
  return { entries, contents };
}

const longName = `${'folder/'.repeat(30)}${'ü'.repeat(40)}`;

// Source: POSIX.1-2017, pax, "ustar Interchange Format", "pax Extended Header"; GNU tar manual, "Basic Tar Format".
describe('a tar archive', () => {
  it('is read the same in pieces of any size', () => {
    const tar = layerTar([file('a', 'x'.repeat(513)), file(longName, 'long'), file('b', '')]);
    const whole = read(tar);
    expect(whole.contents).toEqual({ a: 'x'.repeat(513), [longName]: 'long', b: '' });
    for (const piece of [1, 7, 511, 512, 513]) expect(read(tar, piece)).toEqual(whole);
  });

  it.each(['pax', 'gnu'] as const)('has long names and link targets as %s writes them', (format) => {
    const entries = [file(longName, '1'), { path: `l/${longName}`, type: '2', linkTarget: `t/${longName}` }];
    const seen = read(layerTar(entries, format)).entries;
    expect(seen.map(({ path, linkTarget }) => [path, linkTarget])).toEqual([
      [longName, ''],
      [`l/${longName}`, `t/${longName}`],
    ]);
  });

  it('may split a name into prefix and name', () => {
    const header = tarHeader({ path: 'name', type: '0', size: 0 });
    header.write('some/prefix', 345);
    expect(read(withChecksum(header)).entries[0]?.path).toBe('some/prefix/name');
  });

  it('may be as old as v7: no magic, folders told by a slash', () => {
    const seen = read(
      layerTar(
        [
          { path: 'd/', type: '\0' },
          { ...file('d/f', 'x'), type: '\0' },
        ],
        'v7',
      ),
    );
    expect(seen.entries.map(({ kind }) => kind)).toEqual(['directory', 'file']);
    expect(seen.contents['d/f']).toBe('x');
  });

  it('may have sizes in base 256, and in a pax header beyond eight gibibytes', () => {
    const large = 9 * 2 ** 30;
    const binary = tarHeader({ path: 'a', type: '0' });
    binary.fill(0, 124, 136);
    binary[124] = 0x80;
    binary.writeUInt32BE(Math.floor(large / 2 ** 32), 128);
    binary.writeUInt32BE(large % 2 ** 32, 132);
    const sizes: number[] = [];
    for (const tar of [
      withChecksum(binary),
      Buffer.concat([...paxHeader({ size: String(large) }), tarHeader(file('a', ''))]),
    ]) {
      const sink = {
        entry: (entry: TarEntry) => sizes.push(entry.size) < 0,
        content: () => false,
        endOfContent: () => undefined,
      };
      new TarReader(sink).write(tar);
    }
    expect(sizes).toEqual([large, large]);
  });

  it('applies a pax header to the next entry only, a global one to all', () => {
    const tar = Buffer.concat([
      ...paxHeader({ size: '1' }, 'g'),
      ...paxHeader({ path: 'renamed' }),
      tarHeader({ path: 'a', type: '0', size: 0 }),
      Buffer.from('1'),
      padding(1),
      tarHeader({ path: 'b', type: '0', size: 0 }),
      Buffer.from('2'),
      padding(1),
    ]);
    expect(read(tar).contents).toEqual({ renamed: '1', b: '2' });
  });

  it('uses the header where a pax record is empty', () => {
    const tar = Buffer.concat([...paxHeader({ path: '', size: '' }), ...tarEntry(file('a', 'text'))]);
    expect(read(tar).contents).toEqual({ a: 'text' });
  });

  it('has files whose name ends in a slash, when their type says so', () => {
    expect(read(layerTar([file('a/', 'text'), file('b', '')])).contents).toEqual({ 'a/': 'text', b: '' });
  });

  it('has no content behind links, folders and devices, whatever their size says', () => {
    const tar = Buffer.concat([
      ...['1', '2', '3', '4', '5', '6'].map((type) =>
        tarHeader({ path: `t${type}`, type, size: 4096, linkTarget: 'x' }),
      ),
      ...tarEntry(file('end', 'text')),
    ]);
    const seen = read(tar);
    expect(seen.entries.map(({ kind }) => kind)).toEqual([
      'hardlink',
      'symlink',
      'device',
      'device',
      'directory',
      'device',
      'file',
    ]);
    expect(seen.contents.end).toBe('text');
  });

  it('passes over entries of kinds nobody knows, with their content', () => {
    const seen = read(layerTar([{ ...file('label', 'volume'), type: 'V' }, file('a', '1')], 'gnu'));
    expect(seen.entries.map(({ kind }) => kind)).toEqual(['unknown', 'file']);
  });

  it('tells sparse files, old and new, and goes on behind them', () => {
    const old = tarHeader({ path: 'old', type: 'S', size: 4 }, 'gnu');
    old[482] = 1; // more of the map follows in blocks of its own
    const more = Buffer.alloc(512);
    const last = Buffer.alloc(512);
    more[504] = 1;
    const tar = Buffer.concat([
      withChecksum(old),
      more,
      last,
      Buffer.from('data'),
      padding(4),
      ...paxHeader({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'new' }),
      ...tarEntry(file('GNUSparseFile.0/new', 'data')),
      ...tarEntry(file('plain', 'text')),
    ]);
    const seen = read(tar);
    expect(seen.entries.map(({ path, isSparse }) => [path, isSparse])).toEqual([
      ['old', true],
      ['new', true],
      ['plain', false],
    ]);
    expect(seen.contents.plain).toBe('text');
    expect(read(tar, 100)).toEqual(seen);
  });

  it('may lack its end marker, or have anything behind it', () => {
    const entry = Buffer.concat(tarEntry(file('a', '1')));
    expect(read(entry).contents).toEqual({ a: '1' });
    expect(read(Buffer.concat([entry, Buffer.alloc(1024), Buffer.from('garbage'.repeat(100))])).contents).toEqual({
      a: '1',
    });
  });

  it.each([
    ['in a header', 700],
    ['in content', 512 + 3],
  ])('that stops %s is invalid', (_, length) => {
    const tar = Buffer.concat([...tarEntry(file('a', 'content')), ...tarEntry(file('b', 'content'))]);
    expect(() => read(tar.subarray(0, length === 700 ? 1024 + 300 : length))).toThrow(/LAYER_INVALID.*middle/);
  });

  it('that is none is told so', () => {
    expect(() => read(Buffer.from('{"not":"a tar"}'.repeat(100)))).toThrow(
      'LAYER_INVALID: the content is not a tar archive',
    );
  });

  it('with a changed header is invalid', () => {
    const tar = layerTar([file('a', '1'), file('b', '2')]);
    tar[1024] = 0x63;
    expect(() => read(tar)).toThrow('LAYER_INVALID: a tar header has a wrong checksum');
  });

  it.each([
    ['12 path=nonewline', /LAYER_INVALID/],
    ['99999999 path=x\n', /LAYER_INVALID/],
    ['-5 path=x\n', /LAYER_INVALID/],
    ['12 size=-99\n', /LAYER_INVALID/],
  ])('with the extended header %j is invalid', (record, message) => {
    const content = Buffer.from(record);
    const tar = [tarHeader({ path: 'x', type: 'x', size: content.length }), content, padding(content.length)];
    expect(() => read(Buffer.concat([...tar, ...tarEntry(file('a', ''))]))).toThrow(message);
  });

  it('with an extended header of records that say nothing is read in no time', () => {
    const content = Buffer.from('5 xx\n'.repeat(200_000));
    const start = process.cpuUsage();
    const tar = [tarHeader({ path: 'x', type: 'x', size: content.length }), content, padding(content.length)];
    expect(read(Buffer.concat([...tar, ...tarEntry(file('a', '1'))])).contents).toEqual({ a: '1' });
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
  });

  it('with an extended header of gibibytes is refused before it is read', () => {
    expect(() => read(tarHeader({ path: 'x', type: 'x', size: 2 ** 30 }))).toThrow(/LIMIT_EXCEEDED/);
  });
});
