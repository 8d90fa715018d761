import { describe, expect, it } from 'vitest';
import { type FileTree, file, folder, type TreeEntry } from '../file-tree.ts';
import { debianTree } from './debian-tree.ts';
import { type DebianPackage, parseControl } from './package-facts.ts';

function aPackage(name: string, files: readonly (readonly [string, TreeEntry])[], checksums = ''): DebianPackage {
  const control = `Package: ${name}\nVersion: 1.0-1\nArchitecture: amd64\n`;
  return { ...parseControl(control, name), control, checksums, files: new Map(files) };
}

const textOf = (tree: FileTree, path: string) => {
  const entry = tree.get(path);
  return entry?.type === 'file' ? Buffer.from(entry.content).toString() : undefined;
};

describe('the lowest layer', () => {
  const sum = 'd41d8cd98f00b204e9800998ecf8427e';
  const tree = debianTree([
    aPackage(
      'liba',
      [
        ['lib', folder()],
        ['lib/x86_64-linux-gnu/liba.so.1', file('elf')],
        ['usr/share/doc/liba/copyright', file('MIT')],
        ['usr/share/doc/liba/changelog.gz', file('long')],
        ['usr/share/man/man8/ld.so.8.gz', file('manual')],
        ['usr/lib/x86_64-linux-gnu/gconv/BIG5.so', file('elf')],
        ['root', folder(0o700)],
      ],
      `${sum}  lib/x86_64-linux-gnu/liba.so.1\n${sum}  usr/share/doc/liba/changelog.gz\n`,
    ),
    aPackage('ca-certificates', [
      ['usr/share/ca-certificates/mozilla/B.crt', file('-----B-----\n')],
      ['usr/share/ca-certificates/mozilla/A.crt', file('-----A-----')],
    ]),
  ]);

  it('has libraries and licences, and no manuals, change logs and character sets', () => {
    const paths = [...tree.keys()].filter((path) => path.includes('lib') && !path.startsWith('var/'));
    expect(paths).toEqual(['lib', 'lib/x86_64-linux-gnu/liba.so.1', 'usr/share/doc/liba/copyright']);
  });

  it('says to scanners what is installed, one file a package', () => {
    expect(textOf(tree, 'var/lib/dpkg/status.d/liba')).toBe('Package: liba\nVersion: 1.0-1\nArchitecture: amd64\n');
    expect(textOf(tree, 'var/lib/dpkg/status.d/liba.md5sums')).toBe(`${sum}  lib/x86_64-linux-gnu/liba.so.1\n`);
  });

  it('has every certificate in one file, in the order of their names', () => {
    expect(textOf(tree, 'etc/ssl/certs/ca-certificates.crt')).toBe('-----A-----\n-----B-----\n');
  });

  it('knows the users of our processes and of scan pods', () => {
    expect(textOf(tree, 'etc/passwd')).toMatch(/^nobody:x:65534:65534:/m);
    expect(textOf(tree, 'etc/passwd')).toMatch(/^nonroot:x:65532:65532:/m);
    expect(tree.get('tmp')).toEqual({ type: 'folder', mode: 0o1777 });
  });

  it('refuses packages of which one has a file where the other has a folder', () => {
    const torn = [aPackage('a', [['lib/x', file('')]]), aPackage('b', [['lib/x', folder()]])];
    expect(() => debianTree(torn)).toThrow('IMAGE_INPUT_INVALID');
  });
});

describe('a control stanza', () => {
  it('without a version is refused', () => {
    expect(() => parseControl('Package: a\nArchitecture: all\n', 'a.deb')).toThrow('a.deb does not say its Version');
  });
});
