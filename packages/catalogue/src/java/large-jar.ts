import { createHash } from 'node:crypto';
import { AssayError } from '@assay/contract';
import type { FileHeader, FileReader, SecondLook } from '@assay/image';
import { readZipEntries, readZipEntry, type ZipEntry } from '../archive/zip.ts';
import type { Listing } from '../listing/listing.ts';
import { isJavaArchive } from './archive-name.ts';
import { isWanted, jarBudget, listJar } from './jar.ts';

/** Kept of the end: the directory of an archive with 100 000 entries has some 10 MB. */
const maxTail = 12 * 2 ** 20;
/** Bytes of the archive that are asked for again. */
const maxAgain = 56 * 2 ** 20;
/** A local header may have more extra fields than the directory says; nobody writes this many. */
const slack = 1024;

/**
 * Reads an archive too large to be held: keeps its end while it streams by, and asks again for the entries of interest that the
 * directory there names. Archives inside that would be too much together, the largest first, are known by their name only.
 */
export class LargeJarReader implements FileReader<Listing> {
  readonly #path: string;
  readonly #hash = createHash('sha1');
  readonly #tail: Uint8Array[] = [];
  #kept = 0;
  #size = 0;

  constructor(file: FileHeader) {
    this.#path = file.path;
  }

  write(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    this.#tail.push(chunk);
    this.#kept += chunk.length;
    for (
      let first = this.#tail[0];
      first !== undefined && this.#kept - first.length >= maxTail;
      first = this.#tail[0]
    ) {
      this.#kept -= first.length;
      this.#tail.shift();
    }
  }

  end(): SecondLook<Listing> {
    const budget = jarBudget();
    const hashes = { sha1: this.#hash.digest('hex') };
    const entries = readZipEntries(Buffer.concat(this.#tail), isWanted, budget, this.#size - this.#kept);
    this.#tail.length = 0;
    const asked = affordable(entries);
    return {
      ranges: asked.map((entry) => ({ offset: entry.offset, length: lengthOf(entry) })),
      // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
      then: (parts) => {
        const bytes = new Map(asked.map((entry, index) => [entry, parts[index]] as const));
        const read = (entry: ZipEntry, limit: number): Uint8Array => {
          const part = bytes.get(entry);
          if (part === undefined) {
            throw new AssayError('LIMIT_EXCEEDED', `the archives inside have more than ${maxAgain} bytes together`);
          }
          return readZipEntry(part, { ...entry, offset: 0 }, limit, budget);
        };
        return listJar({ entries, read, hashes }, this.#path, budget);
      },
    };
  }
}

function lengthOf(entry: ZipEntry): number {
  return 30 + Buffer.byteLength(entry.path) + slack + entry.compressedSize;
}

/** Metadata first, then archives, the small ones first. */
function affordable(entries: readonly ZipEntry[]): ZipEntry[] {
  const rank = (entry: ZipEntry): number => (isJavaArchive(entry.path) ? lengthOf(entry) : 0);
  const out: ZipEntry[] = [];
  let left = maxAgain;
  for (const entry of [...entries].sort((a, b) => rank(a) - rank(b))) {
    const length = lengthOf(entry);
    if (length > left) continue;
    left -= length;
    out.push(entry);
  }
  return out.sort((a, b) => a.offset - b.offset);
}
