import { describe, expect, it } from 'vitest';
import { parsePipfileLock } from './pipfile-lock.ts';
import { parseTomlLock } from './toml-lock.ts';

const parse = (text: string) => parseTomlLock(Buffer.from(text));
const told = (text: string) => parse(text).packages.map(({ name, version, dev }) => [`${name}@${version}`, dev]);

describe('a poetry.lock', () => {
  it('lists packages, their groups and what they need', () => {
    // python-poetry.org/docs/basic-usage: before 1.5 a category, from 2.0 groups
    const text = `[[package]]
name = "Requests"
version = "2.31.0"
groups = ["main", "dev"]
optional = false
files = [{file = "requests.whl", hash = "sha256:00"}]

[package.dependencies]
urllib3 = ">=1.21"
PySocks = {version = ">=1.5", optional = true}

[[package]]
name = "urllib3"
version = "2.0"
groups = ["main"]

[[package]]
name = "pytest"
version = "7.0"
category = "dev"

[[package]]
name = "black"
version = "23.0"
groups = ["dev"]
optional = true

[metadata]
lock-version = "2.1"
`;
    expect(told(text)).toEqual([
      ['Requests@2.31.0', false],
      ['urllib3@2.0', false],
      ['pytest@7.0', true],
      ['black@23.0', true],
    ]);
    expect(parse(text).packages[0]).toMatchObject({ key: 'requests@2.31.0', dependsOn: ['urllib3@2.0'] });
  });

  it('with nothing in it is no error', () => {
    expect(parse('package = []\n[metadata]\nlock-version = "2.0"\n').packages).toEqual([]);
  });
});

describe('a uv.lock', () => {
  it('lists packages, the project itself as an application, and which of two versions is needed', () => {
    // docs.astral.sh/uv/concepts/projects/layout
    const text = `version = 1
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "numpy", version = "2.0", source = { registry = "x" }, marker = "y" }, { name = "idna" }]

[[package]]
name = "numpy"
version = "1.0"
source = { registry = "https://host/simple" }

[[package]]
name = "numpy"
version = "2.0"
source = { registry = "https://host/simple" }

[[package]]
name = "idna"
version = "3.4"
source = { registry = "https://host/simple" }
`;
    const [app] = parse(text).packages;
    expect(app).toMatchObject({ kind: 'application', dependsOn: ['numpy@2.0', 'idna@3.4'] });
    expect(told(text)).toHaveLength(4);
  });
});

describe('a pylock.toml', () => {
  it('lists packages', () => {
    // packaging.python.org, "pylock.toml Specification" (PEP 751)
    const text = `lock-version = '1.0'
created-by = 'mousebender'
[[packages]]
name = 'attrs'
version = '25.1.0'
[[packages]]
name = 'cattrs'
version = '24.1.2'
dependencies = [{name = 'attrs'}]
`;
    expect(parse(text).packages[1]).toMatchObject({ purl: 'pkg:pypi/cattrs@24.1.2', dependsOn: ['attrs@25.1.0'] });
  });
});

describe('a pdm.lock', () => {
  it('lists packages whose needs are requirement texts', () => {
    const text = `[metadata]
groups = ["default", "lint"]
[[package]]
name = "httpx"
version = "0.24"
groups = ["default"]
dependencies = ["certifi", "sniffio>=1"]
[[package]]
name = "certifi"
version = "2023.7.22"
groups = ["default"]
[[package]]
name = "ruff"
version = "0.1"
groups = ["lint"]
`;
    expect(told(text)).toEqual([
      ['httpx@0.24', false],
      ['certifi@2023.7.22', false],
      ['ruff@0.1', true],
    ]);
    expect(parse(text).packages[0]?.dependsOn).toEqual(['certifi@2023.7.22']);
  });
});

describe('a lock file in TOML that is none', () => {
  it.each(['bogus', 'a = 1\n', '[[package]\n', '[[package]]\nname = "a'])('is refused: %j', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });

  it('of brackets only is refused', () => {
    expect(() => parse(`a = ${'['.repeat(100_000)}`)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });

  it('with ten thousand packages of one name that all need it is read in time', () => {
    const table = '[[package]]\nname = "a"\ndependencies = [{name = "a"}]\n';
    const text = Array.from({ length: 10_000 }, (_, i) => `${table}version = "${i}"\n`).join('');
    const start = performance.now();
    expect(parse(text).packages).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('tells tables without a name', () => {
    expect(parse('[[package]]\nversion = "1"\n').rejected).toHaveLength(1);
  });
});

// pipenv.pypa.io, "Pipfile & Pipfile.lock"
describe('a Pipfile.lock', () => {
  it('has a section for use and one for development', () => {
    const text = JSON.stringify({
      _meta: { 'pipfile-spec': 6 },
      default: { requests: { version: '==2.31.0', hashes: ['sha256:00'] }, local: { path: '.', editable: true } },
      develop: { pytest: { version: '==7.0', markers: 'x' } },
    });
    expect(parsePipfileLock(Buffer.from(text))).toMatchObject({
      packages: [
        { purl: 'pkg:pypi/requests@2.31.0', dev: false },
        { purl: 'pkg:pypi/pytest@7.0', dev: true },
      ],
      rejected: [{ at: '/default/local' }],
    });
  });

  it('that is something else is refused', () => {
    expect(() => parsePipfileLock(Buffer.from('{}'))).toThrow(/not a Pipfile.lock/);
  });
});
