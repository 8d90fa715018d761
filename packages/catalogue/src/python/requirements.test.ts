import { describe, expect, it } from 'vitest';
import { parseRequirements } from './requirements.ts';

const parse = (text: string) => parseRequirements(Buffer.from(text));
const names = (text: string): string[] => parse(text).packages.map(({ name, version }) => `${name}@${version}`);

// pip.pypa.io, "Requirements File Format"; packaging.python.org, "Dependency specifiers"
describe('a requirements file', () => {
  it.each([
    ['flask==2.0.1', 'flask@2.0.1'],
    ['  Flask == 2.0.1  # why', 'Flask@2.0.1'],
    ['requests[security, socks]==2.31.0', 'requests@2.31.0'],
    ['django (==3.2)', 'django@3.2'],
    ['urllib3===1.26.20', 'urllib3@1.26.20'],
    ['zope.interface==5.0 ; python_version < "3.8" and sys_platform == "linux"', 'zope.interface@5.0'],
    ['local==1.2.3+gcr.2', 'local@1.2.3+gcr.2'],
    ['epoch==1!2.0', 'epoch@1!2.0'],
    ['a==1.0 --hash=sha256:00', 'a@1.0'],
    ['\ufeffa==1.0', 'a@1.0'],
  ])('lists an exact pin: %s', (line, expected) => {
    expect(names(line)).toEqual([expected]);
  });

  it.each([
    'flask',
    'flask>=2.0',
    'flask==2.*',
    'flask==2.0,!=2.1',
    'flask~=2.0',
    'pkg @ https://host/pkg.zip',
    'git+https://host/x.git#egg=x',
    './local',
    '-e .',
    '==2.3.4',
  ])('tells what says no version: %s', (line) => {
    expect(parse(line)).toMatchObject({ packages: [], rejected: [{ at: 'line 1' }] });
  });

  it('says nothing of options, constraints and comments', () => {
    const text = '--index-url https://host/simple\n-c constraints.txt\n-i https://host\n--no-binary :all:\n# a==1\n\n';
    expect(parse(text)).toEqual({ packages: [], rejected: [], includes: [] });
  });

  it('names the files to be read too', () => {
    const { includes } = parse('-r base.txt\n--requirement ../x.txt\n-rdev.txt\n--requirement=y.txt\n');
    expect(includes.map(({ path }) => path)).toEqual(['base.txt', '../x.txt', 'dev.txt', 'y.txt']);
  });

  it('joins lines, and takes a hash that is the only one', () => {
    const hash = 'a'.repeat(64);
    const { packages } = parse(
      `a==1.0 \\\n    --hash=sha256:${hash}\nb==2.0 \\\n  --hash=sha256:${hash} \\\n  --hash=sha256:${'b'.repeat(64)}\n`,
    );
    expect(packages.map(({ name, hashes }) => [name, hashes])).toEqual([
      ['a', { sha256: hash }],
      ['b', {}],
    ]);
  });

  it('keeps two pins of one name for two environments, and one pin once', () => {
    expect(names('a==1 ; python_version<"3.8"\na==2 ; python_version>="3.8"\nA==2\n')).toEqual(['a@1', 'a@2']);
  });

  it('as PowerShell writes it, in UTF-16, is read', () => {
    expect(parseRequirements(Buffer.from('\ufeffa==1.0\r\n', 'utf16le')).packages).toMatchObject([{ name: 'a' }]);
  });
});
