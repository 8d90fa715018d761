import { AssayError } from '@assay/contract';

/** Files under this size cannot hold enough to hurt. */
const harmless = 64 * 1024;
const maxDepth = 1000;
const maxCollections = 150_000;

/**
 * Refuses JSON whose tree would take many times the memory of its text: too deep, or nothing but brackets. One cheap pass
 * before `JSON.parse`, only for large files. Throws LIMIT_EXCEEDED.
 */
export function checkJsonShape(bytes: Uint8Array): void {
  if (bytes.length < harmless) return;
  let depth = 0;
  let collections = 0;
  for (let at = 0; at < bytes.length; at++) {
    const c = bytes[at];
    if (c === 0x22) at = endOfString(bytes, at);
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) throw new AssayError('LIMIT_EXCEEDED', `JSON nested deeper than ${maxDepth}`);
      if (++collections > maxCollections)
        throw new AssayError('LIMIT_EXCEEDED', `more than ${maxCollections} objects and lists in one JSON file`);
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
}

function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x22, from + 1); at >= 0; at = bytes.indexOf(0x22, at + 1)) {
    let slashes = 0;
    while (bytes[at - 1 - slashes] === 0x5c) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return bytes.length;
}
