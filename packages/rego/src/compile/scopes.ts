/** How a name came into a scope. */
export type Occurrence = 'arg' | 'seen' | 'assigned' | 'declared';

interface Scope {
  readonly names: Map<string, string>;
  readonly occurrences: Map<string, Occurrence>;
  readonly counts: Map<string, number>;
}

function newScope(): Scope {
  return { names: new Map(), occurrences: new Map(), counts: new Map() };
}

/** The names in force while local variables are renamed, innermost scope last. */
export class Scopes {
  readonly #scopes: Scope[];
  readonly #rewritten: Map<string, string>;

  constructor(rewritten: Map<string, string>, scopes: Scope[] = [newScope()]) {
    this.#rewritten = rewritten;
    this.#scopes = scopes;
  }

  /** A copy for an `else` branch, which starts from the arguments alone. */
  copy(): Scopes {
    const scopes = this.#scopes.map(({ names, occurrences, counts }) => ({
      names: new Map(names),
      occurrences: new Map(occurrences),
      counts: new Map(counts),
    }));
    return new Scopes(this.#rewritten, scopes);
  }

  get top(): Scope {
    const top = this.#scopes.at(-1);
    if (top === undefined) throw new TypeError('no scope is open');
    return top;
  }

  inside<T>(run: () => T): T {
    this.#scopes.push(newScope());
    try {
      return run();
    } finally {
      this.#scopes.pop();
    }
  }

  insert(name: string, renamed: string, occurrence: Occurrence): void {
    const { top } = this;
    top.names.set(name, renamed);
    top.occurrences.set(name, occurrence);
    top.counts.set(name, 1);
    if (renamed !== name) this.#rewritten.set(renamed, name);
  }

  /** What a name has been renamed to. */
  renamed(name: string): string | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const found = this.#scopes[i]?.names.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** How a name occurs in the innermost scope. */
  occurrence(name: string): Occurrence | undefined {
    return this.top.occurrences.get(name);
  }

  /** How a name occurs in the nearest scope that has it. */
  anyOccurrence(name: string): Occurrence | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const found = this.#scopes[i]?.occurrences.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Counts one more use of a name. */
  seen(name: string): void {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const counts = this.#scopes[i]?.counts;
      const count = counts?.get(name);
      if (count !== undefined) {
        counts?.set(name, count + 1);
        return;
      }
    }
    this.top.counts.set(name, 1);
  }

  count(name: string): number {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const count = this.#scopes[i]?.counts.get(name);
      if (count !== undefined) return count;
    }
    return 0;
  }
}
