import { type Executable, fixedText, NumberReader, type Section, type Segment, type Slice } from './executable.ts';

const segment32 = 0x1;
const segment64 = 0x19;
const writable = 2;
const maxCommands = 4096;
const maxSections = 4096;
const maxSlices = 16;

/** Reads the load commands of a Mach-O file of one processor. `undefined` when it is none. Source: mach-o/loader.h. */
export function findMachO(head: Uint8Array): Executable | undefined {
  if (head.length < 32) return undefined;
  const magic = new NumberReader(head, true).u32(0);
  const isLittleEndian = magic === 0xfeedface || magic === 0xfeedfacf;
  if (!isLittleEndian && magic !== 0xcefaedfe && magic !== 0xcffaedfe) return undefined;
  const wide = magic === 0xfeedfacf || magic === 0xcffaedfe;
  const read = new NumberReader(head, isLittleEndian);
  const segments: Segment[] = [];
  const sections: Section[] = [];
  const commands = Math.min(read.u32(16), maxCommands);
  for (let i = 0, at = wide ? 32 : 28; i < commands && at + 8 <= head.length; i++) {
    const size = read.u32(at + 4);
    if (size < 8) break;
    if (read.u32(at) === (wide ? segment64 : segment32))
      readSegment(head, read, at, Math.min(size, head.length - at), { segments, sections });
    at += size;
  }
  return { format: 'mach-o', isLittleEndian, pointerSize: wide ? 8 : 4, segments, sections };
}

function readSegment(
  head: Uint8Array,
  read: NumberReader,
  at: number,
  size: number,
  out: { readonly segments: Segment[]; readonly sections: Section[] },
): void {
  // Only these two commands are met here, so the command tells the width.
  const wide = read.u32(at) === segment64;
  const pointer = wide ? 8 : 4;
  const fixed = wide ? 72 : 56;
  if (size < fixed) return;
  out.segments.push({
    address: read.word(at + 24, pointer),
    offset: read.word(at + (wide ? 40 : 32), pointer),
    size: read.word(at + (wide ? 48 : 36), pointer),
    isWritable: (read.u32(at + (wide ? 60 : 44)) & writable) !== 0,
  });
  const count = Math.min(read.u32(at + (wide ? 64 : 48)), maxSections);
  const entry = wide ? 80 : 68;
  for (let i = 0; i < count && fixed + (i + 1) * entry <= size; i++) {
    const section = at + fixed + i * entry;
    out.sections.push({
      name: fixedText(head, section, 16),
      size: read.word(section + (wide ? 40 : 36), pointer),
      offset: read.u32(section + (wide ? 48 : 40)),
    });
  }
}

/**
 * The programs in a Mach-O file for several processors; `undefined` when it is none. A Java class starts with the same four
 * bytes, but its version where the count is: 45 or more. Source: mach-o/fat.h.
 */
export function findSlices(head: Uint8Array): readonly Slice[] | undefined {
  if (head.length < 28) return undefined;
  const read = new NumberReader(head, false);
  const magic = read.u32(0);
  if (magic !== 0xcafebabe && magic !== 0xcafebabf) return undefined;
  const count = read.u32(4);
  if (count === 0 || count > maxSlices) return undefined;
  const wide = magic === 0xcafebabf;
  const entry = wide ? 32 : 20;
  const slices: Slice[] = [];
  for (let i = 0; i < count && 8 + (i + 1) * entry <= head.length; i++) {
    const at = 8 + i * entry;
    slices.push(
      wide
        ? { offset: read.u64(at + 8), size: read.u64(at + 16) }
        : { offset: read.u32(at + 8), size: read.u32(at + 12) },
    );
  }
  return slices.filter(({ offset }) => offset >= 8).sort((a, b) => a.offset - b.offset);
}
