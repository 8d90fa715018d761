import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildElf, buildFat, buildMachO, buildPe } from '../../test/program-builder.ts';
import { inventoryOf } from '../../test/read-files.ts';
import { rustBinary } from './cataloguer.ts';

// Source: rust-secure-code/cargo-auditable, cargo-auditable.schema.json.
const list = {
  packages: [
    { name: 'app', version: '0.1.0', source: 'local', dependencies: [1, 3], root: true },
    { name: 'serde', version: '1.0.200', source: 'crates.io', dependencies: [2] },
    { name: 'libc', version: '0.2.150', source: 'crates.io' },
    { name: 'cc', version: '1.0.90', source: 'crates.io', kind: 'build' },
  ],
};

const compressed = (value: unknown): Buffer => deflateSync(typeof value === 'string' ? value : JSON.stringify(value));
const section = (value: unknown, flags = 0) => ({ name: '.dep-v0', bytes: compressed(value), flags });
const data = { name: '.rodata', bytes: Buffer.alloc(3000, 7), flags: 2 };
const comment = { name: '.comment', bytes: Buffer.from('a linker, version 1') };

const found = (bytes: Buffer, chunk?: number): string[] =>
  inventoryOf({ 'usr/bin/app': bytes }, [rustBinary], chunk === undefined ? {} : { chunk }).packages.map(
    ({ purl }) => purl ?? '',
  );

const wanted = ['pkg:cargo/app@0.1.0', 'pkg:cargo/libc@0.2.150', 'pkg:cargo/serde@1.0.200'];

const programs: [name: string, bytes: Buffer][] = [
  ['an ELF program', buildElf({ sections: [data, section(list)] })],
  [
    'a big-endian ELF program of 32 bits',
    buildElf({ wide: false, littleEndian: false, sections: [data, section(list)] }),
  ],
  [
    'an ELF program with symbols after the names',
    buildElf({ sections: [data, comment, section(list)], symbols: 300_000 }),
  ],
  [
    'an ELF program that loads the list',
    buildElf({ sections: [section(list, 2), { ...data, bytes: Buffer.alloc(100_000, 7) }] }),
  ],
  ['a Mach-O program', buildMachO({ name: '.dep-v0', bytes: compressed(list) })],
  ['a Windows program', buildPe({ name: '.dep-v0', bytes: compressed(list) })],
];

describe('a Rust program', () => {
  it.each(programs)('lists its crates as %s', (_, bytes) => {
    expect(found(bytes)).toEqual(wanted);
    for (const chunk of [1000, 4097]) expect(found(bytes, chunk)).toEqual(wanted);
  });

  it('for two processors lists the crates of both', () => {
    const other = {
      packages: [
        { name: 'app', version: '0.1.0', dependencies: [1] },
        { name: 'mach', version: '0.3.2' },
      ],
    };
    const bytes = buildFat([
      buildMachO({ name: '.dep-v0', bytes: compressed(list) }),
      buildMachO({ name: '.dep-v0', bytes: compressed(other) }),
    ]);
    expect(found(bytes)).toEqual([...wanted.slice(0, 2), 'pkg:cargo/mach@0.3.2', ...wanted.slice(2)]);
  });

  it('says which crate is the program and what needs what; crates of the build alone are not in it', () => {
    const { packages, rejected } = inventoryOf({ app: buildElf({ sections: [section(list)] }) }, [rustBinary]);
    const [app, libc, serde] = packages;
    expect(rejected).toEqual([]);
    expect(app).toMatchObject({ kind: 'application', name: 'app', foundBy: 'rust-binary' });
    expect(app?.dependsOn).toEqual([serde?.ref]);
    expect(serde?.dependsOn).toEqual([libc?.ref]);
    expect(libc).toMatchObject({ kind: 'library', dependsOn: [], locations: [{ path: 'app' }] });
  });

  it('without such a list lists nothing', () => {
    expect(found(buildElf({ sections: [data, comment], symbols: 300_000 }))).toEqual([]);
    expect(found(buildElf({ sections: [] }))).toEqual([]);
  });

  it.each([
    ['is no JSON', '{"packages":', /not valid JSON/],
    ['is no list', { packages: 1 }, /no packages/],
    ['is larger than any', ' '.repeat(20_000_000), /damaged or too large/],
  ])('whose list %s is told as rejected', (_, value, why) => {
    const { packages, rejected } = inventoryOf({ app: buildElf({ sections: [section(value)] }) }, [rustBinary]);
    expect(packages).toEqual([]);
    expect(rejected).toEqual([{ at: 'app', why: expect.stringMatching(why) }]);
  });

  it('whose list has odd entries keeps the others and tells the odd ones', () => {
    const odd = { packages: [{ name: 'a', version: '1.0.0', dependencies: [-1, 7, 'x', 0] }, { name: 'b' }, 3, null] };
    const { packages, rejected } = inventoryOf({ app: buildElf({ sections: [section(odd)] }) }, [rustBinary]);
    expect(packages.map(({ purl, dependsOn }) => [purl, dependsOn])).toEqual([['pkg:cargo/a@1.0.0', []]]);
    expect(rejected.map(({ at }) => at)).toEqual(['app#/packages/1', 'app#/packages/2', 'app#/packages/3']);
  });

  it('that is cut or damaged anywhere is a rejection or nothing', () => {
    const change = fc.tuple(fc.nat({ max: 9000 }), fc.constantFrom(0, 0xff, 0x7f, 0x80, 1));
    fc.assert(
      fc.property(
        fc.constantFrom(...programs.map(([, bytes]) => bytes)),
        fc.array(change, { maxLength: 8 }),
        fc.nat({ max: 9000 }),
        (bytes, changes, cut) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) if (at > 3 && at < copy.length) copy[at] = value;
          for (const [at, value] of changes) copy[Math.max(4, copy.length - at)] = value;
          const files = { a: copy, b: copy.subarray(0, copy.length - Math.min(cut, copy.length)) };
          for (const { why } of inventoryOf(files, [rustBinary]).rejected)
            expect(why).not.toMatch(/^cannot be read|failed/);
        },
      ),
      { numRuns: 300 },
    );
  });
});
