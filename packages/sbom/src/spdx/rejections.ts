import type { Rejected } from '@assay/contract';

/** Beyond this many the entries are counted, not described: a hostile document must not fill the memory. */
const maxDescribed = 10_000;

/** Collects what could not be understood. */
export class Rejections {
  readonly #described: Rejected[] = [];
  #more = 0;

  add(at: string, why: string): void {
    if (this.#described.length < maxDescribed) this.#described.push({ at, why });
    else this.#more += 1;
  }

  /** Everything added, in order; what went beyond the limit as one last entry. */
  all(): readonly Rejected[] {
    if (this.#more === 0) return this.#described;
    return [...this.#described, { at: '', why: `${this.#more} more entries could not be understood` }];
  }
}

/** The place of a part: a JSON pointer grows, a line number stays. Source: RFC 6901. */
export function placeUnder(at: string, ...path: readonly (string | number)[]): string {
  if (at !== '' && !at.startsWith('/')) return at;
  return at + path.map((key) => `/${String(key).slice(0, 100).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}
