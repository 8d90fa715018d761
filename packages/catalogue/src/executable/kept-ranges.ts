/** A part of a file. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

interface Kept {
  readonly offset: number;
  readonly bytes: Buffer;
  filled: number;
}

/** Copies of some parts of a file that streams by. Parts may overlap; each is kept once for itself. */
export class KeptRanges {
  readonly #parts: readonly Kept[];
  readonly #end: number;
  #at = 0;

  /** Parts past the end of the file are cut; of all together at most `limit` bytes are kept, the first first. */
  constructor(ranges: readonly Range[], fileSize: number, limit: number) {
    let left = limit;
    const parts: Kept[] = [];
    for (const { offset, length } of ranges) {
      const size = Math.max(0, Math.min(length, fileSize - offset, left));
      if (size === 0 || !Number.isSafeInteger(offset) || offset < 0) continue;
      left -= size;
      // Unfilled memory is never shown: `filled` bounds every read.
      parts.push({ offset, bytes: Buffer.allocUnsafeSlow(size), filled: 0 });
    }
    this.#parts = parts;
    this.#end = parts.reduce((end, part) => Math.max(end, part.offset + part.bytes.length), 0);
  }

  write(chunk: Uint8Array): void {
    const at = this.#at;
    const end = at + chunk.length;
    this.#at = end;
    if (at >= this.#end) return;
    for (const part of this.#parts) {
      const from = Math.max(part.offset, at);
      const to = Math.min(part.offset + part.bytes.length, end);
      if (from >= to) continue;
      part.bytes.set(chunk.subarray(from - at, to - at), from - part.offset);
      part.filled = to - part.offset;
    }
  }

  /** Every kept part with the bytes that came. */
  *parts(): Generator<{ readonly offset: number; readonly bytes: Buffer }> {
    for (const { offset, bytes, filled } of this.#parts) yield { offset, bytes: bytes.subarray(0, filled) };
  }

  /** The bytes of a range that lies whole within one kept part. */
  find(offset: number, length: number): Buffer | undefined {
    for (const part of this.parts()) {
      const start = offset - part.offset;
      if (start >= 0 && start + length <= part.bytes.length) return part.bytes.subarray(start, start + length);
    }
    return undefined;
  }
}
