import { ecosystemKey, idKey, nameKey } from '../naming/ecosystem-key.ts';
import type { Advisory, Affected, Range } from '../record/advisory.ts';
import { findAffecting, sortEvents } from '../record/ranges.ts';
import { findOrder, prepareVersion, type VersionOrder } from '../versions/compare.ts';
import { makePreamble } from './data-file.ts';
import { EcosystemCounts } from './ecosystem-counts.ts';
import { type DataDescription, type EcosystemDescription, type ExploitPlace, pack, preambleSize } from './format.ts';
import { KeyedItems } from './keyed-items.ts';
import { Numbers } from './numbers.ts';
import { OutputFile, SpoolFile } from './output-file.ts';

/** Records of one block, unpacked; bytes. Small blocks are quick to open, large ones pack better. */
const blockSize = 16 * 1024;
/** Ids of a record that others may ask ratings by. */
const mostIds = 60;

/** What is said about a file besides its records. */
export interface DataFacts {
  readonly kind: 'starter' | 'full';
  /** RFC 3339; used where no record has a date that has come. */
  readonly now: Date;
  /** Date of the newest archive, where known. */
  readonly asOf?: string;
  readonly inputs?: string;
}

/**
 * Writes a data file from records in any order, with memory for their ids only: the rest waits on disk. The same records give the same bytes.
 * Call `add` for each, then `finish`; `discard` in any case.
 */
export class DataWriter {
  readonly #out: OutputFile;
  readonly #records: SpoolFile;
  readonly #itemSpool: SpoolFile;
  readonly #items: KeyedItems;
  readonly #now: string;
  readonly #ordinals = new Map<string, number>();
  /** What sorts the records: first package, then id. */
  readonly #sortKeys: string[] = [];
  /** Milliseconds since 1970: when the record was changed, and when it was changed or made, whichever is later. */
  readonly #modified = new Numbers();
  readonly #dates = new Numbers();
  readonly #alive: boolean[] = [];
  readonly #start = new Numbers();
  readonly #length = new Numbers('small');
  readonly #ecosystems = new EcosystemCounts();
  /** Numbers of the sets of ecosystems that records name. */
  readonly #named = new Numbers('small');
  #withdrawn = 0;

  constructor(output: string, now: Date) {
    this.#now = now.toISOString();
    this.#out = new OutputFile(output);
    this.#out.write(Buffer.alloc(preambleSize));
    this.#out.digest();
    this.#records = new SpoolFile(output);
    this.#itemSpool = new SpoolFile(output);
    this.#items = new KeyedItems(this.#itemSpool);
  }

  /** Adds a record. Of two with one id the one changed last counts; of two as new, the first. */
  add(advisory: Advisory): void {
    const before = this.#ordinals.get(advisory.id);
    const modified = toTime(advisory.modified);
    if (before !== undefined) {
      if (this.#modified.at(before) >= modified) return;
      this.#alive[before] = false;
    }
    const ordinal = this.#sortKeys.length;
    this.#ordinals.set(advisory.id, ordinal);
    this.#modified.push(modified);
    this.#dates.push(Math.max(modified, toTime(advisory.published)));
    this.#named.push(this.#ecosystems.number(advisory.affected));
    this.#alive.push(!advisory.withdrawn);
    const [first] = advisory.affected;
    this.#sortKeys.push(
      `${first === undefined ? '' : nameKey(ecosystemKey(first.ecosystem), first.name)}\0${advisory.id}`,
    );
    if (advisory.withdrawn) {
      this.#withdrawn++;
      this.#start.push(0);
      this.#length.push(0);
      return;
    }
    const start = this.#records.position;
    // A record without packages, as a CVE's may be, is asked for its ratings only.
    if (first !== undefined) this.#records.write(JSON.stringify(storedRecord(advisory)));
    this.#start.push(start);
    this.#length.push(this.#records.position - start);
    for (const affected of advisory.affected) {
      const { ecosystem, name } = affected;
      this.#items.add(nameKey(ecosystemKey(ecosystem), name), ordinal, storedItem(affected));
    }
    this.#addIds(advisory, ordinal);
  }

