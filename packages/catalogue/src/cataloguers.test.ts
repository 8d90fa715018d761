import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findPurl } from '@assay/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../test/read-files.ts';
import type { TargetKind } from './cataloguer.ts';
import { cataloguers } from './cataloguers.ts';

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'cataloguer.ts')))
  .map(({ name }) => name);

/** A path of every kind of file that cataloguers choose by name, and one that only a head can make interesting. */
const paths = [
  'etc/os-release',
  'var/lib/dpkg/status',
  'var/lib/dpkg/status.d/base',
  'usr/share/doc/base/copyright',
  'lib/apk/db/installed',
  'var/lib/rpm/rpmdb.sqlite',
  'var/lib/rpm/Packages',
  'usr/lib/sysimage/rpm/Packages.db',
  'var/lib/rpmmanifest/container-manifest-2',
  'app/node_modules/a/package.json',
  'app/package-lock.json',
  'app/yarn.lock',
  'app/pnpm-lock.yaml',
  'app/bun.lock',
  'usr/lib/python3/dist-packages/a-1.dist-info/METADATA',
  'usr/lib/python3/dist-packages/a-1.egg-info/PKG-INFO',
  'app/requirements.txt',
  'app/poetry.lock',
  'app/uv.lock',
  'app/Pipfile.lock',
  'app/a.jar',
  'app/pom.xml',
  'app/gradle.lockfile',
  'usr/lib/ruby/gems/3.1.0/specifications/a-1.gemspec',
  'app/Gemfile.lock',
  'app/vendor/composer/installed.json',
  'app/composer.lock',
  'app/a.deps.json',
  'app/packages.lock.json',
  'app/a.csproj',
  'app/go.mod',
  'app/go.sum',
  'app/Cargo.lock',
  'usr/bin/program',
];

/** First bytes of every format that is read, so that garbage gets past the door. */
const magics = [
  '',
  '{"packages":{"a":',
  '{"a":[[[[[[',
  '<?xml version="1.0"?><project>',
  'Package: a\nStatus: install ok installed\nVersion: ',
  'P:a\nV:',
  'SQLite format 3\0\x10\x00\x02\x02\x00\x40\x20\x20',
  'PK\x03\x04',
  'RpmP\0\0\0\0\0\0\0\0\x01\0\0\0',
  '\0\0\0\0\0\0\0\0\0\0\0\0\x61\x15\x06\0\0\0\0\0\0\x10\0\0\0\x08',
  '\x7fELF\x02\x01\x01',
  '\x7fELF\x01\x02\x01',
  'MZ',
  '\xcf\xfa\xed\xfe\x07\0\0\x01\0\0\0\0\x02\0\0\0\xff\0\0\0\xff\xff\0\0',
  '\xca\xfe\xba\xbe\0\0\0\x02',
].map((text) => Buffer.from(text, 'latin1'));

const garbage = fc
  .tuple(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 6000 }))
  .map(([magic, rest]) => Buffer.concat([magic, rest]));

describe('the registry', () => {
  it('names every folder with a cataloguer under its own name, and nothing else', () => {
    expect(cataloguers.map(({ id }) => id).sort()).toEqual(folders.sort());
  });

  it('gives every cataloguer a version to tell its answers apart', () => {
    for (const { version } of cataloguers) expect(Number.isSafeInteger(version) && version > 0).toBe(true);
  });
});

describe.each(cataloguers.map((cataloguer) => ({ id: cataloguer.id, cataloguer })))('$id', ({ id, cataloguer }) => {
  const kinds: TargetKind[] = ['image', 'directory'];

  it('can be reached: by a name it is interested in, or by a head', () => {
    const byName = paths.some(
      (path) => cataloguer.select?.({ path, size: 10, mode: 0o644 }, 'directory') !== undefined,
    );
    expect(byName || cataloguer.selectByHead !== undefined).toBe(true);
    if (cataloguer.select !== undefined) expect(cataloguer.files).toBeDefined();
  });

  it('finds nothing where there is nothing', () => {
    expect(cataloguer.packages([], { targetKind: 'image' })).toEqual({ packages: [], rejected: [] });
  });

  it('makes of garbage a rejection or nothing: it never fails, and always answers the same', () => {
    fc.assert(
      fc.property(garbage, fc.constantFrom(...kinds), fc.integer({ min: 1, max: 5000 }), (bytes, kind, chunk) => {
        const files = Object.fromEntries(paths.map((path) => [path, bytes]));
        const { packages, rejected } = inventoryOf(files, [cataloguer], { kind, chunk });
        for (const { why } of rejected) {
          expect(why).not.toMatch(/^cannot be read|cataloguer failed|TypeError|undefined/);
          expect(why.length).toBeGreaterThan(0);
        }
        for (const found of packages) {
          expect(found.foundBy).toBe(id);
          expect(found.name).not.toBe('');
          expect(found.locations.length).toBeGreaterThan(0);
          if (found.purl !== undefined) expect(findPurl(found.purl)).toBeDefined();
        }
        expect(new Set(packages.map(({ ref }) => ref)).size).toBe(packages.length);
        expect(inventoryOf(files, [cataloguer], { kind })).toMatchObject({ packages, rejected });
      }),
      { numRuns: 100 },
    );
  });
});
