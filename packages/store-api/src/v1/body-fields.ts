import { storable } from '@assay/store';
import { invalid } from './request-words.ts';

/** JSON bodies nest a few levels; deeper ones are an attack. */
const deepest = 100;

/** Reads a JSON object. Keys match in any case, the first spelling wins; unknown ones are left alone. Source: store-openapi.yaml, x-open-questions. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #at: string;

  private constructor(value: object, at: string) {
    const values = new Map<string, unknown>();
    for (const [key, member] of Object.entries(value)) {
      const folded = key.toLowerCase();
      if (!values.has(folded)) values.set(folded, member);
    }
    this.#values = values;
    this.#at = at;
  }

  /** Throws REQUEST_INVALID for what is no JSON object. */
  static of(body: Uint8Array): Fields {
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch (cause) {
      throw invalid(`the body is no JSON: ${cause instanceof Error ? cause.message.slice(0, 200) : ''}`);
    }
    checkDepth(value);
    return Fields.#from(value, 'the body');
  }

  static #from(value: unknown, at: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${at} is not an object`);
    return new Fields(value, at);
  }

  /** A text; `undefined` when it is absent, null or empty. */
  text(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw invalid(`${this.#name(name)} is not a text`);
    return storable(value);
  }

  /** A text that must be there. */
  needed(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalid(`${this.#name(name)} is missing`);
    return value;
  }

  whole(name: string, least: number): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    throw invalid(`${this.#name(name)} is not a whole number of at least ${least}`);
  }

  number(name: string): number | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'number') return value;
    throw invalid(`${this.#name(name)} is not a number`);
  }

  truth(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw invalid(`${this.#name(name)} is not true or false`);
  }

  object(name: string): Fields | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : Fields.#from(value, this.#name(name));
  }

  objects(name: string): readonly Fields[] {
    return this.#list(name).map((value, at) => Fields.#from(value, `${this.#name(name)}[${at}]`));
  }

  texts(name: string): readonly string[] {
    return this.#list(name).map((value, at) => {
      if (typeof value !== 'string') throw invalid(`${this.#name(name)}[${at}] is not a text`);
      return storable(value);
    });
  }

  /** An object of texts. */
  textMap(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value) || value === null)
      throw invalid(`${this.#name(name)} is not an object of texts`);
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        if (typeof member !== 'string') throw invalid(`${this.#name(name)}.${key.slice(0, 100)} is not a text`);
        return [key, member];
      }),
    );
  }

  #list(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw invalid(`${this.#name(name)} is not a list`);
    return value;
  }

  /** Null is absent. */
  #get(name: string): unknown {
    return this.#values.get(name.toLowerCase()) ?? undefined;
  }

  #name(name: string): string {
    return this.#at === 'the body' ? name : `${this.#at}.${name}`;
  }
}

/** Without recursion: what is too deep for the stack must not reach code that uses it. */
function checkDepth(value: unknown): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw invalid(`the body nests deeper than ${deepest} levels`);
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
}
