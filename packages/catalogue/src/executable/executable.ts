/** A part of a file that the loader maps to an address. */
export interface Segment {
  readonly offset: number;
  readonly size: number;
  readonly address: number;
  readonly isWritable: boolean;
}

/** A named part of a file. */
export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Where an ELF file keeps its table of sections; the names are in the section `nameIndex`. */
export interface SectionTable {
  readonly offset: number;
  readonly entrySize: number;
  readonly count: number;
  readonly nameIndex: number;
}

/** What the first bytes of a program or library tell of the rest. Everything in it is a claim: offsets may lie outside of the file. */
export interface Executable {
  readonly format: 'elf' | 'mach-o' | 'pe';
  readonly isLittleEndian: boolean;
  readonly pointerSize: 4 | 8;
  readonly segments: readonly Segment[];
  /** Mach-O and PE list their sections at the start. */
  readonly sections: readonly Section[];
  /** ELF lists them anywhere, mostly at the end. */
  readonly sectionTable?: SectionTable;
}

/** One program in a Mach-O file for several processors. */
export interface Slice {
  readonly offset: number;
  readonly size: number;
}

/** Reads fixed-width numbers of either byte order. A place outside of the bytes throws RangeError. */
export class NumberReader {
  readonly isLittleEndian: boolean;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, isLittleEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isLittleEndian = isLittleEndian;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.isLittleEndian);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.isLittleEndian);
  }

  /** Above 2^53 it is no longer exact; no file is that long. */
  u64(at: number): number {
    return Number(this.#view.getBigUint64(at, this.isLittleEndian));
  }

  /** A pointer. */
  word(at: number, size: 4 | 8): number {
    return size === 8 ? this.u64(at) : this.u32(at);
  }
}

/** Text of a field that is padded with NUL. */
export function fixedText(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('latin1');
}
