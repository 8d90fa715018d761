import type { SecondLook } from '@assay/image';
import { type Executable, NumberReader } from '../executable/executable.ts';
import type { Plan } from '../executable/executable-reader.ts';
import type { KeptRanges, Range } from '../executable/kept-ranges.ts';

/** What the Go linker writes into a program. */
export interface GoBuildInfo {
  /** `go1.22.3`; with experiments `go1.22.3 X:boringcrypto`. */
  readonly goVersion: string;
  /** Lines of `path`, `mod`, `dep`, `=>` and `build`; `''` without module support. */
  readonly modules: string;
}

/** Source: Go's debug/buildinfo, `buildInfoMagic`, `buildInfoHeaderSize`, `buildInfoAlign`. */
const magic = Buffer.from('\xff Go buildinf:', 'latin1');
const headerSize = 32;
const alignment = 16;
const stringsAreInline = 2;
const isBigEndian = 1;
const maxVersion = 256;
const maxModules = 8 * 1024 * 1024;
/** The line list lies between two marks of this length. Source: Go's cmd/go/internal/modload, `infoStart`, `infoEnd`. */
const markSize = 16;

/**
 * Where a Go program tells how it was built: a section of its own, in any case in writable data. The whole of that is kept,
 * since before Go 1.18 pointers lead on from there. `undefined` when there is no such data.
 */
export function planBuildInfo(program: Executable): Plan<GoBuildInfo> | undefined {
  const own = program.sections.find(({ name }) => name === '__go_buildinfo' || name === '.go.buildinfo');
  const ranges: Range[] = own === undefined ? [] : [{ offset: own.offset, length: own.size }];
  for (const { offset, size, isWritable } of program.segments) {
    if (isWritable && size > 0) ranges.push({ offset, length: size });
  }
  return ranges.length === 0 ? undefined : { ranges, done: (kept) => findBuildInfo(program, kept) };
}

function findBuildInfo(program: Executable, kept: KeptRanges): GoBuildInfo | undefined | SecondLook<GoBuildInfo> {
  for (const { offset, bytes } of kept.parts()) {
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      if ((offset + at) % alignment !== 0 || at + headerSize > bytes.length) continue;
      const found =
        ((bytes[at + 15] ?? 0) & stringsAreInline) !== 0
          ? readInline(bytes, at)
          : readPointers(program, kept, bytes, at);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Go ≥ 1.18: two strings with their lengths follow the header. */
function readInline(bytes: Buffer, at: number): GoBuildInfo | undefined {
  const version = readString(bytes, at + headerSize, maxVersion);
  if (version === undefined) return undefined;
  const modules = readString(bytes, version.end, maxModules);
  return toBuildInfo(version.bytes, modules?.bytes ?? Buffer.alloc(0));
}

function readString(
  bytes: Buffer,
  start: number,
  limit: number,
): { readonly bytes: Buffer; readonly end: number } | undefined {
  let length = 0;
  let at = start;
  // Unsigned LEB128; five bytes are more than the limit needs.
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (length > limit || at + length > bytes.length) return undefined;
  return { bytes: bytes.subarray(at, at + length), end: at + length };
}

/** Go < 1.18: two pointers to string headers (address, length), whose texts lie in read-only data that has gone by. */
function readPointers(
  program: Executable,
  kept: KeptRanges,
  bytes: Buffer,
  at: number,
): SecondLook<GoBuildInfo> | undefined {
  const pointerSize = bytes[at + 14] === 4 ? 4 : 8;
  const read = new NumberReader(bytes, ((bytes[at + 15] ?? 0) & isBigEndian) === 0);
  const version = followString(program, kept, read.word(at + 16, pointerSize), pointerSize, read.isLittleEndian);
  const modules = followString(
    program,
    kept,
    read.word(at + 16 + pointerSize, pointerSize),
    pointerSize,
    read.isLittleEndian,
  );
  if (version === undefined || version.length > maxVersion) return undefined;
  const wanted = modules === undefined || modules.length > maxModules ? [version] : [version, modules];
  return {
    ranges: wanted,
    // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
    then: ([versionBytes, moduleBytes]) => toBuildInfo(Buffer.from(versionBytes ?? []), Buffer.from(moduleBytes ?? [])),
  };
}

function followString(
  program: Executable,
  kept: KeptRanges,
  address: number,
  pointerSize: 4 | 8,
  isLittleEndian: boolean,
): Range | undefined {
  const offset = offsetOf(program, address);
  const header = offset === undefined ? undefined : kept.find(offset, 2 * pointerSize);
  if (header === undefined) return undefined;
  const read = new NumberReader(header, isLittleEndian);
  const text = offsetOf(program, read.word(0, pointerSize));
  const length = read.word(pointerSize, pointerSize);
  return text === undefined || length === 0 ? undefined : { offset: text, length };
}

/** Where in the file an address is. */
function offsetOf(program: Executable, address: number): number | undefined {
  const segment = program.segments.find((one) => address >= one.address && address < one.address + one.size);
  return segment === undefined ? undefined : segment.offset + (address - segment.address);
}

function toBuildInfo(versionBytes: Buffer, moduleBytes: Buffer): GoBuildInfo | undefined {
  const goVersion = versionBytes.toString('utf8').trim();
  // What only looks like build information, such as the constants of programs that search for it, has no version.
  if (!/^(?:go\d|devel\b)[\x20-\x7e]*$/.test(goVersion)) return undefined;
  const isMarked = moduleBytes.length > 2 * markSize && moduleBytes[moduleBytes.length - markSize - 1] === 0x0a;
  const modules = isMarked ? moduleBytes.subarray(markSize, moduleBytes.length - markSize).toString('utf8') : '';
  return { goVersion, modules };
}
