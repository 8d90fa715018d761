import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildElf, buildFat, buildMachO, buildPe } from '../../test/program-builder.ts';
import { inventoryOf } from '../../test/read-files.ts';
import { goBinary } from './cataloguer.ts';
import { mainVersion } from './main-version.ts';
import { parseModules } from './parse-modules.ts';

// Source: Go's cmd/go/internal/modload, `infoStart` and `infoEnd`.
const start = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
const end = Buffer.from('f932433186182072008242104116d8f2', 'hex');

const lines = [
  'path\texample.test/app/cmd/app',
  'mod\texample.test/app\tv1.2.3\th1:AAAA=',
  'dep\tgithub.com/Azure/go-x/v2\tv2.0.1\th1:BBBB=',
  'dep\tgolang.org/x/net\tv0.1.0',
  '=>\tgithub.com/fork/net\tv0.1.1\th1:CCCC=',
  'dep\texample.test/local\tv1.0.0',
  '=>\t./local',
  'build\t-compiler=gc',
  'build\tGOARCH=amd64',
].join('\n');

const marked = (text: string): Buffer => Buffer.concat([start, Buffer.from(`${text}\n`), end]);

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** Go 1.18 and later: a header of 32 bytes, of which bit 1 of byte 15 says that the strings follow. Source: Go's debug/buildinfo. */
function inlineInfo(version: string, text = lines): Buffer {
  const modules = text === '' ? Buffer.alloc(0) : marked(text);
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 'latin1');
  header[14] = 8;
  header[15] = 2;
  return Buffer.concat([
    header,
    Buffer.from([...varint(version.length)]),
    Buffer.from(version),
    Buffer.from([...varint(modules.length)]),
    modules,
  ]);
}

/** Go 1.13 to 1.17: two pointers to string headers in data, whose texts are in read-only data. Source: Go's debug/buildinfo. */
function pointerProgram({ wide, littleEndian }: { readonly wide: boolean; readonly littleEndian: boolean }): Buffer {
  const size = wide ? 8 : 4;
  const text = Buffer.alloc(8192);
  const modules = marked(lines);
  text.write('go1.17.13', 64);
  text.set(modules, 1000);
  const data = Buffer.alloc(4096);
  const word = (at: number, value: number): void => {
    if (littleEndian) data.writeUInt32LE(value, at);
    else data.writeUInt32BE(value, at + size - 4);
  };
  data.write('\xff Go buildinf:', 32, 'latin1');
  data[46] = size;
  data[47] = littleEndian ? 0 : 1;
  word(48, 0x50_0000 + 512); // address of the version's string header
  word(48 + size, 0x50_0000 + 768);
  word(512, 0x40_0000 + 64);
  word(512 + size, 9);
  word(768, 0x40_0000 + 1000);
  word(768 + size, modules.length);
  return buildElf({
    wide,
    littleEndian,
    segments: [
      { address: 0x40_0000, bytes: text, isWritable: false },
      { address: 0x50_0000, bytes: data, isWritable: true },
    ],
  });
}

const elf = (info: Buffer, before = 0): Buffer =>
  buildElf({
    segments: [
      { address: 0x40_0000, bytes: Buffer.alloc(100), isWritable: false },
      { address: 0x50_0000, bytes: Buffer.concat([Buffer.alloc(before), info]), isWritable: true },
    ],
  });

const found = (bytes: Buffer, chunk?: number): string[] =>
  inventoryOf({ 'usr/bin/app': bytes }, [goBinary], chunk === undefined ? {} : { chunk }).packages.map(
    ({ purl }) => purl ?? '',
  );

const expected = (goVersion: string): string[] => [
  'pkg:golang/example.test/app@v1.2.3',
  'pkg:golang/example.test/local@v1.0.0',
  'pkg:golang/github.com/Azure/go-x/v2@v2.0.1',
  'pkg:golang/github.com/fork/net@v0.1.1',
  `pkg:golang/stdlib@${goVersion}`,
];

