import { inflateSync } from 'node:zlib';
import { AssayError } from '@assay/contract';
import type { SecondLook } from '@assay/image';
import { type ElfSection, findElfSection, readSectionTable } from '../executable/elf.ts';
import type { Executable, SectionTable } from '../executable/executable.ts';
import type { Plan } from '../executable/executable-reader.ts';
import type { KeptRanges, Range } from '../executable/kept-ranges.ts';
import type { Listing } from '../listing/listing.ts';
import { parseAuditData } from './parse-audit-data.ts';

/** Source: rust-secure-code/cargo-auditable, PARSING.md: the section's name in ELF, PE and Mach-O. */
const sectionName = '.dep-v0';
const maxCompressed = 1024 * 1024;
const maxInflated = 16 * 1024 * 1024;
/** Linkers put the names and small sections right before the table of sections. */
const beforeTable = 32 * 1024;
/** All nameless sections that are looked at again. */
const maxCandidates = 8 * 1024 * 1024;
/** Sections with bytes of the program's own. Source: elf(5), `SHT_PROGBITS`. */
const programBytes = 1;
const allocated = 2;
/** First bytes of a zlib stream with a window of 32 KiB. Source: RFC 1950, section 2.2. */
const zlibMethod = 0x78;

/** Where a Rust program lists its crates. `undefined` when its headers say that it does not. */
export function planAuditData(program: Executable, _size: number, head: Uint8Array): Plan<Listing> | undefined {
  const named = program.sections.find(({ name }) => name === sectionName);
  if (named !== undefined) {
    const range = { offset: named.offset, length: Math.min(named.size, maxCompressed) };
    return {
      ranges: [range],
      done: (kept) => parsed(kept.parts().next().value?.bytes),
    };
  }
  const table = program.sectionTable;
  if (table === undefined) return undefined;
  const end = table.offset + table.entrySize * table.count;
  // Go's linker writes the table in front: then it says at once which parts may matter.
  if (end <= head.length) return planNamed(program, table, head);
  const start = Math.max(0, table.offset - beforeTable);
  return { ranges: [{ offset: start, length: end - start }], done: (kept) => findInElf(program, table, kept) };
}

function planNamed(program: Executable, table: SectionTable, head: Uint8Array): Plan<Listing> | undefined {
  const bytes = head.subarray(table.offset, table.offset + table.entrySize * table.count);
  const rows = readSectionTable(program, table, bytes);
  const names = rows[table.nameIndex];
  const look = names === undefined ? undefined : lookForNames(rows, names);
  if (look === undefined) return undefined;
  return {
    ranges: look.ranges,
    done: (kept) => look.then(look.ranges.map(({ offset, length }) => kept.find(offset, length) ?? new Uint8Array(0))),
  };
}

function findInElf(
  program: Executable,
  table: SectionTable,
  kept: KeptRanges,
): Listing | undefined | SecondLook<Listing> {
  const bytes = kept.find(table.offset, table.entrySize * table.count);
  if (bytes === undefined) return undefined;
  const rows = readSectionTable(program, table, bytes);
  const names = rows[table.nameIndex];
  if (names === undefined) return undefined;
  const nameBytes = kept.find(names.offset, names.size);
  if (nameBytes === undefined) return lookForNames(rows, names);
  const section = findElfSection(rows, nameBytes, sectionName);
  if (section === undefined || section.size > maxCompressed) return undefined;
  const known = kept.find(section.offset, section.size);
  if (known !== undefined) return parsed(known);
  return {
    ranges: [{ offset: section.offset, length: section.size }],
    // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
    then: ([part]) => parsed(part),
  };
}

/**
 * The names lie far from the table when a program has kept its symbols (LLVM's linker, Rust's own since 1.90, writes them in
 * between). Then they are read together with every section that may be the one.
 */
function lookForNames(rows: readonly ElfSection[], names: ElfSection): SecondLook<Listing> | undefined {
  const candidates: ElfSection[] = [];
  let size = 0;
  for (const row of rows.filter(canBeAuditData).sort((a, b) => a.size - b.size)) {
    size += row.size;
    if (size > maxCandidates) break;
    candidates.push(row);
  }
  if (candidates.length === 0 || names.size > maxCompressed) return undefined;
  const ranges: Range[] = [names, ...candidates].map(({ offset, size }) => ({ offset, length: size }));
  return {
    ranges,
    // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
    then: ([nameBytes, ...parts]) => {
      const section = findElfSection(candidates, nameBytes ?? new Uint8Array(0), sectionName);
      const index = candidates.findIndex(({ offset, size }) => offset === section?.offset && size === section.size);
      return index < 0 ? undefined : parsed(parts[index]);
    },
  };
}

/** No section of code, of writable data, of strings, or of a kind the loader knows. */
function canBeAuditData({ type, flags, alignment, size }: ElfSection): boolean {
  return type === programBytes && (flags & ~allocated) === 0 && alignment <= 1 && size >= 8 && size <= maxCompressed;
}

function parsed(compressed: Uint8Array | undefined): Listing | undefined {
  if (compressed === undefined || compressed[0] !== zlibMethod) return undefined;
  return parseAuditData(inflated(compressed));
}

function inflated(compressed: Uint8Array): Uint8Array {
  try {
    return inflateSync(compressed, { maxOutputLength: maxInflated });
  } catch (error) {
    throw new AssayError('FILE_UNREADABLE', `the list of crates in section ${sectionName} is damaged or too large`, {
      cause: error,
    });
  }
}
