const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/** Bytes of the dictionary id and of the content size, by their flags. Source: RFC 8878 §3.1.1.1. */
const idBytes = [0, 1, 2, 4];
const sizeBytes = [0, 2, 4, 8];

type Part = 'magic' | 'skippable size' | 'skippable' | 'descriptor' | 'header' | 'block header' | 'block' | 'checksum';

/** Follows the structure of zstd data as it comes by, to know where each frame ends. What is no zstd ends the following: the decoder judges it. */
class FrameTracker {
  #part: Part = 'magic';
  /** Bytes still to come of the present part. */
  #left = 4;
  /** The bytes of the present part as a little-endian number, of parts that are read. */
  #value = 0;
  #read = 0;
  #hasChecksum = false;
  #isLastBlock = false;
  #isLost = false;

  /** How many bytes of the chunk, from `start` on, belong to the present frame; the frame ends there unless the chunk does. */
  frameEnd(chunk: Uint8Array, start: number): number {
    let at = start;
    while (at < chunk.byteLength) {
      if (this.#isLost) return chunk.byteLength;
      if (this.#isRead()) {
        this.#value += (chunk[at] ?? 0) * 2 ** (8 * this.#read);
        this.#read += 1;
        this.#left -= 1;
        at += 1;
      } else {
        const step = Math.min(this.#left, chunk.byteLength - at);
        this.#left -= step;
        at += step;
      }
      // A part may be followed by one of no bytes.
      while (this.#left === 0 && !this.#isLost) if (this.#next()) return at;
    }
    return at;
  }

  #isRead(): boolean {
    return (
      this.#part === 'magic' ||
      this.#part === 'skippable size' ||
      this.#part === 'descriptor' ||
      this.#part === 'block header'
    );
  }

  #go(part: Part, bytes: number): void {
    this.#part = part;
    this.#left = bytes;
    this.#value = 0;
    this.#read = 0;
  }

  /** Goes on to the part after the one that has ended. True when the frame has ended with it. */
  #next(): boolean {
    const value = this.#value;
    switch (this.#part) {
      case 'magic':
        if (value === frameMagic) this.#go('descriptor', 1);
        else if (value - (value % 16) === skippableMagic) this.#go('skippable size', 4);
        else this.#isLost = true;
        return false;
      case 'skippable size':
        this.#go('skippable', value);
        return false;
      case 'descriptor': {
        const isSingle = (value & 0x20) !== 0;
        const size = sizeBytes[value >> 6] ?? 0;
        this.#hasChecksum = (value & 0x04) !== 0;
        this.#go('header', (isSingle ? 0 : 1) + (idBytes[value & 3] ?? 0) + (isSingle && size === 0 ? 1 : size));
        return false;
      }
      case 'header':
        this.#go('block header', 3);
        return false;
      case 'block header':
        this.#isLastBlock = (value & 1) !== 0;
        // A block of one repeated byte holds that byte only, whatever its size says.
        this.#go('block', ((value >> 1) & 3) === 1 ? 1 : value >> 3);
        return false;
      case 'block':
        if (!this.#isLastBlock) this.#go('block header', 3);
        else this.#go('checksum', this.#hasChecksum ? 4 : 0);
        return false;
      case 'skippable':
      case 'checksum':
        this.#go('magic', 4);
        return true;
    }
  }
}

/**
 * The same bytes of zstd data, cut so that no chunk goes beyond the end of a frame. Node's decoder drops, without an error, what follows the
 * end of a frame inside one chunk; data of several frames (pzstd, zstd:chunked layers) would lose all but its first. Source: RFC 8878 §3.1.
 */
export async function* splitZstdFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const tracker = new FrameTracker();
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.byteLength; ) {
      const end = tracker.frameEnd(chunk, at);
      yield chunk.subarray(at, end);
      at = end;
    }
  }
}
