import type { Problem } from './problem.ts';

/** What a document names and what it points at. Source: CycloneDX, `bom-ref`: "MUST be unique within the BOM"; `dependencies[].ref`. */
export class RefLedger {
  readonly #defined = new Set<string>();
  readonly #used = new Map<string, string>();
  readonly #problems: Problem[] = [];

  define(ref: string, at: string, mayRepeat = false): void {
    if (this.#defined.has(ref) && !mayRepeat) this.#problems.push({ at, why: `the bom-ref ${show(ref)} occurs twice` });
    this.#defined.add(ref);
  }

  /** Only the first place is kept. */
  use(ref: string, at: string): void {
    if (!this.#used.has(ref)) this.#used.set(ref, at);
  }

  add(at: string, why: string): void {
    this.#problems.push({ at, why });
  }

  problems(): readonly Problem[] {
    const dangling = [...this.#used].filter(([ref]) => !this.#defined.has(ref));
    return [...this.#problems, ...dangling.map(([ref, at]) => ({ at, why: `nothing has the bom-ref ${show(ref)}` }))];
  }
}

function show(ref: string): string {
  return JSON.stringify(ref.slice(0, 200));
}
