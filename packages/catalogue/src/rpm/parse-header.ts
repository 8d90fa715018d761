import type { Installed } from '../distribution/installed.ts';

/** Tags that are read. Source: rpm's documentation, "Header tags"; rpmtag.h. */
const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  vendor: 1011,
  license: 1014,
  arch: 1022,
  sourceRpm: 1044,
  provideName: 1047,
  requireName: 1049,
  modularity: 5096,
} as const;

const int32 = 4;
const text = 6;
const textList = 8;
const translated = 9;
const entrySize = 16;
/** Source: rpm's lib/header.c, `hdrchkTags`, `hdrchkData`: 64 Ki tags, 256 MiB of data. */
const maxTags = 0xffff;
const maxData = 256 * 1024 * 1024;
const maxListed = 100_000;

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** The header of one package: an index of tags, then the data it points into. */
class Header {
  readonly #entries = new Map<number, Entry>();
  readonly #data: Buffer;

  constructor(entries: ReadonlyMap<number, Entry>, data: Buffer) {
    this.#entries = new Map(entries);
    this.#data = data;
  }

  text(tag: number): string | undefined {
    const entry = this.#entries.get(tag);
    if (entry === undefined || (entry.type !== text && entry.type !== textList && entry.type !== translated))
      return undefined;
    const value = this.#textAt(entry.offset).value;
    // Old packages say `(none)` where they say nothing.
    return value === '' || value === '(none)' ? undefined : value;
  }

  texts(tag: number): string[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined || entry.type !== textList) return [];
    const out: string[] = [];
    for (let i = 0, at = entry.offset; i < Math.min(entry.count, maxListed) && at < this.#data.length; i++) {
      const { value, end } = this.#textAt(at);
      out.push(value);
      at = end + 1;
    }
    return out;
  }

  number(tag: number): number | undefined {
    const entry = this.#entries.get(tag);
    if (entry?.type !== int32 || entry.count < 1 || entry.offset + 4 > this.#data.length) return undefined;
    return this.#data.readUInt32BE(entry.offset);
  }

  #textAt(at: number): { readonly value: string; readonly end: number } {
    const nul = this.#data.indexOf(0, at);
    const end = nul < 0 ? this.#data.length : nul;
    return { value: this.#data.toString('utf8', at, end), end };
  }
}

/**
 * Reads the header of a package as rpm's databases keep it: counts, index, data, all big-endian. `undefined` when it is none or
 * names no package; `'key'` for a public key, which rpm keeps as if it were a package. Source: rpm's documentation, "RPM v4 header format".
 */
export function findRpm(blob: Uint8Array): Installed | 'key' | undefined {
  const header = readHeader(Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength));
  const name = header?.text(tags.name);
  const version = header?.text(tags.version);
  if (header === undefined || name === undefined || version === undefined) return undefined;
  if (name === 'gpg-pubkey') return 'key';
  const module = header.text(tags.modularity);
  return toRpm({
    name,
    versionRelease: joined(version, header.text(tags.release)),
    epoch: header.number(tags.epoch),
    arch: header.text(tags.arch),
    sourceRpm: header.text(tags.sourceRpm),
    license: header.text(tags.license),
    vendor: header.text(tags.vendor),
    summary: header.text(tags.summary),
    module,
    needs: header.texts(tags.requireName),
    provides: header.texts(tags.provideName),
  });
}

function readHeader(blob: Buffer): Header | undefined {
  if (blob.length < 8) return undefined;
  const count = blob.readUInt32BE(0);
  const size = blob.readUInt32BE(4);
  const start = 8 + count * entrySize;
  if (count === 0 || count > maxTags || size > maxData || start + size > blob.length) return undefined;
  const entries = new Map<number, Entry>();
  for (let i = 0; i < count; i++) {
    const at = 8 + i * entrySize;
    const tag = blob.readUInt32BE(at);
    const entry = {
      type: blob.readUInt32BE(at + 4),
      offset: blob.readUInt32BE(at + 8),
      count: blob.readUInt32BE(at + 12),
    };
    // A region's trailer comes first and points before itself; it is no tag of a package.
    if (tag >= 100 && entry.offset < size && !entries.has(tag)) entries.set(tag, entry);
  }
  return new Header(entries, blob.subarray(start, start + size));
}

function joined(version: string, release: string | undefined): string {
  return release === undefined ? version : `${version}-${release}`;
}

/** What is known of an installed rpm, wherever it stands. */
export interface RpmFacts {
  readonly name: string;
  readonly versionRelease: string;
  readonly epoch: number | undefined;
  readonly arch: string | undefined;
  /** File name of the source package: `bash-5.1.8-6.el9.src.rpm`. */
  readonly sourceRpm: string | undefined;
  readonly license?: string | undefined;
  readonly vendor?: string | undefined;
  readonly summary?: string | undefined;
  /** `nodejs:18:9020020230327152102:rhel9` for a package of a module. */
  readonly module?: string | undefined;
  readonly needs?: readonly string[];
  readonly provides?: readonly string[];
}

/** An installed rpm in the words of all package managers. */
export function toRpm(facts: RpmFacts): Installed {
  const { name, versionRelease, epoch, arch, sourceRpm, license, vendor, summary, module } = facts;
  // An epoch of 0 is the same as none. Source: rpm's documentation, "Dependencies", "Versioning".
  const version = epoch === undefined || epoch === 0 ? versionRelease : `${epoch}:${versionRelease}`;
  const source = findSource(sourceRpm, epoch);
  return {
    name,
    version,
    ...(arch === undefined ? {} : { arch }),
    ...(source === undefined || (source.name === name && source.version === version) ? {} : { source }),
    licenses: license === undefined ? [] : [license],
    ...(vendor === undefined ? {} : { supplier: vendor }),
    ...(summary === undefined ? {} : { description: summary }),
    needs: (facts.needs ?? []).filter((need) => !need.startsWith('rpmlib(')).map((need) => [need]),
    provides: facts.provides ?? [],
    properties: module === undefined ? [] : [{ name: 'rpm:modularityLabel', value: module }],
    purl: {
      version: versionRelease,
      qualifiers: {
        arch,
        epoch: epoch === undefined || epoch === 0 ? undefined : String(epoch),
        upstream: sourceRpm,
        rpmmod: module,
      },
    },
  };
}

/** `NAME-VERSION-RELEASE.src.rpm`. The file name has no epoch; a package nearly always has that of its source. */
function findSource(fileName: string | undefined, epoch: number | undefined): Installed['source'] {
  const match = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(fileName ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { name: match[1], version: epoch === undefined || epoch === 0 ? match[2] : `${epoch}:${match[2]}` };
}
