import { createHash } from 'node:crypto';
import { type DataVersion, type Epss, type Kev, parseDigest, type Rating } from '@assay/contract';
import { idKey } from '../naming/ecosystem-key.ts';
import type { Range } from '../record/advisory.ts';
import { DataFile } from './data-file.ts';
import { type DataDescription, damaged, dataSchema } from './format.ts';

/** What one record says of one package: enough to compare versions, and where to find the rest. */
export interface StoredAffected {
  /** Where the record lies: block, its length, start and length inside it. */
  readonly record: readonly [block: number, blockLength: number, start: number, length: number];
  readonly ranges: readonly Range[];
  /** Versions named one by one that no range covers. */
  readonly versions: readonly string[];
  readonly ratings: readonly Rating[];
  readonly wontFix: boolean;
  /** Set where the record knows only commits. */
  readonly gitOnly: boolean;
}

/** A record without its packages. */
export interface StoredRecord {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly published?: string;
  readonly modified?: string;
  readonly ratings: readonly Rating[];
  readonly cwes: readonly string[];
  readonly urls: readonly string[];
  readonly page?: string;
}

/** Vulnerability data, open for look-ups. Every look-up reads what it needs from the file and keeps nothing. */
export interface VulnerabilityData {
  readonly version: DataVersion;
  readonly ecosystems: readonly { readonly name: string; readonly records: number; readonly asOf: string }[];
  /** When the catalogue of known exploitation and the predictions were made; absent where there are none. */
  readonly exploits: { readonly kevAsOf?: string; readonly epssAsOf?: string };
  /** The releases of which something is known, of an ecosystem in lower case; `''` among them for records that name none. `undefined` for an ecosystem the data does not hold. */
  releases(base: string): ReadonlySet<string> | undefined;
  /** What is known of a package, by `nameKey`. Throws DB_INVALID. */
  affected(key: string): readonly StoredAffected[];
  /** The record of such an entry. Throws DB_INVALID. */
  record(place: StoredAffected['record']): StoredRecord;
  /** The ratings of all records that carry an id, with the record's id. Throws DB_INVALID. */
  ratings(id: string): readonly (readonly [record: string, rating: Rating])[];
  /** Known exploitation and its prediction for a CVE. Throws DB_INVALID. */
  exploit(id: string): { readonly kev?: Kev; readonly epss?: Epss };
  close(): void;
}

/** Opens vulnerability data read-only: two small reads. Throws DB_MISSING, DB_INVALID, DB_NEWER, FILE_UNREADABLE. */
export function openData(path: string): VulnerabilityData {
  return new OpenData(DataFile.open(path));
}

/** The contract's view of a description. */
export function versionOf(description: DataDescription): DataVersion {
  const { kind, asOf, records, digest, exploits } = description;
  const whole =
    exploits === undefined ? digest : createHash('sha256').update(`${digest} ${exploits.digest}`).digest('hex');
  return { kind, asOf, schema: dataSchema, records, digest: parseDigest(`sha256:${whole}`) };
}

/** Records that are asked for ratings of one id. */
const mostRaters = 200;

/** Blocks lately unpacked: records of one package lie side by side. */
const blocksKept = 16;

class OpenData implements VulnerabilityData {
  readonly version: DataVersion;
  readonly ecosystems: readonly { readonly name: string; readonly records: number; readonly asOf: string }[];
  readonly exploits: { readonly kevAsOf?: string; readonly epssAsOf?: string };
  readonly #file: DataFile;
  readonly #releases: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #blocks = new Map<number, Buffer>();

  constructor(file: DataFile) {
    const { description } = file;
    const { kev, epss } = description.exploits ?? {};
    this.#file = file;
    this.version = versionOf(description);
    this.ecosystems = description.ecosystems.map(({ name, records, asOf }) => ({ name, records, asOf }));
    this.exploits = { ...(kev && { kevAsOf: kev.asOf }), ...(epss && { epssAsOf: epss.asOf }) };
    this.#releases = new Map(description.ecosystems.map((each) => [each.name.toLowerCase(), new Set(each.releases)]));
  }

  releases(base: string): ReadonlySet<string> | undefined {
    return this.#releases.get(base);
  }

  affected(key: string): readonly StoredAffected[] {
    const found = this.#find<StoredItem>(key);
    return found.map(([b, l, s, n, ranges, extra]) => ({
      record: [b, l, s, n],
      ranges,
      versions: extra?.v ?? [],
      ratings: extra?.r ?? [],
      wontFix: extra?.w === 1,
      gitOnly: extra?.g === 1,
    }));
  }

  record([offset, blockLength, start, length]: StoredAffected['record']): StoredRecord {
    let block = this.#blocks.get(offset);
    if (block === undefined) {
      block = this.#file.unpackAt(offset, blockLength);
      if (this.#blocks.size >= blocksKept) this.#blocks.delete(this.#blocks.keys().next().value ?? -1);
      this.#blocks.set(offset, block);
    }
    return this.#parse<StoredRecord>(block.toString('utf8', start, start + length));
  }

  ratings(id: string): readonly (readonly [string, Rating])[] {
    return this.#find<readonly [string, readonly Rating[]]>(idKey(id))
      .slice(0, mostRaters)
      .flatMap(([record, ratings]) => ratings.map((rating) => [record, rating] as const));
  }

  exploit(id: string): { readonly kev?: Kev; readonly epss?: Epss } {
    const place = this.#file.description.exploits;
    if (place === undefined) return {};
    const text = this.#file.find(place.index, id.toUpperCase());
    if (text === undefined) return {};
    const [, { k, e }] = this.#parse<StoredExploit>(text);
    return {
      ...(k && { kev: { dateAdded: k[0], ...(k[1] !== '' && { dueDate: k[1] }), ransomware: k[2] === 1 } }),
      ...(e && { epss: { score: e[0], percentile: e[1], ...(place.epss && { date: place.epss.asOf }) } }),
    };
  }

  close(): void {
    this.#blocks.clear();
    this.#file.close();
  }

  #find<Item>(key: string): readonly Item[] {
    const text = this.#file.find(this.#file.description.index, key);
    return text === undefined ? [] : this.#parse<readonly [string, readonly Item[]]>(text)[1];
  }

  /** The checksums say that these are our own words, so the shape is the writer's. */
  #parse<Shape>(text: string): Shape {
    try {
      return JSON.parse(text) as Shape;
    } catch {
      throw damaged(this.#file.path);
    }
  }
}

/** An entry of a name as it is written; see `StoredAffected`. */
export type StoredItem = readonly [
  block: number,
  blockLength: number,
  start: number,
  length: number,
  ranges: readonly Range[],
  extra?: { readonly v?: readonly string[]; readonly r?: readonly Rating[]; readonly w?: 1; readonly g?: 1 },
];

/** An entry of a CVE: KEV as date added, due date, ransomware; EPSS as score and percentile. */
export type StoredExploit = readonly [
  key: string,
  facts: { readonly k?: readonly [string, string, 0 | 1]; readonly e?: readonly [number, number] },
];
