import { AssayError } from '@assay/contract';
import { cleanPath } from './clean-path.ts';
import { type TarEntry, TarReader, type TarSink } from './tar-stream.ts';
import { type FileReader, isSecondLook, type SecondLook } from './view.ts';

/** One file of a layer to be read again. Exactly one of `done` and `failed` is called when the file is there, else neither. */
export interface SecondRead<T> {
  /** Ranges of an entry that was there before, by its number; or a whole file that only a link's name made interesting, by its path: then the last entry counts. */
  readonly what:
    | { readonly entry: number; readonly look: SecondLook<T> }
    | { readonly path: string; readonly open: (size: number, mode: number) => FileReader<T> | undefined };
  /** `undefined`: there is nothing in it after all. */
  readonly done: (value: T | undefined, size: number) => void;
  readonly failed: (why: string) => void;
}

const maxRanges = 64 * 1024 * 1024;

/** Throws LIMIT_EXCEEDED for ranges that no file can have, or that ask for more than 64 MiB. */
export function checkRanges(ranges: SecondLook<unknown>['ranges']): void {
  let total = 0;
  for (const { offset, length } of ranges) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0)
      throw new AssayError('LIMIT_EXCEEDED', 'a part of the file is asked for that no file can have');
    total += length;
  }
  if (total > maxRanges)
    throw new AssayError('LIMIT_EXCEEDED', `${total} bytes of one file are asked for; the limit is ${maxRanges}`);
}

/** Collects byte ranges of a stream that passes once. */
class RangeReader {
  readonly #parts: { readonly offset: number; readonly bytes: Buffer; filled: number }[];
  #at = 0;

  constructor(ranges: SecondLook<unknown>['ranges']) {
    checkRanges(ranges);
    this.#parts = ranges.map(({ offset, length }) => ({ offset, bytes: Buffer.alloc(length), filled: 0 }));
  }

  write(chunk: Uint8Array): void {
    const end = this.#at + chunk.length;
    for (const part of this.#parts) {
      const from = Math.max(part.offset, this.#at);
      const to = Math.min(part.offset + part.bytes.length, end);
      if (from < to) {
        part.bytes.set(chunk.subarray(from - this.#at, to - this.#at), from - part.offset);
        part.filled = Math.max(part.filled, to - part.offset);
      }
    }
    this.#at = end;
  }

  parts(): Uint8Array[] {
    return this.#parts.map(({ bytes, filled }) => bytes.subarray(0, filled));
  }
}

/** One read while its file streams by. */
class Running<T> {
  readonly #read: SecondRead<T>;
  readonly #size: number;
  #write: ((chunk: Uint8Array) => void) | undefined;
  #end: (() => T | undefined) | undefined;

  constructor(read: SecondRead<T>, entry: TarEntry) {
    this.#read = read;
    this.#size = entry.size;
    this.#guard(() => this.#open(read.what, entry));
  }

  write(chunk: Uint8Array): void {
    this.#guard(() => this.#write?.(chunk));
  }

  end(): void {
    this.#guard(() => {
      const end = this.#end;
      if (end !== undefined) this.#read.done(end(), this.#size);
    });
  }

  #open(what: SecondRead<T>['what'], entry: TarEntry): void {
    if ('entry' in what) {
      const ranges = new RangeReader(what.look.ranges);
      this.#write = (chunk) => ranges.write(chunk);
      this.#end = () => what.look.then(ranges.parts());
      return;
    }
    if (entry.isSparse) throw new AssayError('LAYER_UNSUPPORTED', 'stored as a sparse file, which is not read');
    const reader = what.open(entry.size, entry.mode);
    this.#write = (chunk) => reader?.write(chunk);
    this.#end = () => {
      const value = reader?.end();
      if (isSecondLook(value))
        throw new AssayError('LIMIT_EXCEEDED', 'a file behind a link would have to be read three times');
      return value;
    };
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#write = undefined;
      this.#end = undefined;
      this.#read.failed(error instanceof AssayError ? error.detail : `cannot be read: ${String(error)}`);
    }
  }
}

/** Finds the files of the reads in a layer that streams by once more. */
class SecondPass<T> implements TarSink {
  readonly #byEntry = new Map<number, SecondRead<T>[]>();
  readonly #byPath = new Map<string, SecondRead<T>[]>();
  #entries = 0;
  #running: Running<T>[] = [];

  constructor(reads: readonly SecondRead<T>[]) {
    for (const read of reads) {
      if ('entry' in read.what) append(this.#byEntry, read.what.entry, read);
      else append(this.#byPath, read.what.path, read);
    }
  }

  entry(entry: TarEntry): boolean {
    this.#entries++;
    const ranged = this.#byEntry.get(this.#entries) ?? [];
    const whole = entry.kind === 'file' && this.#byPath.size > 0 ? (this.#byPath.get(cleanPath(entry.path)) ?? []) : [];
    this.#running = [...ranged, ...whole].map((read) => new Running(read, entry));
    return this.#running.length > 0;
  }

  content(chunk: Uint8Array): boolean {
    for (const running of this.#running) running.write(chunk);
    return true;
  }

  endOfContent(): void {
    for (const running of this.#running) running.end();
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The reader of a layer's uncompressed bytes that gives each read its answer. */
export function secondPass<T>(reads: readonly SecondRead<T>[]): TarReader {
  return new TarReader(new SecondPass(reads));
}
