import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AssayError } from '@assay/contract';
import { isBundleFile } from '@assay/pipeline';
import type { PublishLimits } from '../settings.ts';
import type { ResultFile } from './collect-files.ts';

const block = 512;
const longestPax = 64 * 1024;

/** What a header says of the bytes that follow it. */
interface Part {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly mode: number;
}

/**
 * Unpacks the files of a bundle's layer into a folder, under names of ours: those of the archive name nothing on this machine.
 * Throws MANIFEST_INVALID for what is no such layer, RESULTS_TOO_LARGE.
 */
export async function unpackLayer(
  gzip: AsyncIterable<Uint8Array>,
  folder: string,
  limits: PublishLimits,
): Promise<readonly ResultFile[]> {
  const files: ResultFile[] = [];
  let total = 0;
  const onPart = async (part: Part, content: AsyncIterable<Uint8Array>) => {
    const isReport = (part.type === '0' || part.type === '\0') && !isBundleFile(part.name);
    total += part.size;
    if (part.size > limits.fileBytes || total > limits.totalBytes || files.length >= limits.files)
      throw new AssayError('RESULTS_TOO_LARGE', 'the files of the bundle are larger or more than is allowed');
    if (!isReport) {
      for await (const _ of content);
      return;
    }
    const path = join(folder, `unpacked-${files.length}`);
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of content) await writeAll(file, chunk);
    } finally {
      await file.close();
    }
    files.push({ name: part.name, path, size: part.size, mode: part.mode, modifiedAt: new Date(0) });
  };
  try {
    await pipeline(gzip, createGunzip(), (plain: AsyncIterable<Uint8Array>) => readParts(plain, onPart));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))
      throw new AssayError('MANIFEST_INVALID', 'the layer of the bundle is not gzip', { cause });
    throw cause;
  }
  return files;
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}

/** A stream of bytes that is taken in pieces of wished lengths. */
class Intake {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes, as they come. */
  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#source.next();
        if (next.done === true) throw new AssayError('MANIFEST_INVALID', 'the layer of the bundle ends early');
        this.#rest = next.value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async bytes(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.take(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async drain(): Promise<void> {
    for (let next = await this.#source.next(); next.done !== true; next = await this.#source.next());
  }
}

async function readParts(
  plain: AsyncIterable<Uint8Array>,
  onPart: (part: Part, content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const intake = new Intake(plain);
  let longName: string | undefined;
  for (let header = await intake.bytes(block); header[0] !== 0; header = await intake.bytes(block)) {
    const part = parseHeader(header);
    const padding = (block - (part.size % block)) % block;
    if (part.type === 'x') {
      if (part.size > longestPax) throw new AssayError('MANIFEST_INVALID', 'a header of the bundle is too long');
      longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec((await intake.bytes(part.size)).toString('utf8'))?.[1];
    } else {
      await onPart({ ...part, name: longName ?? part.name }, intake.take(part.size));
      longName = undefined;
    }
    await intake.bytes(padding);
  }
  await intake.drain();
}

/** Source: POSIX.1-2017, pax, "ustar Interchange Format". */
function parseHeader(header: Buffer): Part {
  const text = (from: number, to: number) => header.toString('utf8', from, to).replace(/\0[\s\S]*$/, '');
  const octal = (from: number, to: number) => {
    const digits = text(from, to).trim();
    if (!/^[0-7]{1,12}$/.test(digits)) throw new AssayError('MANIFEST_INVALID', 'the layer of the bundle is no tar');
    return Number.parseInt(digits, 8);
  };
  const prefix = text(345, 500);
  return {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    type: String.fromCharCode(header[156] ?? 0),
    size: octal(124, 136),
    mode: octal(100, 108),
  };
}