describe('a Go program', () => {
  const info = inlineInfo('go1.22.3');
  const programs: [name: string, bytes: Buffer][] = [
    ['an ELF program', elf(info)],
    ['an ELF program whose information lies behind other data', elf(info, 48_000)],
    ['a Mach-O program', buildMachO({ name: '__go_buildinfo', bytes: info })],
    ['a Mach-O program for two processors', buildFat([buildMachO({ name: '__go_buildinfo', bytes: info }), elf(info)])],
    ['a Windows program', buildPe({ name: '.data', bytes: info })],
  ];

  it.each(programs)('lists its modules as %s', (_, bytes) => {
    expect(found(bytes)).toEqual(expected('1.22.3'));
    for (const chunk of [100, 4095, 4097]) expect(found(bytes, chunk)).toEqual(expected('1.22.3'));
  });

  it.each([
    { wide: true, littleEndian: true },
    { wide: true, littleEndian: false },
    { wide: false, littleEndian: true },
    { wide: false, littleEndian: false },
  ])('of before Go 1.18 is followed through its pointers: %o', (shape) => {
    expect(found(pointerProgram(shape))).toEqual(expected('1.17.13'));
    expect(found(pointerProgram(shape), 777)).toEqual(expected('1.17.13'));
  });

  it('in one file with programs of before Go 1.18 is looked for where that program starts', () => {
    const old = pointerProgram({ wide: true, littleEndian: true });
    expect(found(buildFat([old, elf(inlineInfo('go1.22.3', ''))]))).toEqual([
      ...expected('1.17.13'),
      'pkg:golang/stdlib@1.22.3',
    ]);
  });

  it('says what is main, what it needs and what was replaced', () => {
    const { packages } = inventoryOf({ 'usr/bin/app': elf(info) }, [goBinary]);
    const [main, local, azure, fork, library] = packages;
    expect(main).toMatchObject({
      kind: 'application',
      name: 'example.test/app',
      version: 'v1.2.3',
      foundBy: 'go-binary',
    });
    expect(main?.dependsOn).toEqual([local?.ref, azure?.ref, fork?.ref, library?.ref]);
    expect(main?.properties).toEqual([{ name: 'go:GOARCH', value: 'amd64' }]);
    expect(fork?.properties).toEqual([{ name: 'go:replaces', value: 'golang.org/x/net' }]);
    expect(local?.properties).toEqual([{ name: 'go:replaced-by', value: './local' }]);
    expect(library).toMatchObject({ name: 'stdlib', version: 'go1.22.3' });
  });

  it.each([
    ['go1.21.4 X:boringcrypto', 'pkg:golang/stdlib@1.21.4'],
    ['go1.21rc2', 'pkg:golang/stdlib@1.21rc2'],
    ['devel go1.23-4f0c4c0f Tue Mar 5 2024', 'pkg:golang/stdlib'],
  ])('built by %s names the standard library %s, modules or not', (version, purl) => {
    expect(found(elf(inlineInfo(version, '')))).toEqual([purl]);
  });

  it('is not told by the mark alone: programs that search for it carry it too', () => {
    const decoy = Buffer.concat([
      Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'),
      Buffer.alloc(16),
      Buffer.from('\x05hello'),
    ]);
    expect(found(elf(decoy))).toEqual([]);
    expect(found(elf(Buffer.concat([decoy, Buffer.alloc(64 - decoy.length), info])))).toEqual(expected('1.22.3'));
    expect(found(elf(Buffer.concat([Buffer.alloc(3), info])))).toEqual([]);
  });

  it('that is cut or damaged anywhere is no failure', () => {
    const sound = [...programs.map(([, bytes]) => bytes), pointerProgram({ wide: true, littleEndian: true })];
    const damage = fc.array(fc.tuple(fc.nat({ max: 5000 }), fc.constantFrom(0, 0xff, 0x7f, 0x80, 1)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...sound), damage, fc.nat({ max: 9000 }), (bytes, changes, cut) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) if (at > 3 && at < copy.length) copy[at] = value;
        const { rejected } = inventoryOf({ a: copy, b: copy.subarray(0, copy.length - Math.min(cut, copy.length)) }, [
          goBinary,
        ]);
        expect(rejected).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the version of a main module', () => {
  const version = (...text: string[]): string => mainVersion(parseModules(text.join('\n')));
  const devel = 'mod\texample.test/app\t(devel)';
  const commit = [
    'build\tvcs.revision=0123456789abcdef0123456789abcdef01234567',
    'build\tvcs.time=2024-03-05T06:07:08Z',
  ];

  it.each([
    ['its own', ['mod\texample.test/app\tv1.2.3', 'build\t-ldflags="-X main.version=v9.9.9"'], 'v1.2.3'],
    ['set by the linker', [devel, 'build\t-ldflags="-s -w -X main.version=1.2.3-rc.1"', ...commit], '1.2.3-rc.1'],
    ['set in quotes', [devel, `build\t-ldflags="-X 'main.Version=v1.2.3' -X \\"main.date=a b\\""`], 'v1.2.3'],
    ['set with an equals sign', [devel, 'build\t-ldflags="-X=example.test/app/internal.gitVersion=v1.2.3"'], 'v1.2.3'],
    [
      "its own before a library's",
      [devel, 'build\t-ldflags="-X k8s.io/client-go/pkg/version.gitVersion=v0.1.0 -X main.appVersion=v1.2.3"'],
      'v1.2.3',
    ],
    [
      "a library's where that prints it",
      [devel, 'build\t-ldflags="-X github.com/prometheus/common/version.Version=2.45.0"'],
      '2.45.0',
    ],
    [
      'not that of a variable of another meaning',
      [devel, 'build\t-ldflags="-X main.goVersion=1.2.3 -X main.conversion=1.2.3"'],
      '',
    ],
    // go.dev/ref/mod, "Pseudo-versions": vX.0.0-yyyymmddhhmmss-abcdefabcdef where there is no earlier tag.
    ['its commit', [devel, ...commit], 'v0.0.0-20240305060708-0123456789ab'],
    ['unknown', [devel], ''],
    ['unknown to old Go', ['mod\texample.test/app\t'], ''],
  ])('is %s', (_, text, wanted) => {
    expect(version(...text)).toBe(wanted);
  });
});
