/** Builds the smallest programs that a linker could have written, field by field from the formats' specifications. */

export interface BuiltSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly isWritable: boolean;
}

export interface BuiltSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** `sh_flags`; 2 is allocated. */
  readonly flags?: number;
}

export interface ElfShape {
  readonly wide?: boolean;
  readonly littleEndian?: boolean;
  readonly segments?: readonly BuiltSegment[];
  readonly sections?: readonly BuiltSection[];
  /** Bytes between the names of the sections and their table: symbols, as LLVM's linker places them. */
  readonly symbols?: number;
}

const pageSize = 4096;

class Writer {
  readonly bytes: Buffer;
  readonly #littleEndian: boolean;
  readonly #wide: boolean;

  constructor(size: number, littleEndian: boolean, wide: boolean) {
    this.bytes = Buffer.alloc(size);
    this.#littleEndian = littleEndian;
    this.#wide = wide;
  }

  u16(at: number, value: number): void {
    if (this.#littleEndian) this.bytes.writeUInt16LE(value, at);
    else this.bytes.writeUInt16BE(value, at);
  }

  u32(at: number, value: number): void {
    if (this.#littleEndian) this.bytes.writeUInt32LE(value, at);
    else this.bytes.writeUInt32BE(value, at);
  }

  word(at: number, value: number): void {
    if (!this.#wide) this.u32(at, value);
    else if (this.#littleEndian) this.bytes.writeBigUInt64LE(BigInt(value), at);
    else this.bytes.writeBigUInt64BE(BigInt(value), at);
  }
}

/** An ELF program: headers, segments on pages of their own, sections, their names, their table. Source: elf(5). */
export function buildElf({
  wide = true,
  littleEndian = true,
  segments = [],
  sections = [],
  symbols = 0,
}: ElfShape): Buffer {
  const names = Buffer.from(`\0${sections.map(({ name }) => `${name}\0`).join('')}.shstrtab\0`, 'latin1');
  const headerSize = wide ? 64 : 52;
  const segmentEntry = wide ? 56 : 32;
  const sectionEntry = wide ? 64 : 40;
  let at = pageSize;
  const segmentAt = segments.map(({ bytes }) => {
    const here = at;
    at += Math.ceil(bytes.length / pageSize) * pageSize;
    return here;
  });
  const sectionAt = sections.map(({ bytes }) => {
    const here = at;
    at += bytes.length;
    return here;
  });
  const namesAt = at;
  const tableAt = namesAt + names.length + symbols;
  const out = new Writer(tableAt + (sections.length + 2) * sectionEntry, littleEndian, wide);
  out.bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1]);
  out.u16(16, 2); // ET_EXEC
  out.word(wide ? 32 : 28, headerSize); // e_phoff
  out.word(wide ? 40 : 32, tableAt); // e_shoff
  const counts = wide ? 54 : 42;
  [segmentEntry, segments.length, sectionEntry, sections.length + 2, sections.length + 1].forEach((value, index) => {
    out.u16(counts + 2 * index, value);
  });
  segments.forEach(({ address, bytes, isWritable }, index) => {
    const header = headerSize + index * segmentEntry;
    out.u32(header, 1); // PT_LOAD
    out.u32(header + (wide ? 4 : 24), isWritable ? 6 : 5); // PF_R | PF_W or PF_R | PF_X
    out.word(header + (wide ? 8 : 4), segmentAt[index] ?? 0);
    out.word(header + (wide ? 16 : 8), address);
    out.word(header + (wide ? 32 : 16), bytes.length);
    out.bytes.set(bytes, segmentAt[index]);
  });
  const row = (index: number, nameAt: number, type: number, flags: number, offset: number, size: number): void => {
    const header = tableAt + index * sectionEntry;
    out.u32(header, nameAt);
    out.u32(header + 4, type);
    out.word(header + 8, flags);
    out.word(header + (wide ? 24 : 16), offset);
    out.word(header + (wide ? 32 : 20), size);
    out.word(header + (wide ? 48 : 32), 1);
  };
  sections.forEach(({ name, bytes, flags = 0 }, index) => {
    row(index + 1, names.indexOf(`\0${name}\0`) + 1, 1, flags, sectionAt[index] ?? 0, bytes.length);
    out.bytes.set(bytes, sectionAt[index]);
  });
  row(sections.length + 1, names.indexOf('\0.shstrtab\0') + 1, 3, 0, namesAt, names.length);
  out.bytes.set(names, namesAt);
  return out.bytes;
}

/** A 64-bit Mach-O program with one segment that holds one section. Source: mach-o/loader.h. */
export function buildMachO(section: BuiltSection, address = 0x1_0000_0000): Buffer {
  const out = new Writer(pageSize + section.bytes.length, true, true);
  out.u32(0, 0xfeedfacf);
  out.u32(16, 1); // ncmds
  out.u32(20, 152); // sizeofcmds
  out.u32(32, 0x19); // LC_SEGMENT_64
  out.u32(36, 152);
  out.bytes.write('__DATA', 40);
  out.word(56, address);
  out.word(64, section.bytes.length);
  out.word(72, pageSize);
  out.word(80, section.bytes.length);
  out.u32(92, 3); // initprot: read and write
  out.u32(96, 1); // nsects
  out.bytes.write(section.name, 104);
  out.bytes.write('__DATA', 120);
  out.word(136, address);
  out.word(144, section.bytes.length);
  out.u32(152, pageSize);
  out.bytes.set(section.bytes, pageSize);
  return out.bytes;
}

/** A file with programs for several processors. Source: mach-o/fat.h: the header is big-endian. */
export function buildFat(programs: readonly Buffer[]): Buffer {
  const head = new Writer(pageSize, false, false);
  head.u32(0, 0xcafebabe);
  head.u32(4, programs.length);
  let at = pageSize;
  const parts: Buffer[] = [head.bytes];
  programs.forEach((program, index) => {
    const size = Math.ceil(program.length / pageSize) * pageSize;
    head.u32(8 + index * 20 + 8, at);
    head.u32(8 + index * 20 + 12, program.length);
    parts.push(Buffer.concat([program, Buffer.alloc(size - program.length)]));
    at += size;
  });
  return Buffer.concat(parts);
}

/** A 64-bit Windows program with one writable section. Source: Microsoft "PE Format". */
export function buildPe(section: BuiltSection): Buffer {
  const out = new Writer(pageSize + section.bytes.length, true, true);
  const start = 0x80;
  out.bytes.write('MZ');
  out.u32(0x3c, start);
  out.bytes.write('PE\0\0', start);
  out.u16(start + 6, 1); // NumberOfSections
  out.u16(start + 20, 240); // SizeOfOptionalHeader
  out.u16(start + 24, 0x20b); // PE32+
  out.word(start + 24 + 24, 0x1_4000_0000); // ImageBase
  const header = start + 24 + 240;
  out.bytes.write(section.name, header);
  out.u32(header + 8, section.bytes.length);
  out.u32(header + 12, 0x1000);
  out.u32(header + 16, section.bytes.length);
  out.u32(header + 20, pageSize);
  out.u32(header + 36, 0xc0000040); // read, write, initialized data
  out.bytes.set(section.bytes, pageSize);
  return out.bytes;
}
