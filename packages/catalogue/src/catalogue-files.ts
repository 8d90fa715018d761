import { AssayError } from '@assay/contract';
import { type FileReader, type FileSelector, isSecondLook, type SecondLook } from '@assay/image';
import type { Cataloguer, TargetKind } from './cataloguer.ts';
import { cataloguers } from './cataloguers.ts';

/** What one cataloguer made of one file, or why it could not. */
export type Find =
  | { readonly cataloguer: string; readonly value: unknown }
  | { readonly cataloguer: string; readonly why: string };

type Finds = readonly Find[];

/**
 * Says which files of an image or folder matter and reads them. Several cataloguers may want the same file;
 * one that fails does not spoil the others.
 */
export function catalogueFiles(
  kind: TargetKind,
  choices: readonly Cataloguer[] = cataloguers,
): FileSelector<readonly Find[]> {
  const table = new InterestTable(choices);
  const byHead = choices.filter((cataloguer) => cataloguer.selectByHead !== undefined);
  return {
    places: choices.flatMap((cataloguer) => cataloguer.places ?? []),
    byPath(file) {
      const interested = table.find(file.path);
      return interested === undefined
        ? undefined
        : composed(interested, (cataloguer) => cataloguer.select?.(file, kind));
    },
    byHead(file, head) {
      return canBeBinary(head)
        ? composed(byHead, (cataloguer) => cataloguer.selectByHead?.(file, head, kind))
        : undefined;
    },
  };
}

/** Text files, by far the most, are told by their first byte: no program format starts with a printable one but PE (`M`). */
function canBeBinary(head: Uint8Array): boolean {
  const first = head[0] ?? 0x20;
  return first >= 0x7f || first < 0x09 || first === 0x4d;
}

/** Which cataloguers a path may interest: three table look-ups. */
class InterestTable {
  readonly #baseNames = new Map<string, Cataloguer[]>();
  readonly #extensions = new Map<string, Cataloguer[]>();
  readonly #folders = new Map<string, Cataloguer[]>();

  constructor(choices: readonly Cataloguer[]) {
    for (const cataloguer of choices) {
      for (const name of cataloguer.files?.baseNames ?? []) append(this.#baseNames, name, cataloguer);
      for (const name of cataloguer.files?.extensions ?? []) append(this.#extensions, name, cataloguer);
      for (const name of cataloguer.files?.folders ?? []) append(this.#folders, name, cataloguer);
    }
  }

  find(path: string): readonly Cataloguer[] | undefined {
    const slash = path.lastIndexOf('/');
    const dot = path.lastIndexOf('.');
    const byName = this.#baseNames.get(slash < 0 ? path : path.slice(slash + 1));
    const byExtension = dot > slash ? this.#extensions.get(path.slice(dot + 1).toLowerCase()) : undefined;
    const byFolder = slash > 0 ? this.#folders.get(path.slice(path.lastIndexOf('/', slash - 1) + 1, slash)) : undefined;
    if (byExtension === undefined && byFolder === undefined) return byName;
    return [...new Set([...(byName ?? []), ...(byExtension ?? []), ...(byFolder ?? [])])];
  }
}

function append(table: Map<string, Cataloguer[]>, key: string, cataloguer: Cataloguer): void {
  const list = table.get(key);
  if (list === undefined) table.set(key, [cataloguer]);
  else list.push(cataloguer);
}

function composed(
  interested: readonly Cataloguer[],
  open: (cataloguer: Cataloguer) => FileReader<unknown> | undefined,
): FileReader<Finds> | undefined {
  let parts: Part[] | undefined;
  for (const cataloguer of interested) {
    const part = new Part(cataloguer.id);
    part.open(() => open(cataloguer));
    if (!part.isIdle) parts = [...(parts ?? []), part];
  }
  return parts === undefined ? undefined : new ComposedReader(parts);
}

/** One cataloguer's share of a file. */
class Part {
  readonly #id: string;
  #reader: FileReader<unknown> | undefined;
  #look: SecondLook<unknown> | undefined;
  #find: Find | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  /** Whether there is nothing to read and nothing to tell. */
  get isIdle(): boolean {
    return this.#reader === undefined && this.#look === undefined && this.#find === undefined;
  }

  get find(): Find | undefined {
    return this.#find;
  }

  /** Whether nothing of a chunk is kept after `write`. */
  get copies(): boolean {
    return this.#reader === undefined || this.#reader.copies === true;
  }

  get look(): SecondLook<unknown> | undefined {
    return this.#look;
  }

  open(make: () => FileReader<unknown> | undefined): void {
    this.#guard(() => {
      this.#reader = make();
    });
  }

  write(chunk: Uint8Array): void {
    this.#guard(() => this.#reader?.write(chunk));
  }

  end(): void {
    this.#guard(() => {
      const answer = this.#reader?.end();
      if (isSecondLook(answer)) this.#look = answer;
      else this.#settle(answer);
    });
    this.#reader = undefined;
  }

  lookAgain(parts: readonly Uint8Array[]): void {
    this.#guard(() => this.#settle(this.#look?.then(parts)));
    this.#look = undefined;
  }

  #settle(value: unknown): void {
    if (value !== undefined) this.#find = { cataloguer: this.#id, value };
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#reader = undefined;
      this.#find = { cataloguer: this.#id, why: reasonOf(error) };
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AssayError) return error.detail;
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

/** Feeds one file to several cataloguers. */
class ComposedReader implements FileReader<Finds> {
  readonly copies: boolean;
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.copies = parts.every((part) => part.copies);
  }

  write(chunk: Uint8Array): void {
    for (const part of this.#parts) part.write(chunk);
  }

  end(): Finds | undefined | SecondLook<Finds> {
    for (const part of this.#parts) part.end();
    const looking = this.#parts.filter((part) => part.look !== undefined);
    if (looking.length === 0) return this.#finds();
    return {
      ranges: looking.flatMap((part) => part.look?.ranges ?? []),
      // biome-ignore lint/suspicious/noThenProperty: the port's name; nobody awaits a SecondLook
      then: (bytes) => {
        let at = 0;
        for (const part of looking) {
          const count = part.look?.ranges.length ?? 0;
          part.lookAgain(bytes.slice(at, at + count));
          at += count;
        }
        return this.#finds();
      },
    };
  }

  #finds(): Finds | undefined {
    const finds = this.#parts.map((part) => part.find).filter((find) => find !== undefined);
    return finds.length === 0 ? undefined : finds;
  }
}
