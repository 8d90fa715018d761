import { AssayError } from '@assay/contract';
import { hashKey, pack } from './format.ts';
import { Numbers } from './numbers.ts';
import type { OutputFile, SpoolFile } from './output-file.ts';
import { IndexWriter } from './write-index.ts';

/** Items that one sort can hold: 24 bits of a 64-bit number name the item. */
const mostItems = 2 ** 24;

/** Texts by key, gathered in any order on disk and written in the order of the index. Memory: 40 bytes an item. */
export class KeyedItems {
  readonly #spool: SpoolFile;
  readonly #owner = new Numbers('small');
  readonly #start = new Numbers();
  readonly #keyLength = new Numbers('small');
  readonly #length = new Numbers('small');
  readonly #high = new Numbers('small');
  readonly #low = new Numbers('small');

  constructor(spool: SpoolFile) {
    this.#spool = spool;
  }

  /** Adds one item of a record. Throws LIMIT_EXCEEDED. */
  add(key: string, owner: number, text: string): void {
    if (this.#owner.length >= mostItems) {
      throw new AssayError('LIMIT_EXCEEDED', `the sources name more than ${mostItems} packages and ids`);
    }
    const { high, low } = hashKey(key);
    const before = this.#spool.position;
    this.#start.push(this.#spool.write(key));
    this.#keyLength.push(this.#spool.position - before);
    this.#spool.write(text);
    this.#length.push(this.#spool.position - before);
    this.#owner.push(owner);
    this.#high.push(high);
    this.#low.push(low);
  }

  /**
   * Writes all entries and then their index. `finish` turns an item into what is stored, or leaves it out; `rank` orders the items of a key,
   * so that the order of the sources does not show.
   */
  async write(
    out: OutputFile,
    rank: (owner: number) => number,
    finish: (owner: number, text: string) => string | undefined,
    pause: () => Promise<void>,
  ): Promise<{ readonly contentEnd: number; readonly index: ReturnType<IndexWriter['write']> }> {
    const index = new IndexWriter();
    const order = this.#order();
    let from = 0;
    while (from < order.length) {
      let to = from + 1;
      while (to < order.length && this.#sameHash(order, from, to)) to++;
      for (const [key, owners] of this.#group(order, from, to)) {
        owners.sort((a, b) => rank(a.owner) - rank(b.owner) || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
        const items = [...new Set(owners.flatMap(({ owner, text }) => finish(owner, text) ?? []))];
        if (items.length === 0) continue;
        const bytes = pack(`[${JSON.stringify(key)},[${items.join(',')}]]`);
        index.add(hashKey(key), out.write(bytes), bytes.length);
      }
      from = to;
      await pause();
    }
    const contentEnd = out.position;
    return { contentEnd, index: index.write(out) };
  }

  /** Item numbers in the order of their hashes; sorted as numbers, without a comparing function. */
  #order(): Uint32Array {
    const count = this.#owner.length;
    const keys = new BigUint64Array(count);
    for (let i = 0; i < count; i++) {
      keys[i] = (BigInt(this.#high.at(i)) << 32n) | BigInt(((this.#low.at(i) >>> 24) * mostItems + i) % 2 ** 32);
    }
    keys.sort();
    return Uint32Array.from(keys, (key) => Number(key & 0xffffffn));
  }

  #sameHash(order: Uint32Array, a: number, b: number): boolean {
    const [i, j] = [order[a] ?? 0, order[b] ?? 0];
    return this.#high.at(i) === this.#high.at(j) && this.#low.at(i) >>> 24 === this.#low.at(j) >>> 24;
  }

  /** The items of a run of equal hashes by their key: two keys may share a hash. */
  #group(order: Uint32Array, from: number, to: number): Map<string, { owner: number; text: string }[]> {
    const out = new Map<string, { owner: number; text: string }[]>();
    for (let at = from; at < to; at++) {
      const i = order[at] ?? 0;
      // A key is at most a few hundred bytes; both parts are read at once.
      const bytes = this.#spool.read(this.#start.at(i), this.#length.at(i));
      const key = bytes.toString('utf8', 0, this.#keyLength.at(i));
      const text = bytes.toString('utf8', this.#keyLength.at(i));
      const items = out.get(key);
      if (items === undefined) out.set(key, [{ owner: this.#owner.at(i), text }]);
      else items.push({ owner: this.#owner.at(i), text });
    }
    return out;
  }
}
