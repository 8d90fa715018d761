import {
  type Executable,
  fixedText,
  NumberReader,
  type Section,
  type SectionTable,
  type Segment,
} from './executable.ts';

const loaded = 1;
const writable = 2;
const maxSegments = 1024;
const maxSections = 16_384;

/** Reads the header of an ELF file and its program headers, which follow it. `undefined` when it is none. Source: elf(5). */
export function findElf(head: Uint8Array): Executable | undefined {
  if (head.length < 52 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46)
    return undefined;
  const pointerSize = head[4] === 2 ? 8 : 4;
  const read = new NumberReader(head, head[5] !== 2);
  const wide = pointerSize === 8;
  const at = wide
    ? { headers: 32, sections: 40, entry: 54, count: 56, sectionEntry: 58, sectionCount: 60, names: 62 }
    : { headers: 28, sections: 32, entry: 42, count: 44, sectionEntry: 46, sectionCount: 48, names: 50 };
  const count = read.u16(at.count);
  const entry = read.u16(at.entry);
  const first = read.word(at.headers, pointerSize);
  const segments: Segment[] = [];
  for (let i = 0; i < Math.min(count, maxSegments) && entry >= (wide ? 56 : 32); i++) {
    const header = first + i * entry;
    if (header + entry > head.length) break;
    if (read.u32(header) !== loaded) continue;
    segments.push({
      offset: read.word(header + (wide ? 8 : 4), pointerSize),
      address: read.word(header + (wide ? 16 : 8), pointerSize),
      size: read.word(header + (wide ? 32 : 16), pointerSize),
      isWritable: (read.u32(header + (wide ? 4 : 24)) & writable) !== 0,
    });
  }
  const table: SectionTable = {
    offset: read.word(at.sections, pointerSize),
    entrySize: read.u16(at.sectionEntry),
    count: Math.min(read.u16(at.sectionCount), maxSections),
    nameIndex: read.u16(at.names),
  };
  return {
    format: 'elf',
    isLittleEndian: read.isLittleEndian,
    pointerSize,
    segments,
    sections: [],
    ...(table.offset > 0 && table.count > 0 && table.entrySize >= (wide ? 64 : 40) ? { sectionTable: table } : {}),
  };
}

/** One row of the table of sections. Its name is an offset into the section of names. */
export interface ElfSection {
  readonly nameAt: number;
  /** `sh_type`; 1 has bytes of the program's own. */
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly alignment: number;
}

/** The rows of a table of sections; as many as the bytes hold. Source: elf(5), "Section header". */
export function readSectionTable(program: Executable, table: SectionTable, bytes: Uint8Array): ElfSection[] {
  const read = new NumberReader(bytes, program.isLittleEndian);
  const { pointerSize } = program;
  const wide = pointerSize === 8;
  const out: ElfSection[] = [];
  for (let i = 0; i < table.count && (i + 1) * table.entrySize <= bytes.length; i++) {
    const row = i * table.entrySize;
    out.push({
      nameAt: read.u32(row),
      type: read.u32(row + 4),
      flags: read.word(row + 8, pointerSize),
      offset: read.word(row + (wide ? 24 : 16), pointerSize),
      size: read.word(row + (wide ? 32 : 20), pointerSize),
      alignment: read.word(row + (wide ? 48 : 32), pointerSize),
    });
  }
  return out;
}

/** The section of this name, or `undefined`. */
export function findElfSection(rows: readonly ElfSection[], names: Uint8Array, name: string): Section | undefined {
  const row = rows.find(({ nameAt, type }) => type !== 0 && fixedText(names, nameAt, name.length + 1) === name);
  return row === undefined ? undefined : { name, offset: row.offset, size: row.size };
}
