import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, openPromise } from 'yauzl';

/** Ids that mean one vulnerability, as the records themselves say (`aliases`; `upstream` of a distribution's record). Made without the product's own code. */
export class AliasGroups {
  readonly #parent = new Map<string, string>();

  join(ids: readonly string[]): void {
    const [first, ...rest] = ids.map((id) => this.#root(id));
    if (first === undefined) return;
    for (const other of rest) {
      if (this.#root(other) !== this.#root(first)) this.#parent.set(this.#root(other), this.#root(first));
    }
  }

  /** One name for the whole group. */
  nameOf(ids: readonly string[]): string {
    return this.#root(ids[0] ?? '');
  }

  #root(id: string): string {
    let at = id;
    for (let next = this.#parent.get(at); next !== undefined; next = this.#parent.get(at)) at = next;
    return at;
  }
}

interface Record {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly affected?: readonly { readonly package: { readonly name: string } }[];
}

/** Record ids, and the packages each is about. */
export type RecordNames = ReadonlyMap<string, ReadonlySet<string>>;

export async function readRecordNames(osv: string): Promise<RecordNames> {
  const names = new Map<string, ReadonlySet<string>>();
  for (const ecosystem of readdirSync(osv)) {
    for await (const record of recordsOf(join(osv, ecosystem, 'all.zip')))
      names.set(record.id, new Set((record.affected ?? []).map((affected) => affected.package.name)));
  }
  return names;
}

/** Reads the alias groups of a folder laid out as the public OSV export is. */
export async function readAliasGroups(osv: string): Promise<AliasGroups> {
  const groups = new AliasGroups();
  for (const ecosystem of readdirSync(osv)) {
    for await (const record of recordsOf(join(osv, ecosystem, 'all.zip')))
      groups.join([...(record.aliases ?? []), ...(record.upstream ?? []), record.id]);
  }
  return groups;
}

async function* recordsOf(zip: string): AsyncGenerator<Record> {
  const file = await openPromise(zip, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of file.eachEntry() as AsyncIterable<Entry>) {
      const parts: Buffer[] = [];
      for await (const chunk of await file.openReadStreamPromise(entry)) parts.push(chunk as Buffer);
      yield JSON.parse(Buffer.concat(parts).toString('utf8')) as Record; // the fixtures hold valid records
    }
  } finally {
    file.close();
  }
}
