import { AssayError, type Rejected } from '@assay/contract';
import { cleanPath } from './clean-path.ts';
import { type TarEntry, TarReader, type TarSink } from './tar-stream.ts';
import { type FileReader, isSecondLook, type SecondLook } from './view.ts';

/** One file of a layer to be read again. */
export type SecondRead<T> =
  /** Ranges of an entry that was there before, by its number. */
  | {
      readonly by: 'entry';
      readonly entry: number;
      readonly path: string;
      readonly look: SecondLook<T>;
      readonly done: (value: T) => void;
    }
  /** A whole file that only a link's name made interesting; the last entry of the path counts. */
  | {
      readonly by: 'path';
      readonly path: string;
      readonly open: () => FileReader<T> | undefined;
      readonly done: (value: T) => void;
    };

const maxRanges = 64 * 1024 * 1024;

/** Collects byte ranges of a stream that passes once. */
export class RangeReader {
  readonly #parts: { readonly offset: number; readonly bytes: Buffer; filled: number }[];
  #at = 0;

  constructor(ranges: readonly { readonly offset: number; readonly length: number }[]) {
    const total = ranges.reduce((sum, range) => sum + range.length, 0);
    if (total > maxRanges)
      throw new AssayError('LIMIT_EXCEEDED', `${total} bytes of one file are asked for; the limit is ${maxRanges}`);
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

  /** Says that the next `write` starts at this offset: for sources that can jump. */
  skipTo(offset: number): void {
    this.#at = offset;
  }

  parts(): Uint8Array[] {
    return this.#parts.map(({ bytes, filled }) => bytes.subarray(0, filled));
  }
}

/** Reads one layer once more for the parts that turned out to matter. */
class SecondPass<T> implements TarSink {
  readonly #byEntry = new Map<number, SecondRead<T>>();
  readonly #byPath = new Map<string, SecondRead<T>[]>();
  readonly rejected: Rejected[] = [];
  #entries = 0;
  #current: {
    readonly path: string;
    readonly sinks: { readonly write: (chunk: Uint8Array) => void; readonly end: () => void }[];
  } = { path: '', sinks: [] };

  constructor(reads: readonly SecondRead<T>[]) {
    for (const read of reads) {
      if (read.by === 'entry') this.#byEntry.set(read.entry, read);
      else this.#byPath.set(read.path, [...(this.#byPath.get(read.path) ?? []), read]);
    }
  }

  entry(entry: TarEntry): boolean {
    this.#entries++;
    const ranged = this.#byEntry.get(this.#entries);
    const path = ranged?.path ?? (entry.kind === 'file' && this.#byPath.size > 0 ? cleanPath(entry.path) : '');
    this.#current = { path, sinks: [] };
    if (ranged !== undefined) this.#guard(() => this.#open(ranged));
    for (const whole of this.#byPath.get(path) ?? []) this.#guard(() => this.#open(whole));
    return this.#current.sinks.length > 0;
  }

  content(chunk: Uint8Array): void {
    for (const sink of this.#current.sinks) this.#guard(() => sink.write(chunk));
  }

  endOfContent(): void {
    for (const sink of this.#current.sinks) this.#guard(sink.end);
  }

  #open(read: SecondRead<T>): void {
    if (read.by === 'entry') {
      const ranges = new RangeReader(read.look.ranges);
      const end = (): void => {
        const value = read.look.then(ranges.parts());
        if (value !== undefined) read.done(value);
      };
      this.#current.sinks.push({ write: (chunk) => ranges.write(chunk), end });
      return;
    }
    const reader = read.open();
    if (reader === undefined) return;
    const end = (): void => {
      const value = reader.end();
      if (isSecondLook(value))
        throw new AssayError('LIMIT_EXCEEDED', 'a file behind a link would have to be read three times');
      if (value !== undefined) read.done(value);
    };
    this.#current.sinks.push({ write: (chunk) => reader.write(chunk), end });
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.rejected.push({
        at: this.#current.path,
        why: error instanceof AssayError ? error.detail : `cannot be read: ${String(error)}`,
      });
    }
  }
}

/** Streams the layer's uncompressed bytes once more and hands each read its answer. */
export async function lookAgain<T>(
  bytes: AsyncIterable<Buffer>,
  reads: readonly SecondRead<T>[],
  signal: AbortSignal | undefined,
): Promise<readonly Rejected[]> {
  const pass = new SecondPass(reads);
  const reader = new TarReader(pass);
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    reader.write(chunk);
  }
  return pass.rejected;
}
