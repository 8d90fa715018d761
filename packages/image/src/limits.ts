import { AssayError } from '@assay/contract';

const mebibyte = 1024 * 1024;

/**
 * What the layers of one image may cost together, by their compressed size. Each is a floor, which a small and honest image never reaches and
 * which a bomb reaches in well under two seconds, and a share that grows with the bytes that had to be sent:
 * real layers grow 2–20 times (200 times where a sparse file was stored in full) and spend hundreds of bytes on an entry.
 */
export class ImageLimits {
  readonly #compressed: number;
  readonly #bytes: Counter;
  readonly #entries: Counter;
  readonly #names: Counter;
  readonly #steps: Counter;

  /** `compressed`: bytes of all layers as stored. */
  constructor(compressed: number) {
    this.#compressed = compressed;
    this.#bytes = new Counter(768 * mebibyte + 50 * compressed);
    this.#entries = new Counter(Math.min(5_000_000, 250_000 + Math.floor(compressed / 64)));
    this.#names = new Counter(48 * mebibyte + Math.floor(compressed / 4));
    this.#steps = new Counter(4_000_000 + Math.floor(compressed / 4));
  }

  /** Counts uncompressed bytes. */
  grow(bytes: number): void {
    if (this.#bytes.isOver(bytes)) {
      throw new AssayError(
        'LIMIT_EXCEEDED',
        `its ${this.#compressed} bytes grow to more than ${this.#bytes.limit}: a decompression bomb`,
      );
    }
  }

  /** Counts an entry of a layer, or a folder that none of its entries names. */
  addEntry(): void {
    if (this.#entries.isOver(1))
      throw new AssayError('LIMIT_EXCEEDED', `more than ${this.#entries.limit} entries in ${this.#compressed} bytes`);
  }

  /** Counts memory kept for a name or a link's target, in characters. */
  keepName(length: number): void {
    if (this.#names.isOver(length + 64))
      throw new AssayError('LIMIT_EXCEEDED', `its names need more than ${this.#names.limit} bytes of memory`);
  }

  /** Counts folders walked through to find places: depth times entries. */
  walk(steps: number): void {
    if (this.#steps.isOver(steps))
      throw new AssayError(
        'LIMIT_EXCEEDED',
        'its folders are nested too deep, or its links too long, for so many entries',
      );
  }
}

class Counter {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  isOver(more: number): boolean {
    this.#used += more;
    return this.#used > this.limit;
  }
}
