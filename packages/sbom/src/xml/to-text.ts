import { AssayError } from '@assay/contract';

const chunkSize = 64 * 1024;

/** The document as text, in pieces: by its byte order mark, else by the encoding it declares, else UTF-8. Throws SBOM_INVALID. Source: XML 1.0, appendix F. */
export function* toXmlText(bytes: Uint8Array): Generator<string> {
  const decoder = decoderFor(bytes);
  try {
    for (let at = 0; at < bytes.length; at += chunkSize) {
      yield decoder.decode(bytes.subarray(at, at + chunkSize), { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    // A consumer's own failure does not pass here: it is thrown in the consumer, not into the generator.
    throw new AssayError('SBOM_INVALID', `the bytes are not ${decoder.encoding.toUpperCase()}, as the XML says`, {
      cause,
    });
  }
}

function decoderFor(bytes: Uint8Array): InstanceType<typeof TextDecoder> {
  const label = encodingOf(bytes);
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw new AssayError('SBOM_INVALID', `the XML declares an unknown encoding: ${JSON.stringify(label)}`, { cause });
  }
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0 && c === 0x3f && d === 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c && c === 0 && d === 0x3f)) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('latin1');
  const declared = /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1];
  return declared === undefined || /^utf-?16/i.test(declared) ? 'utf-8' : declared;
}
