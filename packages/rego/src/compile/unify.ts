import type { Term } from '../syntax/ast.ts';
import { termText } from '../syntax/print.ts';
import { allIn, safetyVars, varsOfTerm } from './vars.ts';

const patternVars = { skipRefHead: true, skipObjectKeys: true, skipClosures: true } as const;

/** Whether the head of a reference can be evaluated when `safe` are bound. */
export function isRefSafe(terms: readonly Term[], safe: ReadonlySet<string>): boolean {
  const head = terms[0];
  if (head === undefined) return true;
  if (head.kind === 'var') return safe.has(head.name);
  return allIn(varsOfTerm(head, safetyVars, new Set()), safe);
}

function isTermSafe(term: Term, safe: ReadonlySet<string>): boolean {
  if (term.kind === 'ref') return isRefSafe(term.terms, safe);
  return allIn(varsOfTerm(term, safetyVars, new Set()), safe);
}

/** The variables an equation of `a` and `b` binds when `safe` are bound. */
export function unifiedVars(safe: ReadonlySet<string>, a: Term, b: Term): Set<string> {
  const unifier = new Unifier(safe);
  unifier.unify(a, b);
  return unifier.unified;
}

class Unifier {
  readonly unified = new Set<string>();
  readonly #safe: ReadonlySet<string>;
  readonly #waiting = new Map<string, Set<string>>();

  constructor(safe: ReadonlySet<string>) {
    this.#safe = safe;
  }

  #isSafe(name: string): boolean {
    return this.#safe.has(name) || this.unified.has(name);
  }

  unify(a: Term, b: Term): void {
    if (a.kind === 'var') this.#unifyVar(a.name, b);
    else if (b.kind === 'var') this.#unifyVar(b.name, a);
    else if (a.kind === 'array' && b.kind === 'array') {
      if (a.items.length === b.items.length)
        a.items.forEach((item, i) => {
          this.unify(item, b.items[i] as Term);
        });
    } else if (a.kind === 'object' && b.kind === 'object') this.#unifyObjects(a.entries, b.entries);
    else if (isSource(a)) this.#markPattern(b, a);
    else if (isSource(b)) this.#markPattern(a, b);
  }

  #unifyObjects(a: readonly (readonly [Term, Term])[], b: readonly (readonly [Term, Term])[]): void {
    if (a.length !== b.length) return;
    const values = new Map(b.map(([key, value]) => [termText(key), value]));
    for (const [key, value] of a) {
      const other = values.get(termText(key));
      if (other !== undefined) this.unify(value, other);
    }
  }

  #unifyVar(name: string, other: Term): void {
    switch (other.kind) {
      case 'var':
        if (this.#isSafe(other.name)) this.#mark(name);
        else if (this.#isSafe(name)) this.#mark(other.name);
        else {
          this.#wait(name, other.name);
          this.#wait(other.name, name);
        }
        return;
      case 'array':
      case 'object':
        this.#unifyAll(name, other);
        return;
      case 'ref':
      case 'call':
        if (isTermSafe(other, this.#safe)) this.#mark(name);
        return;
      default:
        this.#mark(name);
    }
  }

  #unifyAll(name: string, pattern: Term): void {
    if (this.#isSafe(name)) {
      this.#markAll(pattern);
      return;
    }
    const open = [...varsOfTerm(pattern, patternVars, new Set())].filter((inner) => !this.#isSafe(inner));
    if (open.length === 0) this.#mark(name);
    else for (const inner of open) this.#wait(name, inner);
  }

  #markPattern(pattern: Term, source: Term): void {
    if (pattern.kind !== 'array' && pattern.kind !== 'object') return;
    if (source.kind === 'comprehension' || isTermSafe(source, this.#safe)) this.#markAll(pattern);
  }

  #markAll(pattern: Term): void {
    for (const name of varsOfTerm(pattern, patternVars, new Set())) this.#mark(name);
  }

  #mark(name: string): void {
    this.unified.add(name);
    const dependencies = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const other of dependencies ?? []) this.#mark(other);
    for (const [other, needs] of [...this.#waiting]) {
      if (needs.delete(name) && needs.size === 0) this.#mark(other);
    }
  }

  #wait(name: string, needs: string): void {
    const known = this.#waiting.get(name);
    if (known === undefined) this.#waiting.set(name, new Set([needs]));
    else known.add(needs);
  }
}

function isSource(term: Term): boolean {
  return term.kind === 'ref' || term.kind === 'call' || term.kind === 'comprehension';
}