  /** Whoever asks for a rating of the CVE finds it, whichever ecosystem's record has it. */
  #addIds(advisory: Advisory, ordinal: number): void {
    const own = advisory.affected.flatMap(({ ratings }) => ratings);
    const ratings = [...advisory.ratings, ...own.slice(0, 5)];
    if (ratings.length === 0) return;
    // A bulletin rates the worst of its many vulnerabilities, not each.
    const upstream = advisory.upstream.length === 1 ? advisory.upstream : [];
    for (const id of new Set([advisory.id, ...advisory.aliases.slice(0, mostIds), ...upstream])) {
      this.#items.add(idKey(id), ordinal, JSON.stringify([advisory.id, ratings]));
    }
  }

  /** Writes the file and gives it its name. `exploits` appends what is known of exploitation. */
  async finish(
    facts: DataFacts,
    exploits: ((out: OutputFile) => ExploitPlace | undefined) | undefined,
    pause: () => Promise<void>,
  ): Promise<DataDescription> {
    const out = this.#out;
    const { places, ranks } = await this.#writeRecords(pause);
    const { contentEnd, index } = await this.#items.write(
      out,
      (owner) => ranks[owner] ?? 0,
      (owner, text) => {
        if (this.#alive[owner] !== true) return undefined;
        return text.startsWith('{') ? `[${places(owner)},${text.slice(5, -1)}]` : text;
      },
      pause,
    );
    const digest = out.digest();
    const exploitPlace = exploits?.(out);
    const ecosystems = this.#countEcosystems();
    const newest = ecosystems.reduce((latest, { asOf }) => (asOf > latest ? asOf : latest), '');
    const description: DataDescription = {
      kind: facts.kind,
      asOf: facts.asOf !== undefined && facts.asOf > newest ? facts.asOf : newest === '' ? this.#now : newest,
      records: this.#alive.filter(Boolean).length,
      withdrawn: this.#withdrawn,
      ecosystems,
      contentEnd,
      index,
      digest,
      ...(exploitPlace !== undefined && { exploits: exploitPlace }),
      ...(facts.inputs !== undefined && { inputs: facts.inputs }),
    };
    writeDescription(out, description);
    out.commit();
    return description;
  }

  discard(): void {
    this.#out.discard();
    this.#records.close();
    this.#itemSpool.close();
  }

  /** Puts records of one package side by side, so that a package's findings share blocks. */
  async #writeRecords(pause: () => Promise<void>): Promise<{ places: (owner: number) => string; ranks: Uint32Array }> {
    const count = this.#sortKeys.length;
    const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => {
      const [left, right] = [this.#sortKeys[a] ?? '', this.#sortKeys[b] ?? ''];
      return left < right ? -1 : left > right ? 1 : a - b;
    });
    const ranks = new Uint32Array(count);
    const block = new Float64Array(count);
    const blockLength = new Uint32Array(count);
    const startInBlock = new Uint32Array(count);
    let texts: string[] = [];
    let size = 0;
    let members: number[] = [];
    const close = (): void => {
      if (members.length === 0) return;
      const bytes = pack(texts.join(''));
      const at = this.#out.write(bytes);
      for (const owner of members) {
        block[owner] = at;
        blockLength[owner] = bytes.length;
      }
      [texts, members, size] = [[], [], 0];
    };
    for (const [rank, owner] of order.entries()) {
      ranks[owner] = rank;
      if (this.#alive[owner] !== true || this.#length.at(owner) === 0) continue;
      texts.push(this.#records.read(this.#start.at(owner), this.#length.at(owner)).toString('utf8'));
      startInBlock[owner] = size;
      size += this.#length.at(owner);
      members.push(owner);
      if (size >= blockSize) close();
      await pause();
    }
    close();
    const places = (owner: number): string =>
      `${block[owner]},${blockLength[owner]},${startInBlock[owner]},${this.#length.at(owner)}`;
    return { places, ranks };
  }

  #countEcosystems(): readonly EcosystemDescription[] {
    const now = Date.parse(this.#now);
    for (let owner = 0; owner < this.#named.length; owner++) {
      if (this.#alive[owner] !== true) continue;
      // A date that has not come says nothing about how new the data is.
      const date = this.#dates.at(owner);
      this.#ecosystems.count(this.#named.at(owner), date <= now ? date : 0);
    }
    return this.#ecosystems.describe();
  }
}

/** Ends a file with its description and starts it with the way there. */
export function writeDescription(out: OutputFile, description: DataDescription): void {
  const text = Buffer.from(JSON.stringify(description));
  const at = out.write(text);
  out.writeFirst(makePreamble(text, at));
}

function storedRecord(advisory: Advisory): object {
  const { id, aliases, upstream, summary, details, published, modified, ratings, cwes, urls, page } = advisory;
  return {
    id,
    aliases,
    upstream,
    title: summary,
    description: details === summary ? undefined : details,
    published,
    modified,
    ratings,
    cwes,
    urls,
    page,
  };
}

/** `{"a":RANGES,EXTRA}`: the place of the record is put before it when it is known. */
function storedItem(affected: Affected): string {
  const { ratings, wontFix, gitRanges } = affected;
  const order = findOrder(affected.ecosystem) ?? 'generic';
  const ranges = affected.ranges.map((range) => sortEvents(order, range));
  const versions = uncoveredVersions(order, ranges, affected.versions);
  const extra = {
    ...(versions.length > 0 && { v: versions }),
    ...(ratings.length > 0 && { r: ratings }),
    ...(wontFix && { w: 1 }),
    ...(gitRanges > 0 && ranges.length === 0 && affected.versions.length === 0 && { g: 1 }),
  };
  const tail = Object.keys(extra).length === 0 ? '' : `,${JSON.stringify(extra)}`;
  return `{"a":${JSON.stringify(ranges)}${tail}}`;
}

/** Records list every version their ranges mean: thousands, at times. Only those that no range covers are kept. */
function uncoveredVersions(
  order: VersionOrder,
  ranges: readonly Range[],
  versions: readonly string[],
): readonly string[] {
  if (ranges.length === 0) return versions;
  return versions.filter((text) => {
    const version = prepareVersion(order, text);
    return !version.readable || findAffecting(version, ranges, []).kind !== 'affected';
  });
}

function toTime(date: string | undefined): number {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? 0 : time;
}
