import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../test/read-files.ts';
import { cargoLock } from './cataloguer.ts';

const kind = 'directory';
const registry = 'registry+https://example.test/index';
const hex = 'ab'.repeat(32);

describe('the crates of a folder of Rust sources', () => {
  it('are those of Cargo.lock, the project itself as an application', () => {
    const lock = `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["serde", "rand 0.8.5", "rand 0.7.3 (${registry})"]

[[package]]
name = "serde"
version = "1.0.200"
source = "${registry}"
checksum = "${hex}"

[[package]]
name = "rand"
version = "0.7.3"
source = "${registry}"

[[package]]
name = "rand"
version = "0.8.5"
source = "${registry}"
`;
    const { packages } = inventoryOf({ 'Cargo.lock': lock }, [cargoLock], { kind });
    const [app, old, rand, serde] = packages;
    expect(packages.map(({ purl }) => purl)).toEqual([
      'pkg:cargo/app@0.1.0',
      'pkg:cargo/rand@0.7.3',
      'pkg:cargo/rand@0.8.5',
      'pkg:cargo/serde@1.0.200',
    ]);
    expect(app).toMatchObject({ kind: 'application', dependsOn: [old?.ref, rand?.ref, serde?.ref] });
    expect(serde).toMatchObject({ kind: 'library', hashes: { sha256: hex } });
  });

  // cargo's resolver/encode.rs: version 1 has a [root] and keeps checksums under [metadata].
  it('of the oldest form are read too', () => {
    const lock = `[root]
name = "app"
version = "0.1.0"
dependencies = ["libc 0.2.1 (${registry})"]

[[package]]
name = "libc"
version = "0.2.1"
source = "${registry}"

[metadata]
"checksum libc 0.2.1 (${registry})" = "${hex}"
`;
    const [app, libc] = inventoryOf({ 'Cargo.lock': lock }, [cargoLock], { kind }).packages;
    expect(app?.dependsOn).toEqual([libc?.ref]);
    expect(libc).toMatchObject({ name: 'libc', hashes: { sha256: hex } });
  });

  it('are not asked for in images, nor in the sources of other crates', () => {
    const lock = '[[package]]\nname = "a"\nversion = "1.0.0"\n';
    expect(inventoryOf({ 'Cargo.lock': lock }, [cargoLock]).packages).toEqual([]);
    const cached = { '.cargo/registry/src/index/a-1.0.0/Cargo.lock': lock };
    expect(inventoryOf(cached, [cargoLock], { kind }).packages).toEqual([]);
  });

  it('that cannot be understood are told', () => {
    const rejections = (lock: string) => inventoryOf({ 'Cargo.lock': lock }, [cargoLock], { kind }).rejected;
    expect(rejections('[[package')).toHaveLength(1);
    expect(rejections('a = 1\n')).toEqual([{ at: 'Cargo.lock', why: expect.stringContaining('not a Cargo.lock') }]);
    expect(rejections('version = 4\n[[package]]\nname = "a"\n')).toEqual([
      { at: 'Cargo.lock#/package/0', why: 'a package without name or version' },
    ]);
  });
});
