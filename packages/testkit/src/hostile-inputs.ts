import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { constants, crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { device, file, folder, symlink, tarEntry } from './layer-builder.ts';
import { type LayoutSettings, writeLayout } from './write-layout.ts';

/** One bad input: the words of a call, and how it must end. */
export interface HostileInput {
  readonly name: string;
  readonly words: readonly string[];
  /** Exit code and the code of the message; `undefined` for input that only looks bad and must be scanned all the same. */
  readonly ends: { readonly exit: 1 | 2; readonly code: RegExp } | undefined;
}

const mebi = 1024 * 1024;

/** Writes the bad inputs of the issue that lie on a disk into a folder, and says how each is called and must end. */
export function hostileInputs(at: string): readonly HostileInput[] {
  mkdirSync(at, { recursive: true });
  return [...badImages(at), ...badDocuments(at), ...badData(at)];
}

function badImages(at: string): readonly HostileInput[] {
  const image = (
    name: string,
    layer: Parameters<typeof writeLayout>[1][number],
    ends: HostileInput['ends'],
    settings: LayoutSettings = {},
  ): HostileInput => {
    const { folder: path } = writeLayout(join(at, name.replaceAll(/\W+/g, '-')), [layer], settings);
    return { name, words: ['scan', `oci:${path}`, '--no-cache', '-q', '-o', 'json'], ends };
  };
  const failed = (code: RegExp) => ({ exit: 1, code }) as const;
  const some = file('etc/os-release', 'ID=debian\nVERSION_ID=12\n');
  const multi = writeLayout(join(at, 'arm-only'), [[some]], { architecture: 'arm64' });
  return [
    image('digest mismatch', [some], failed(/CONTENT_MISMATCH/), { lie: true, blob: (packed) => flipped(packed) }),
    image('truncated blob', [some], failed(/CONTENT_TRUNCATED|CONTENT_MISMATCH/), {
      lie: true,
      blob: (packed) => packed.subarray(0, packed.length - 7),
    }),
    image('layer that is no archive', [some], failed(/LAYER_/), { blob: () => Buffer.from('hello'.repeat(1000)) }),
    image('layer cut before its digest was taken', [some], failed(/LAYER_INVALID|CONTENT_TRUNCATED/), {
      blob: (packed) => packed.subarray(0, packed.length - 7),
    }),
    image('manifest of unknown type', [some], failed(/MANIFEST_UNSUPPORTED/), {
      manifestType: 'application/vnd.example.thing.v1+json',
    }),
    image('encrypted layer', [some], failed(/LAYER_UNSUPPORTED/), {
      layerType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
    }),
    {
      name: 'index without the platform',
      words: ['scan', `oci:${multi.folder}`, '--platform', 'linux/s390x', '-q', '--no-cache'],
      ends: failed(/PLATFORM_NOT_FOUND/),
    },
    emptyImage(at),
    image('gzip bomb', [some], failed(/LIMIT_EXCEEDED/), { blob: () => gzipBomb() }),
    image('zstd bomb', [some], failed(/LIMIT_EXCEEDED/), { blob: () => zstdBomb() }),
    image('absolute paths', [file('/etc/os-release', 'ID=debian\n'), file('/usr//lib/./x', 'x')], undefined),
    image('paths that climb out', [file('../../etc/passwd', 'x')], failed(/LAYER_INVALID/)),
    image('device nodes', [device('dev/sda'), some], undefined),
    image('a million entries', [some], failed(/LIMIT_EXCEEDED/), { blob: () => millionEntries() }),
    image(
      'ten thousand nested folders',
      [folder(`${'d/'.repeat(10_000)}`), file(`${'d/'.repeat(10_000)}status`, 'x')],
      failed(/LIMIT_EXCEEDED/),
    ),
    image(
      'links in a circle',
      [
        symlink('var/lib/dpkg', 'apt'),
        symlink('var/lib/apt', 'dpkg'),
        symlink('etc/os-release', 'os-release'),
        symlink('a', '/../../../etc/passwd'),
      ],
      undefined,
    ),
    image('jar in jar in jar', [file('app/bad.jar', nestedJar(2000))], undefined),
    image('jar that is a bomb', [file('app/bomb.jar', bombJar())], undefined),
  ];
}

function flipped(bytes: Buffer): Buffer {
  const out = Buffer.from(bytes);
  const middle = Math.floor(out.length / 2);
  out[middle] = (out[middle] ?? 0) ^ 1;
  return out;
}

function emptyImage(at: string): HostileInput {
  const { folder: path } = writeLayout(join(at, 'empty'), []);
  return {
    name: 'empty image',
    words: ['scan', `oci:${path}`, '--no-cache', '-q'],
    ends: { exit: 1, code: /MANIFEST_INVALID|MANIFEST_UNSUPPORTED/ },
  };
}

/** 20 GiB of zeros in 20 MB. */
function gzipBomb(): Buffer {
  const member = gzipSync(Buffer.alloc(64 * mebi), { level: 9 });
  return Buffer.concat(Array.from({ length: 320 }, () => member));
}

function zstdBomb(): Buffer {
  const frame = zstdCompressSync(Buffer.alloc(64 * mebi), { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
  return Buffer.concat(Array.from({ length: 2000 }, () => frame));
}

/** A million empty files in a few megabytes. */
function millionEntries(): Buffer {
  const parts: Buffer[] = [];
  for (let index = 0; index < 1000; index++)
    parts.push(...tarEntry({ path: `f/${index}`, type: '0', content: Buffer.alloc(0) }));
  const thousand = Buffer.concat(parts);
  return gzipSync(Buffer.concat([...Array.from({ length: 1000 }, () => thousand), Buffer.alloc(1024)]), { level: 1 });
}

/** A zip with one entry, deflated or stored. Source: APPNOTE.TXT, 4.3. */
function zip(name: string, content: Buffer, compressed: Buffer | undefined, claimed = content.length): Buffer {
  const data = compressed ?? content;
  const bytes = Buffer.from(name);
  const head = (signature: number, length: number) => {
    const header = Buffer.alloc(length);
    header.writeUInt32LE(signature, 0);
    return header;
  };
  const fields = (header: Buffer, offset: number) => {
    header.writeUInt16LE(20, offset);
    header.writeUInt16LE(compressed === undefined ? 0 : 8, offset + 4);
    header.writeUInt32LE(crc32(content), offset + 10);
    header.writeUInt32LE(data.length, offset + 14);
    header.writeUInt32LE(claimed, offset + 18);
    header.writeUInt16LE(bytes.length, offset + 22);
  };
  const local = head(0x04034b50, 30);
  fields(local, 4);
  const central = head(0x02014b50, 46);
  fields(central, 6);
  const end = head(0x06054b50, 22);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + bytes.length, 12);
  end.writeUInt32LE(local.length + bytes.length + data.length, 16);
  return Buffer.concat([local, bytes, data, central, bytes, end]);
}

function nestedJar(depth: number): Buffer {
  let jar = zip('META-INF/MANIFEST.MF', Buffer.from('Implementation-Title: x\nImplementation-Version: 1\n'), undefined);
  for (let level = 0; level < depth; level++) jar = zip('inner.jar', jar, undefined);
  return jar;
}

function bombJar(): Buffer {
  const zeros = Buffer.alloc(256 * mebi);
  return zip('META-INF/maven/a/b/pom.properties', zeros, deflateRawSync(zeros, { level: 9 }), 100);
}

function badDocuments(at: string): readonly HostileInput[] {
  const document = (name: string, content: string | Buffer, ends: HostileInput['ends']): HostileInput => {
    const path = join(at, `${name.replaceAll(/\W+/g, '-')}.sbom`);
    writeFileSync(path, content);
    return { name, words: ['scan', `sbom:${path}`, '-q', '-o', 'json'], ends };
  };
  const bad = (code = /SBOM_INVALID|LIMIT_EXCEEDED/) => ({ exit: 1, code }) as const;
  const bom = (inner: string) => `{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[${inner}]}`;
  const xml = (inner: string) =>
    `<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><components>${inner}</components></bom>`;
  return [
    document('an empty document', '', bad(/SBOM_UNKNOWN|SBOM_INVALID/)),
    document(
      'XML with a DOCTYPE',
      `<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/passwd">]><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library"><name>&x;</name></component></components></bom>`,
      bad(),
    ),
    document('XML with 200 000 levels', xml(`${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}`), bad()),
    document('JSON with 100 000 levels', bom(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), bad()),
    document(
      'JSON with 100 000 levels of components',
      bom(`${'{"type":"library","name":"x","components":['.repeat(100_000)}${']}'.repeat(100_000)}`),
      bad(),
    ),
    document('JSON cut in half', bom('{"type":"library","na'), bad()),
    document(
      'lone surrogates',
      bom('{"type":"library","name":"\\ud800","version":"1","purl":"pkg:npm/a@1"}'),
      undefined,
    ),
    document(
      'NUL in a name',
      bom('{"type":"library","name":"a\\u0000b","version":"1","purl":"pkg:npm/a@1"}'),
      undefined,
    ),
    document('NUL between values', bom('{"type":"library",\0"name":"a"}'), bad()),
    document(
      'bytes that are no UTF-8',
      Buffer.concat([
        Buffer.from(bom('{"type":"library","name":"').slice(0, -2)),
        Buffer.from([0xff, 0xfe, 0xff]),
        Buffer.from('"}]}'),
      ]),
      bad(),
    ),
    document(
      'duplicate keys',
      bom('{"type":"library","name":"a","name":"b","version":"1","purl":"pkg:npm/b@1"}'),
      undefined,
    ),
    document(
      'keys called __proto__',
      bom(
        '{"type":"library","name":"a","version":"1","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
      ),
      undefined,
    ),
    {
      name: 'a document of 3 GiB',
      words: ['scan', `sbom:${hugeDocument(join(at, 'huge.sbom'))}`, '-q'],
      ends: bad(/LIMIT_EXCEEDED|SBOM_INVALID/),
    },
    document('a format nobody knows', '{"hello":"world"}', bad(/SBOM_UNKNOWN/)),
    document(
      'a version of the future',
      '{"bomFormat":"CycloneDX","specVersion":"9.9","version":1}',
      bad(/SBOM_VERSION/),
    ),
  ];
}

/** 3 GiB that take no room on the disk: a sound beginning, then zeros. */
function hugeDocument(path: string): string {
  const handle = openSync(path, 'w');
  writeSync(handle, '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[');
  ftruncateSync(handle, 3 * 1024 * mebi);
  closeSync(handle);
  return path;
}

function badData(at: string): readonly HostileInput[] {
  const put = (name: string, content: string | Buffer) => {
    const path = join(at, name);
    writeFileSync(path, content);
    return path;
  };
  const bom = put(
    'sound.json',
    '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"}]}',
  );
  const record =
    '{"id":"X-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}';
  const zipped = zip('X-1.json', Buffer.from(record), deflateRawSync(Buffer.from(record)));
  const scan = (db: string) => ['scan', `sbom:${bom}`, '--db', db, '-q'];
  return [
    { name: 'data that is text', words: scan(put('text.db', 'hello')), ends: { exit: 1, code: /DB_INVALID/ } },
    { name: 'data that is empty', words: scan(put('empty.db', '')), ends: { exit: 1, code: /DB_INVALID/ } },
    {
      name: 'an advisory zip cut in half',
      words: ['db', 'build', put('half.zip', zipped.subarray(0, zipped.length / 2)), '--output', join(at, 'half.db')],
      ends: { exit: 1, code: /ADVISORY_INVALID/ },
    },
    {
      name: 'an advisory file cut in half',
      words: ['db', 'build', put('half.json', record.slice(0, 60)), '--output', join(at, 'half2.db')],
      ends: { exit: 1, code: /ADVISORY_INVALID/ },
    },
    {
      name: 'an output that is full',
      words: ['sbom', `sbom:${bom}`, '-o', 'cyclonedx-json=/dev/full'],
      ends: { exit: 1, code: /OUTPUT_UNWRITABLE/ },
    },
  ];
}
