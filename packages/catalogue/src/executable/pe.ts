import { type Executable, fixedText, NumberReader, type Section, type Segment } from './executable.ts';

const writable = 0x8000_0000;
/** The format's own limit for programs that are loaded. */
const maxSections = 96;

/** Reads the section table of a Windows program. `undefined` when it is none, or starts too late. Source: Microsoft "PE Format". */
export function findPe(head: Uint8Array): Executable | undefined {
  if (head.length < 64 || head[0] !== 0x4d || head[1] !== 0x5a) return undefined;
  const read = new NumberReader(head, true);
  const start = read.u32(0x3c);
  if (start + 24 + 32 > head.length || read.u32(start) !== 0x0000_4550) return undefined;
  const count = Math.min(read.u16(start + 6), maxSections);
  const optional = start + 24;
  const wide = read.u16(optional) === 0x20b;
  const base = wide ? read.u64(optional + 24) : read.u32(optional + 28);
  const table = optional + read.u16(start + 20);
  const segments: Segment[] = [];
  const sections: Section[] = [];
  for (let i = 0; i < count && table + (i + 1) * 40 <= head.length; i++) {
    const at = table + i * 40;
    const place = { offset: read.u32(at + 20), size: read.u32(at + 16) };
    sections.push({ name: fixedText(head, at, 8), ...place });
    segments.push({
      ...place,
      address: base + read.u32(at + 12),
      isWritable: (read.u32(at + 36) & writable) !== 0,
    });
  }
  return { format: 'pe', isLittleEndian: true, pointerSize: wide ? 8 : 4, segments, sections };
}
