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
/** Kept of both ends of an archive inside that is too large to be asked for whole. */
const headKept = 128 * 1024;
const tailKept = 640 * 1024;
/** An archive inside with a gap takes addresses, not memory; still there is an end to it. */
const maxSparse = 512 * 2 ** 20;
/** A local header may have more extra fields than the directory says; nobody writes this many. */
const slack = 1024;

/**
 * Reads an archive too large to be held: keeps its end while it streams by, and asks again for the entries of interest that the
 * directory there names. When the archives inside would be too much together, of the largest only both ends are looked at.
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
    const wishes = affordable(entries);
    return {
      ranges: wishes.flatMap(({ ranges }) => ranges),
      // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
      then: (parts) => {
        const answers = answersOf(wishes, parts);
        const read = (entry: ZipEntry, limit: number): Uint8Array => {
          const answer = answers.get(entry);
          if (answer === undefined) {
            throw new AssayError('LIMIT_EXCEEDED', `the archives inside have more than ${maxAgain} bytes together`);
          }
          return answer.wish.isPartial
            ? withGap(entry, answer.parts)
            : readZipEntry(answer.parts[0] ?? new Uint8Array(0), { ...entry, offset: 0 }, limit, budget);
        };
        const isPartial = (entry: ZipEntry): boolean => answers.get(entry)?.wish.isPartial === true;
        return listJar({ entries, read, isPartial, hashes }, this.#path, budget);
      },
    };
  }
}

/** What is asked for again of one entry. */
interface Wish {
  readonly entry: ZipEntry;
  readonly isPartial: boolean;
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
}

interface Answer {
  readonly wish: Wish;
  readonly parts: readonly Uint8Array[];
}

function answersOf(wishes: readonly Wish[], parts: readonly Uint8Array[]): Map<ZipEntry, Answer> {
  const out = new Map<ZipEntry, Answer>();
  let at = 0;
  for (const wish of wishes) {
    out.set(wish.entry, { wish, parts: parts.slice(at, at + wish.ranges.length) });
    at += wish.ranges.length;
  }
  return out;
}

function lengthOf(entry: ZipEntry): number {
  return 30 + Buffer.byteLength(entry.path) + slack + entry.compressedSize;
}

/**
 * Metadata first, then archives, the small ones first. When not all fit, of the largest only both ends are asked for: at the end
 * an archive has its directory, and at one of them, as a rule, what Maven wrote into it.
 */
function affordable(entries: readonly ZipEntry[]): Wish[] {
  const rank = (entry: ZipEntry): number => (isJavaArchive(entry.path) ? lengthOf(entry) : 0);
  const sorted = [...entries].sort((a, b) => rank(a) - rank(b));
  const out: Wish[] = [];
  let left = maxAgain;
  for (const [index, entry] of sorted.entries()) {
    const reserve = Math.min(left / 2, (sorted.length - index - 1) * (headKept + tailKept));
    const wish = lengthOf(entry) <= left - reserve ? wholeOf(entry) : bothEndsOf(entry);
    const length = wish?.ranges.reduce((sum, range) => sum + range.length, 0) ?? 0;
    if (wish === undefined || length > left) continue;
    left -= length;
    out.push(wish);
  }
  return out;
}

function wholeOf(entry: ZipEntry): Wish {
  return { entry, isPartial: false, ranges: [{ offset: entry.offset, length: lengthOf(entry) }] };
}

/** Only of an archive that lies there as it is; of a compressed one the end says nothing. */
function bothEndsOf(entry: ZipEntry): Wish | undefined {
  if (entry.method !== 0 || entry.encrypted || entry.size !== entry.compressedSize || entry.size > maxSparse)
    return undefined;
  if (entry.size < 2 * (headKept + tailKept)) return undefined;
  const start = 30 + Buffer.byteLength(entry.path) + slack;
  return {
    entry,
    isPartial: true,
    ranges: [
      { offset: entry.offset, length: start + headKept },
      { offset: entry.offset + entry.size - tailKept, length: tailKept + start },
    ],
  };
}

/** The entry with zeros between its ends. The memory of the gap is never touched, and so costs nothing. */
function withGap(entry: ZipEntry, [head, tail]: readonly Uint8Array[]): Uint8Array {
  if (head === undefined || tail === undefined || head.length < 30)
    throw new AssayError('FILE_UNREADABLE', 'the archive ends before it should');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const start = 30 + view.getUint16(26, true) + view.getUint16(28, true);
  // The tail was asked for as if there were no local header; so it starts that much earlier.
  const end = tail.subarray(0, start + tailKept);
  if (end.length < start + tailKept) throw new AssayError('FILE_UNREADABLE', 'the archive ends before it should');
  const bytes = Buffer.alloc(entry.size);
  bytes.set(head.subarray(start, start + headKept));
  bytes.set(end, entry.size - end.length);
  return bytes;
}
