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

  /** Whether there is a member of this name, though it may be null. */
  has(name: string): boolean {
    return this.#members.has(name.toLowerCase());
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

/** The results of a page, or a plain list. Throws InsightError for anything else: nothing found is not the same as not understood. */
export function resultsOf(value: unknown): readonly Node[] {
  const list = Array.isArray(value) || value === null ? value : resultsMember(value);
  if (list === null) return [];
  if (!Array.isArray(list) || list.some((each) => typeof each !== 'object' || each === null))
    throw new InsightError('the store did not answer with a list');
  return nodesOf(list);
}

function resultsMember(value: unknown): unknown {
  const found = Object.entries(typeof value === 'object' && value !== null ? value : {});
  return found.find(([key]) => key.toLowerCase() === 'results')?.[1];
}

/** An object of an answer that must have a member. Throws InsightError when it is something else. */
export function objectOf(value: unknown, what: string, member: string): Node {
  const found = Node.of(value);
  if (!found.has(member)) throw new InsightError(`the store did not answer with ${what}`);
  return found;
}
