import { AssayError } from '@assay/contract';

/**
 * Passes text through and stops at the first piece that no SBOM has: a beginning that is no format's, or NUL outside of UTF-16. So
 * a disk image piped in by mistake is not collected up to the limit before it is refused. Throws SBOM_UNKNOWN, SBOM_INVALID.
 */
export async function* plausible(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  let hasBegun = false;
  let isWide = false;
  for await (const chunk of input) {
    if (size === 0 && chunk.length > 0) isWide = startsWide(chunk);
    if (!isWide) {
      const nul = chunk.indexOf(0);
      if (nul >= 0) throw new AssayError('SBOM_INVALID', `a NUL byte at byte ${size + nul}`);
      if (!hasBegun) {
        const first = chunk.find((c) => !space.has(c));
        if (first !== undefined && !beginnings.has(first)) {
          throw new AssayError('SBOM_UNKNOWN', 'the input begins like neither JSON, XML nor tag-value');
        }
        hasBegun = first !== undefined;
      }
    }
    size += chunk.length;
    yield chunk;
  }
}

/** White space, and the bytes of UTF-8's mark. */
const space: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
/** An object, an element, a comment of tag-value, `SPDXVersion`. */
const beginnings: ReadonlySet<number> = new Set(Buffer.from('{<#S'));

/** UTF-16, by its mark or by a zero beside the first character. */
function startsWide(chunk: Uint8Array): boolean {
  const [a, b] = chunk;
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || (a === 0x3c && b === 0) || (a === 0 && b === 0x3c);
}
