import { AssayError } from '@assay/contract';
import { findFilter, isEmpty, toText, type Value } from './filters.ts';
import { parseTemplate } from './parse-template.ts';
import { invalid } from './split-tags.ts';
import type { Condition, Expression, Node, Place, Term } from './template-node.ts';

/** Most nodes and filters that are worked on, most characters that are written. */
interface TemplateLimits {
  readonly steps: number;
  readonly characters: number;
}

const usualLimits: TemplateLimits = { steps: 20_000_000, characters: 256 * 1024 * 1024 };

/** A template that was read and can be filled in. */
export interface PreparedTemplate {
  /** Fills it in. Throws TEMPLATE_INVALID for a name the view does not have, LIMIT_EXCEEDED. */
  fill(view: Readonly<Record<string, Value>>): Iterable<string>;
}

/**
 * Reads a template of docs/guide/output.md: values, conditions, loops and filters; no code, no files, no network.
 * `name` is how messages call it. Throws TEMPLATE_INVALID with row and column.
 */
export function prepareTemplate(source: string, name: string, limits = usualLimits): PreparedTemplate {
  const nodes = parseTemplate(source, name);
  return { fill: (view) => new Filling(name, limits).run(nodes, { value: view, outer: undefined, loop: undefined }) };
}

interface Scope {
  readonly value: Value;
  readonly outer: Scope | undefined;
  readonly loop: { readonly index: number; readonly count: number } | undefined;
}

class Filling {
  readonly #name: string;
  readonly #limits: TemplateLimits;
  #steps = 0;
  #characters = 0;

  constructor(name: string, limits: TemplateLimits) {
    this.#name = name;
    this.#limits = limits;
  }

  *run(nodes: readonly Node[], scope: Scope): Iterable<string> {
    for (const node of nodes) {
      this.#step();
      if (node.do === 'text') yield this.#counted(node.text);
      else if (node.do === 'value') yield this.#counted(this.#text(node.expression, scope));
      else if (node.do === 'if') {
        const branch = node.branches.find((one) => this.#holds(one.condition, scope));
        yield* this.run(branch?.body ?? node.otherwise, scope);
      } else yield* this.#each(node, scope);
    }
  }

  *#each(node: Extract<Node, { do: 'each' }>, scope: Scope): Iterable<string> {
    const list = this.#evaluate(node.list, scope);
    if (list !== null && !Array.isArray(list)) throw this.#invalid(node.list.place, '#each wants a list');
    const all: readonly Value[] = list ?? [];
    if (all.length === 0) yield* this.run(node.otherwise, scope);
    for (const [index, value] of all.entries()) {
      this.#step();
      yield* this.run(node.body, { value, outer: scope, loop: { index, count: all.length } });
    }
  }

  #holds({ left, negated, compare }: Condition, scope: Scope): boolean {
    const value = this.#evaluate(left, scope);
    if (compare === undefined) return isEmpty(value) === negated;
    const isEqual = value === this.#evaluate(compare.right, scope);
    return (isEqual === (compare.operator === '==')) !== negated;
  }

  #text(expression: Expression, scope: Scope): string {
    const text = toText(this.#evaluate(expression, scope));
    if (text === undefined)
      throw this.#invalid(expression.place, 'this has members and is no text; name one of them, or add | json');
    return text;
  }

  #evaluate(expression: Expression, scope: Scope): Value {
    let value = this.#lookUp(expression.term, scope);
    for (const { name, args, place } of expression.filters) {
      this.#step();
      const changed = findFilter(name)?.apply(value, ...args);
      if (changed === undefined) throw this.#invalid(place, `the filter ${name} cannot work on this kind of value`);
      value = changed;
    }
    return value;
  }

  #lookUp(term: Term, scope: Scope): Value {
    if (term.is === 'literal') return term.value;
    const [first = '', ...rest] = term.segments;
    let value = this.#start(first, scope, term.place);
    for (const segment of rest) {
      // What is not known has no members either.
      if (value === null) return null;
      const next = member(value, segment);
      if (next === undefined)
        throw this.#invalid(term.place, `${term.segments.join('.')}: there is no ${JSON.stringify(segment)}`);
      value = next;
    }
    return value;
  }

  #start(name: string, scope: Scope, place: Place): Value {
    if (name === 'this') return scope.value;
    for (let one: Scope | undefined = scope; one !== undefined; one = one.outer) {
      if (name.startsWith('@')) {
        if (one.loop === undefined) continue;
        const found = loopValue(name, one.loop);
        if (found !== undefined) return found;
        break;
      }
      const found = member(one.value, name);
      if (found !== undefined) return found;
    }
    throw this.#invalid(place, `there is no ${JSON.stringify(name.slice(0, 60))} here`);
  }

  #step(): void {
    this.#steps += 1;
    if (this.#steps > this.#limits.steps)
      throw new AssayError('LIMIT_EXCEEDED', `${this.#name} needs more than ${this.#limits.steps} steps`);
  }

  #counted(text: string): string {
    this.#characters += text.length;
    if (this.#characters > this.#limits.characters)
      throw new AssayError('LIMIT_EXCEEDED', `${this.#name} writes more than ${this.#limits.characters} characters`);
    return text;
  }

  #invalid(place: Place, why: string): AssayError {
    return invalid(this.#name, place, why);
  }
}

/** Own members only: nothing of the language behind can be reached. */
function member(value: Value, name: string): Value | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isList(value)) return /^\d{1,9}$/.test(name) ? (value[Number(name)] ?? null) : undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}

function loopValue(name: string, loop: { readonly index: number; readonly count: number }): Value | undefined {
  if (name === '@index') return loop.index;
  if (name === '@first') return loop.index === 0;
  return name === '@last' ? loop.index === loop.count - 1 : undefined;
}
