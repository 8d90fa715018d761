import { crc32 } from 'node:zlib';
import { type IndexPlace, pageHeader, pageOf, pageSize, slotSize, slotsPerPage } from './format.ts';
import { Numbers } from './numbers.ts';
import type { OutputFile } from './output-file.ts';

/** Pages are two thirds full, so that nearly every look-up ends in the first. */
const slotsUsed = 20;

/** Collects the places of entries, given in the order of their first hash, and writes the pages that find them. */
export class IndexWriter {
  readonly #high = new Numbers('small');
  readonly #low = new Numbers('small');
  readonly #offset = new Numbers();
  readonly #length = new Numbers('small');

  add(hash: { readonly high: number; readonly low: number }, offset: number, length: number): void {
    this.#high.push(hash.high);
    this.#low.push(hash.low);
    this.#offset.push(offset);
    this.#length.push(length);
  }

  /** A page that is full goes on in the next; so the last ones may need pages of their own. */
  write(out: OutputFile): IndexPlace {
    const count = this.#high.length;
    const pages = Math.max(1, Math.ceil(count / slotsUsed));
    const offset = out.position;
    let next = 0;
    let at = 0;
    for (; at < pages || next < count; at++) {
      const page = Buffer.alloc(pageSize);
      let slots = 0;
      while (next < count && slots < slotsPerPage && pageOf(this.#high.at(next), pages) <= at) {
        const slot = pageHeader + slots * slotSize;
        page.writeUInt32LE(this.#low.at(next), slot);
        page.writeUIntLE(this.#offset.at(next), slot + 4, 6);
        page.writeUInt32LE(this.#length.at(next), slot + 10);
        slots++;
        next++;
      }
      page.writeUInt16LE(slots, 4);
      page.writeUInt32LE(crc32(page.subarray(4)), 0);
      out.write(page);
    }
    return { offset, pages, overflow: at - pages };
  }
}
