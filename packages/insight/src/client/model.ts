import { InsightError } from '../world.ts';

/** A part of an answer. Keys are found in any case: the product's own models differ in theirs. */
export class Node {
  readonly #members: ReadonlyMap<string, unknown>;

  private constructor(value: object) {
    this.#members = new Map(Object.entries(value).map(([key, member]) => [key.toLowerCase(), member]));
  }

  /** An object of an answer; one without members where there is none. */
  static of(value: unknown): Node {
    return new Node(typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {});
  }

  text(name: string): string {
    const value = this.#members.get(name.toLowerCase());
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  }

  number(name: string): number {
    const value = this.#members.get(name.toLowerCase());
    return typeof value === 'number' ? value : 0;
  }

  object(name: string): Node | undefined {
    const value = this.#members.get(name.toLowerCase());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Node(value) : undefined;
  }

  list(name: string): readonly Node[] {
    return nodesOf(this.#members.get(name.toLowerCase()));
  }

  texts(name: string): readonly string[] {
    const value = this.#members.get(name.toLowerCase());
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  }
}

/** The objects of a list; null is an empty one. */
export function nodesOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map(Node.of) : [];
}

/** The results of a page, or a plain list. Throws InsightError for anything else. */
export function resultsOf(value: unknown): readonly Node[] {
  if (Array.isArray(value) || value === null) return nodesOf(value);
  if (typeof value === 'object') return Node.of(value).list('Results');
  throw new InsightError('the answer is not a list');
}
