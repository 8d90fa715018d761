import { type FileHeader, type FileReader, isSecondLook, type SecondLook } from '@assay/image';
import { findElf } from './elf.ts';
import type { Executable, Slice } from './executable.ts';
import { KeptRanges, type Range } from './kept-ranges.ts';
import { findMachO, findSlices } from './mach-o.ts';
import { findPe } from './pe.ts';

/** What to keep of a program, and what to make of it. */
export interface Plan<T> {
  readonly ranges: readonly Range[];
  /** Called at the program's end. Offsets are the program's own, whatever file it lies in. */
  readonly done: (kept: KeptRanges) => T | undefined | SecondLook<T>;
}

/** `head`: the first bytes of the program, at least its headers; they are gone when the plan was made. */
export type Planner<T> = (program: Executable, size: number, head: Uint8Array) => Plan<T> | undefined;

/** Enough for all headers of ELF and PE that linkers write. */
const headSize = 4096;
/** Mach-O lists all its sections in front. */
const longHeadSize = 64 * 1024;
/** Of one file: the writable data of its programs, where Go keeps what it tells of itself, is much smaller. */
const maxKept = 24 * 1024 * 1024;

/** Whether the first bytes are those of an ELF, Mach-O or PE file. */
export function isExecutable(head: Uint8Array): boolean {
  switch (head[0]) {
    case 0x7f:
      return head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
    case 0x4d:
      return head[1] === 0x5a;
    case 0xfe:
      return head[1] === 0xed && head[2] === 0xfa && (head[3] === 0xce || head[3] === 0xcf);
    case 0xce:
    case 0xcf:
      return head[1] === 0xfa && head[2] === 0xed && head[3] === 0xfe;
    case 0xca:
      return findSlices(head) !== undefined;
    default:
      return false;
  }
}

/** Reads the programs in a file as they stream by: one, or one for each processor. The answer lists what `plan` made of each. */
export function executableReader<T>(file: FileHeader, plan: Planner<T>): FileReader<readonly T[]> {
  return new ExecutableReader(file.size, plan);
}

class ExecutableReader<T> implements FileReader<readonly T[]> {
  readonly copies = true;
  readonly #size: number;
  readonly #plan: Planner<T>;
  #head: Uint8Array = new Uint8Array(0);
  #programs: Program<T>[] | undefined;
  #at = 0;

  constructor(size: number, plan: Planner<T>) {
    this.#size = size;
    this.#plan = plan;
  }

  write(chunk: Uint8Array): void {
    if (this.#programs !== undefined) {
      this.#feed(chunk);
      return;
    }
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (head.length >= Math.min(this.#size, wantedHead(head))) this.#start(head);
    else this.#head = kept(head, chunk);
  }

  end(): readonly T[] | undefined | SecondLook<readonly T[]> {
    if (this.#programs === undefined) this.#start(this.#head);
    const values: T[] = [];
    const looks: { readonly start: number; readonly look: SecondLook<T> }[] = [];
    for (const program of this.#programs ?? []) {
      const answer = program.end();
      if (isSecondLook(answer)) looks.push({ start: program.start, look: answer });
      else if (answer !== undefined) values.push(answer);
    }
    this.#programs = [];
    if (looks.length > 0) return lookAgain(values, looks);
    return values.length === 0 ? undefined : values;
  }

  #start(head: Uint8Array): void {
    this.#head = new Uint8Array(0);
    const slices = findSlices(head) ?? [{ offset: 0, size: this.#size }];
    const share = Math.floor(maxKept / Math.max(1, slices.length));
    this.#programs = slices.map((slice) => new Program(slice, this.#size, this.#plan, share));
    this.#feed(head);
  }

  #feed(chunk: Uint8Array): void {
    for (const program of this.#programs ?? []) program.write(chunk, this.#at);
    this.#at += chunk.length;
  }
}

/** How much of a program is gathered before its headers are read. */
function wantedHead(head: Uint8Array): number {
  return head[0] === 0x7f || head[0] === 0x4d ? headSize : longHeadSize;
}

/** The head without the piece it came in, which is given back after this call. */
function kept(head: Uint8Array, chunk: Uint8Array): Uint8Array {
  return head === chunk ? Buffer.from(head) : head;
}

function lookAgain<T>(
  values: readonly T[],
  looks: readonly { readonly start: number; readonly look: SecondLook<T> }[],
): SecondLook<readonly T[]> {
  return {
    ranges: looks.flatMap(({ start, look }) =>
      look.ranges.map(({ offset, length }) => ({ offset: start + offset, length })),
    ),
    // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
    then: (parts) => {
      const all = [...values];
      let at = 0;
      for (const { look } of looks) {
        const value = look.then(parts.slice(at, at + look.ranges.length));
        at += look.ranges.length;
        if (value !== undefined) all.push(value);
      }
      return all.length === 0 ? undefined : all;
    },
  };
}

/** One program: a whole file, or a slice of it. */
class Program<T> {
  readonly start: number;
  readonly #size: number;
  readonly #planner: Planner<T>;
  readonly #maxKept: number;
  #head: Uint8Array = new Uint8Array(0);
  #plan: Plan<T> | undefined;
  #kept: KeptRanges | undefined;
  #isPlanned = false;

  constructor(slice: Slice, fileSize: number, planner: Planner<T>, maxKept: number) {
    this.#maxKept = maxKept;
    this.start = slice.offset;
    this.#size = Math.max(0, Math.min(slice.size, fileSize - slice.offset));
    this.#planner = planner;
  }

  /** Takes the part of the chunk, which lies at `at` in the file, that is of this program. */
  write(chunk: Uint8Array, at: number): void {
    if (this.#isPlanned && this.#plan === undefined) return;
    const from = Math.max(0, this.start - at);
    const to = Math.min(chunk.length, this.start + this.#size - at);
    if (from >= to) return;
    const part = from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
    if (this.#isPlanned) this.#kept?.write(part);
    else this.#gather(part);
  }

  end(): T | undefined | SecondLook<T> {
    if (!this.#isPlanned) this.#prepare(this.#head);
    return this.#kept === undefined ? undefined : this.#plan?.done(this.#kept);
  }

  #gather(part: Uint8Array): void {
    const head = this.#head.length === 0 ? part : Buffer.concat([this.#head, part]);
    if (head.length >= Math.min(this.#size, wantedHead(head))) this.#prepare(head);
    else this.#head = kept(head, part);
  }

  #prepare(head: Uint8Array): void {
    this.#head = new Uint8Array(0);
    this.#isPlanned = true;
    const program = findProgram(head);
    this.#plan = program === undefined ? undefined : this.#planner(program, this.#size, head);
    if (this.#plan === undefined) return;
    this.#kept = new KeptRanges(this.#plan.ranges, this.#size, this.#maxKept);
    this.#kept.write(head);
  }
}

function findProgram(head: Uint8Array): Executable | undefined {
  try {
    return findElf(head) ?? findMachO(head) ?? findPe(head);
  } catch (error) {
    // Headers that point outside of themselves: no loader would start it, so it holds no packages.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
