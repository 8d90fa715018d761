import { ecosystemKey } from '../naming/ecosystem-key.ts';
import type { EcosystemDescription } from './format.ts';

interface Count {
  readonly name: string;
  records: number;
  /** Milliseconds since 1970. */
  newest: number;
  readonly releases: Set<string>;
}

/** Counts records by ecosystem. Records name few different sets of ecosystems, so a record costs one number. */
export class EcosystemCounts {
  readonly #numbers = new Map<string, number>();
  readonly #sets: (readonly string[])[] = [];
  readonly #counts = new Map<string, Count>();

  /** The number of the set of ecosystems that a record names. */
  number(affected: readonly { readonly ecosystem: string }[]): number {
    const set = [...new Set(affected.map(({ ecosystem }) => ecosystem))].sort();
    const key = set.join('\n');
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#sets.length;
      this.#numbers.set(key, number);
      this.#sets.push(set);
    }
    return number;
  }

  /** Counts one record that names a set. */
  count(number: number, date: number): void {
    const counted = new Set<string>();
    for (const ecosystem of this.#sets[number] ?? []) {
      const { base, release } = ecosystemKey(ecosystem);
      let count = this.#counts.get(base);
      if (count === undefined) {
        count = { name: ecosystem.split(':')[0]?.trim() ?? base, records: 0, newest: 0, releases: new Set() };
        this.#counts.set(base, count);
      }
      if (!counted.has(base)) count.records++;
      counted.add(base);
      count.releases.add(release);
      count.newest = Math.max(count.newest, date);
    }
  }

  describe(): readonly EcosystemDescription[] {
    return [...this.#counts.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, records, newest, releases }) => ({
        name,
        records,
        asOf: newest === 0 ? '' : new Date(newest).toISOString(),
        releases: [...releases].sort(),
      }));
  }
}
