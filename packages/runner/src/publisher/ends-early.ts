/**
 * Whether a document ends in its middle: JSON with an open bracket or string, XML without the end of its root. Linear, and keeps nothing.
 * Other texts have no end to miss: an empty one ends early, the rest do not.
 */
export async function endsEarly(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  let judge: Judge | undefined;
  for await (const chunk of bytes) {
    let at = 0;
    if (judge === undefined) {
      while (at < chunk.length && isSpace(chunk[at])) at += 1;
      if (at === chunk.length) continue;
      judge = judgeFor(chunk[at]);
    }
    judge.take(chunk.subarray(at));
  }
  return judge === undefined || judge.isOpen();
}

interface Judge {
  take(chunk: Uint8Array): void;
  isOpen(): boolean;
}

function judgeFor(first: number | undefined): Judge {
  if (first === 0x7b || first === 0x5b) return new JsonJudge();
  if (first === 0x3c) return new XmlJudge();
  return { take: () => undefined, isOpen: () => false };
}

/** White space, and the bytes of a byte order mark. */
function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && (byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf);
}

class JsonJudge implements Judge {
  #depth = 0;
  #inString = false;
  #escaped = false;

  take(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inString = false;
      } else if (byte === 0x22) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth += 1;
      else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1;
    }
  }

  isOpen(): boolean {
    return this.#inString || this.#depth > 0;
  }
}

/** Bytes of the beginning and of the end that are kept to find the root's name and its end. */
const margin = 4096;

class XmlJudge implements Judge {
  #head = '';
  #tail = '';

  take(chunk: Uint8Array): void {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#head.length < margin) this.#head += view.toString('latin1', 0, margin - this.#head.length);
    this.#tail = (this.#tail + view.toString('latin1', Math.max(0, view.length - margin))).slice(-margin);
  }

  isOpen(): boolean {
    const root = /<([A-Za-z_][\w.:-]*)/.exec(this.#head.replace(/<!--[\s\S]*?-->/g, ''))?.[1];
    if (root === undefined) return true;
    const end = this.#tail.lastIndexOf(`</${root}`);
    const isClosed = end >= 0 && this.#tail.indexOf('>', end) > 0;
    return !isClosed && !/^[^<]*(?:<\?[^>]*>\s*)?<[^>]*\/>\s*$/.test(this.#head);
  }
}
