import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { crc32c } from './crc32c.ts';

/** A digest that a server gives for a whole file. */
export interface PromisedDigest {
  readonly algorithm: 'sha256' | 'md5' | 'crc32c';
  /** Hex, lower case. */
  readonly hex: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The best digest among the headers: `x-goog-hash` of Google's object store, `Repr-Digest` (RFC 9530), `Digest` (RFC 3230), `Content-MD5`.
 * A `Content-Digest` is of the part that was sent, and of no use for a whole.
 */
export function findPromisedDigest(headers: Headers, status: number): PromisedDigest | undefined {
  const text = ['repr-digest', 'digest', 'x-goog-hash'].map((name) => [headers[name] ?? []].flat().join(',')).join(',');
  const found = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const name = part.slice(0, equals).trim().toLowerCase().replace('sha-256', 'sha256');
    const bytes = Buffer.from(
      part
        .slice(equals + 1)
        .trim()
        .replace(/^:|:$/g, ''),
      'base64',
    );
    if (bytes.length === lengths.get(name)) found.set(name, bytes.toString('hex'));
  }
  const md5 = headers['content-md5'];
  // It is of the bytes that were sent, which is the whole file in a full answer only.
  if (typeof md5 === 'string' && status === 200) found.set('md5', Buffer.from(md5, 'base64').toString('hex'));
  for (const algorithm of ['sha256', 'md5', 'crc32c'] as const) {
    const hex = found.get(algorithm);
    if (hex !== undefined) return { algorithm, hex };
  }
  return undefined;
}

const lengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 32],
  ['md5', 16],
  ['crc32c', 4],
]);

/** The line of a `.sha256` file: the digest, and perhaps the name of the file. */
export function parseSha256File(text: string): PromisedDigest | undefined {
  const hex = /^\s*(?:sha256:)?([0-9a-f]{64})(?:\s|$)/i.exec(text)?.[1];
  return hex === undefined ? undefined : { algorithm: 'sha256', hex: hex.toLowerCase() };
}

/** SHA-256 of a file, and whether it has the digest that was promised. */
export async function checkFile(
  path: string,
  promised: PromisedDigest | undefined,
): Promise<{ readonly sha256: string; readonly matches: boolean }> {
  const sha256 = createHash('sha256');
  let md5: Hash | undefined;
  if (promised?.algorithm === 'md5') md5 = createHash('md5');
  let crc = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    // A stream without encoding gives Buffers.
    const bytes = chunk as Buffer;
    sha256.update(bytes);
    md5?.update(bytes);
    if (promised?.algorithm === 'crc32c') crc = crc32c(bytes, crc);
  }
  const hex = sha256.digest('hex');
  const actual =
    md5 !== undefined ? md5.digest('hex') : promised?.algorithm === 'crc32c' ? crc.toString(16).padStart(8, '0') : hex;
  return { sha256: hex, matches: promised === undefined || promised.hex === actual };
}
