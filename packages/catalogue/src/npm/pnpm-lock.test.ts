import { describe, expect, it } from 'vitest';
import { parsePnpmLock } from './pnpm-lock.ts';

const parse = (text: string) => parsePnpmLock(Buffer.from(text));
const names = (text: string): string[] => parse(text).packages.map(({ name, version }) => `${name}@${version}`);

// github.com/pnpm/spec, lockfile/5.md, 6.0.md, 9.0.md
const five = `lockfileVersion: 5.4

specifiers:
  a: ^1.0.0

dependencies:
  a: 1.0.0_b@2.0.0

packages:

  /@s/c/1.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    dev: true

  /a/1.0.0_b@2.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    engines: {node: '>=6'}
    peerDependencies:
      b: ^2.0.0
    dependencies:
      '@s/c': 1.0.0
      b: 2.0.0
    dev: false

  /b/2.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    dev: false
    optional: true

  '@codeload.host/x/tar.gz/abc':
    resolution: {tarball: https://codeload.host/x/tar.gz/abc}
    name: x
    version: 3.0.0
    dev: false
`;

const six = `lockfileVersion: '6.0'

packages:

  /@s/c@1.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    dev: true

  /a@1.0.0(b@2.0.0)(@s/d@1.0.0):
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    dependencies:
      b: 2.0.0
    dev: false

  /b@2.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    dev: false
`;

const nine = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(b@2.0.0)
      alias:
        specifier: npm:real@^3.0.0
        version: real@3.0.0
    devDependencies:
      '@s/c':
        specifier: ^1.0.0
        version: 1.0.0

packages:

  '@s/c@1.0.0':
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    engines: {node: '>=12'}

  a@1.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}
    peerDependencies:
      b: '*'

  b@2.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}

  real@3.0.0:
    resolution: {integrity: sha1-qEeQIusaw2iocTibY1JixQXuNo8=}

  x@https://codeload.host/x/tar.gz/abc:
    resolution: {tarball: https://codeload.host/x/tar.gz/abc}
    version: 3.0.0

snapshots:

  '@s/c@1.0.0': {}

  a@1.0.0(b@2.0.0):
    dependencies:
      b: 2.0.0

  b@2.0.0: {}

  real@3.0.0: {}

  x@https://codeload.host/x/tar.gz/abc: {}
`;

describe('a pnpm-lock.yaml', () => {
  it('of version 5 names packages by path', () => {
    expect(names(five)).toEqual(['@s/c@1.0.0', 'a@1.0.0', 'b@2.0.0', 'x@3.0.0']);
    const { packages } = parse(five);
    expect(packages[0]).toMatchObject({ dev: true, hashes: { sha1: 'a8479022eb1ac368a871389b635262c505ee368f' } });
    expect(packages[1]).toMatchObject({ dev: false, dependsOn: ['/@s/c/1.0.0', '/b/2.0.0'] });
    expect(packages[2]?.optional).toBe(true);
  });

  it('of version 6 names them with an at and their peers in brackets', () => {
    expect(names(six)).toEqual(['@s/c@1.0.0', 'a@1.0.0', 'b@2.0.0']);
    expect(parse(six).packages[1]?.dependsOn).toEqual(['/b@2.0.0']);
  });

  it('of version 9 splits packages from snapshots; what only devDependencies lead to is for development', () => {
    const { packages, rejected } = parse(nine);
    expect(rejected).toEqual([]);
    expect(packages.map(({ name, version, dev }) => [`${name}@${version}`, dev])).toEqual([
      ['@s/c@1.0.0', true],
      ['a@1.0.0', false],
      ['b@2.0.0', false],
      ['real@3.0.0', false],
      ['x@3.0.0', true],
    ]);
    expect(packages[1]?.dependsOn).toEqual(['b@2.0.0']);
  });

  it('with a first document of its own for pnpm itself is read from its last', () => {
    const own = `---\nlockfileVersion: '9.0'\npackages:\n\n  pnpm@12.0.0:\n    resolution: {integrity: sha512-x}\n---\n`;
    expect(names(own + nine)).toEqual(names(nine));
  });

  it('that is empty lists nothing; of unknown version is refused', () => {
    expect(parse('').packages).toEqual([]);
    expect(() => parse('lockfileVersion: 3\n')).toThrow(/lockfileVersion 3/);
    expect(() => parse('- a\n')).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });

  it('tells keys that name no package', () => {
    expect(parse("lockfileVersion: '6.0'\npackages:\n\n  nothing:\n    dev: false\n").rejected).toHaveLength(1);
  });

  it('keeps names like those of the prototype apart', () => {
    expect(names("lockfileVersion: '9.0'\npackages:\n\n  __proto__@1.0.0:\n    resolution: {integrity: x}\n")).toEqual([
      '__proto__@1.0.0',
    ]);
  });
});
