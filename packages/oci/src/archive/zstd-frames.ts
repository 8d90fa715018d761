type Part = 'magic' | 'skippable size' | 'skippable' | 'descriptor' | 'header' | 'block header' | 'block' | 'checksum';

/** Bytes of each part whose length is fixed. */
const lengths: Partial<Record<Part, number>> = {
  magic: 4,
  'skippable size': 4,
  descriptor: 1,
  'block header': 3,
  checksum: 4,
};

/**
 * Cuts zstd data where frames end, without decompressing it. Node's stream takes the end of a frame for the end of all data when more bytes
 * stand behind it in the same piece; given the frames in pieces of their own it goes on. Layers have many frames: tools that allow
 * files to be fetched one by one write one for each. Source: RFC 8878, section 3.1.
 */
export class ZstdFrames {
  #part: Part = 'magic';
  #left = 4;
  /** The number read so far from a part of at most four bytes, little endian. */
  #value = 0;
  #read = 0;
  #hasChecksum = false;
  #isLastBlock = false;
  /** No frame begins where one should: the decompressor will say what is wrong. */
  #isLost = false;

  /** The chunk in pieces, none of which holds bytes of two frames. */
  *split(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    let at = 0;
    while (at < chunk.length && !this.#isLost) {
      const taken = Math.min(this.#left, chunk.length - at);
      if (lengths[this.#part] !== undefined) this.#gather(chunk, at, taken);
      at += taken;
      this.#left -= taken;
      while (this.#left === 0 && !this.#isLost) {
        if (!this.#next()) continue;
        yield chunk.subarray(start, at);
        start = at;
      }
    }
    if (start < chunk.length) yield chunk.subarray(start);
  }

  #gather(chunk: Uint8Array, from: number, count: number): void {
    for (let i = from; i < from + count; i++) this.#value += (chunk[i] ?? 0) * 2 ** (8 * this.#read++);
  }

  /** Goes on to the next part. Returns whether a frame ended. */
  #next(): boolean {
    const value = this.#value;
    switch (this.#part) {
      case 'magic':
        if (value === 0xfd2fb528) this.#expect('descriptor');
        else if (value >= 0x184d2a50 && value <= 0x184d2a5f) this.#expect('skippable size');
        else this.#isLost = true;
        return false;
      case 'skippable size':
        this.#expect('skippable', value);
        return false;
      case 'descriptor':
        this.#hasChecksum = (value & 4) !== 0;
        this.#expect('header', headerLength(value));
        return false;
      case 'header':
        this.#expect('block header');
        return false;
      case 'block header':
        this.#isLastBlock = (value & 1) !== 0;
        // A block of type 1 is one byte that repeats.
        this.#expect('block', ((value >> 1) & 3) === 1 ? 1 : value >> 3);
        return false;
      case 'block':
        if (!this.#isLastBlock) this.#expect('block header');
        else if (this.#hasChecksum) this.#expect('checksum');
        else return this.#endFrame();
        return false;
      default:
        return this.#endFrame();
    }
  }

  #endFrame(): true {
    this.#expect('magic');
    return true;
  }

  #expect(part: Part, length = lengths[part] ?? 0): void {
    this.#part = part;
    this.#left = length;
    this.#value = 0;
    this.#read = 0;
  }
}

/** Bytes of a frame's header behind its descriptor: window, dictionary, content size. */
function headerLength(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}

/** The same cutting for bytes that stream by. */
export async function* splitZstdFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  for await (const chunk of bytes) yield* frames.split(chunk);
}
