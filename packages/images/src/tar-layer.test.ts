import { describe, expect, it } from 'vitest';
import { readTar } from './debian/read-tar.ts';
import { type FileTree, file, folder, link, type TreeEntry } from './file-tree.ts';
import { tarLayer } from './tar-layer.ts';

const tarOf = (tree: FileTree) => Buffer.concat([...tarLayer(tree)]);
const tree = (entries: readonly (readonly [string, TreeEntry])[]): FileTree => new Map(entries);

/** A field of the header of the block at `at`. Offsets: POSIX.1-2017 pax, "ustar Header Block". */
const field = (tar: Buffer, at: number, offset: number, length: number) =>
  tar.toString('latin1', at + offset, at + offset + length).replace(/\0.*$/s, '');

describe('a layer', () => {
  it('has the fields POSIX asks for, and nothing of the machine it is made on', () => {
    const tar = tarOf(tree([['hello', { ...file('hi\n', 0o640), owner: { uid: 65534, gid: 65532 } }]]));
    expect(field(tar, 0, 0, 100)).toBe('hello');
    expect(field(tar, 0, 100, 8)).toBe('0000640');
    expect(field(tar, 0, 108, 8)).toBe('0177776'); // 65534
    expect(field(tar, 0, 116, 8)).toBe('0177774'); // 65532
    expect(field(tar, 0, 124, 12)).toBe('00000000003');
    expect(field(tar, 0, 136, 12)).toBe('00000000000'); // no time
    expect(field(tar, 0, 156, 1)).toBe('0');
    expect(field(tar, 0, 257, 6)).toBe('ustar');
    expect(field(tar, 0, 265, 32)).toBe(''); // no user name
    expect(tar.toString('latin1', 512, 515)).toBe('hi\n');
    // One header, one block of content, two blocks of end.
    expect(tar.length).toBe(4 * 512);
  });

  it('has a checksum that is the sum of the header with spaces in its place', () => {
    const tar = tarOf(tree([['a', file('')]]));
    const header = Buffer.from(tar.subarray(0, 512));
    header.fill(' ', 148, 156);
    expect(Number.parseInt(field(tar, 0, 148, 7), 8)).toBe(header.reduce((sum, byte) => sum + byte, 0));
  });

  it('is the same whatever order the entries came in', () => {
    const entries = [
      ['b/c', file('1')],
      ['a', link('b/c')],
      ['b', folder(0o700)],
      ['B', file('2', 0o755)],
    ] as const;
    const [first, ...others] = [tree(entries), tree(entries.toReversed()), tree([...entries].sort())].map(tarOf);
    for (const other of others) expect(other.equals(first ?? Buffer.alloc(0))).toBe(true);
  });

  it('holds the folders on the way to a file, before it', () => {
    const read = readTar(tarOf(tree([['usr/local/bin/node', file('', 0o755)]])), 'test');
    expect([...read.keys()]).toEqual(['usr', 'usr/local', 'usr/local/bin', 'usr/local/bin/node']);
    expect(read.get('usr')).toEqual({ type: 'folder', mode: 0o755 });
  });

  it('lends nobody another user’s rights', () => {
    const read = readTar(
      tarOf(
        tree([
          ['su', file('', 0o4755)],
          ['tmp', folder(0o1777)],
        ]),
      ),
      'test',
    );
    expect(read.get('su')).toMatchObject({ mode: 0o755 });
    expect(read.get('tmp')).toMatchObject({ mode: 0o1777 });
  });

  it('keeps names and targets longer than a header', () => {
    const long = `${'a'.repeat(90)}/${'ü'.repeat(90)}`;
    const tar = tarOf(tree([[long, link(`${'t'.repeat(150)}`)]]));
    // The records of the extended header: length, space, key=value, newline. Source: POSIX.1-2017 pax, "pax Extended Header".
    expect(tar.toString()).toContain(`281 path=${long}\n`);
    expect(tar.toString()).toContain(`164 linkpath=${'t'.repeat(150)}\n`);
  });

  it.each(['../etc/passwd', '/etc/passwd', 'a//b', './a', 'a/'])('refuses the path %s', (path) => {
    expect(() => tarOf(tree([[path, file('')]]))).toThrow('IMAGE_INPUT_INVALID');
  });

  it('refuses a file in a file', () => {
    expect(() =>
      tarOf(
        tree([
          ['a', file('')],
          ['a/b', file('')],
        ]),
      ),
    ).toThrow('IMAGE_INPUT_INVALID');
  });
});
