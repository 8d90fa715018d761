import { dottedName } from './check.ts';
import { choose, type Overload } from './functions.ts';
import { overloadsOf } from './library.ts';
import type { Node } from './syntax.ts';
import {
  CelError,
  CostExceeded,
  itemsOf,
  list,
  map,
  numeric,
  Optional,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** Counts the steps of evaluations. Throws CostExceeded when they are used up. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  get left(): number {
    return this.#left;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new CostExceeded('operation cancelled: actual cost limit exceeded');
  }
}

interface Scope {
  readonly names: Readonly<Record<string, Value>>;
  readonly outer: Scope | undefined;
  readonly budget: Budget;
}

/** An expression made ready to run. */
export type Program = (variables: Readonly<Record<string, Value>>, budget: Budget) => Value;

type Step = (scope: Scope) => Value;

/** Makes an expression ready. `variables` are the names it may use. */
export function compile(node: Node, variables: ReadonlySet<string>): Program {
  const step = prepare(node, variables);
  return (names, budget) => step({ names, outer: undefined, budget });
}

function prepare(node: Node, known: ReadonlySet<string>): Step {
  switch (node.is) {
    case 'literal': {
      const { value } = node;
      const constant: Value =
        typeof value === 'object' && value !== null && 'uint' in value ? new Uint(value.uint) : value;
      return () => constant;
    }
    case 'ident':
      return identStep(node.name);
    case 'select':
      return selectStep(node, known);
    case 'list':
      return listStep(node, known);
    case 'map':
      return mapStep(node, known);
    case 'each':
      return eachStep(node, known);
    case 'call':
      return callStep(node, known);
  }
}

const typeIdents: Readonly<Record<string, string>> = { null_type: 'null' };

function identStep(name: string): Step {
  return (scope) => {
    scope.budget.spend(1);
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      if (Object.hasOwn(at.names, name)) return at.names[name] ?? null;
    }
    return new TypeValue(typeIdents[name] ?? name);
  };
}

function selectStep(node: Extract<Node, { is: 'select' }>, known: ReadonlySet<string>): Step {
  const target = prepare(node.target, known);
  const { field, form } = node;
  return (scope) => {
    scope.budget.spend(1);
    const value = target(scope);
    const inner = value instanceof Optional ? value.value : value;
    const found = inner === undefined ? undefined : memberOf(inner, field);
    if (form === 'test') return found !== undefined;
    if (form === 'optional' || value instanceof Optional) return new Optional(found);
    if (found === undefined) throw new CelError(`no such key: ${field}`);
    return found;
  };
}

function memberOf(value: Value, field: string): Value | undefined {
  if (typeof value === 'object' && value !== null && 'is' in value) {
    if (value.is === 'object' || value.is === 'map') return value.get(field);
  }
  throw new CelError(`no such overload`);
}

function listStep(node: Extract<Node, { is: 'list' }>, known: ReadonlySet<string>): Step {
  const items = node.items.map((item) => prepare(item, known));
  return (scope) => {
    scope.budget.spend(10);
    return list(
      items.flatMap((item, index) => {
        const value = item(scope);
        if (!node.optional.has(index)) return [value];
        return value instanceof Optional && value.value !== undefined ? [value.value] : [];
      }),
    );
  };
}

function mapStep(node: Extract<Node, { is: 'map' }>, known: ReadonlySet<string>): Step {
  const entries = node.entries.map(([key, value]) => [prepare(key, known), prepare(value, known)] as const);
  return (scope) => {
    scope.budget.spend(30);
    return map(
      entries.flatMap(([key, value], index): (readonly [Value, Value])[] => {
        const made = value(scope);
        if (!node.optional.has(index)) return [[key(scope), made]];
        return made instanceof Optional && made.value !== undefined ? [[key(scope), made.value]] : [];
      }),
    );
  };
}

function callStep(node: Extract<Node, { is: 'call' }>, known: ReadonlySet<string>): Step {
  const dotted = dottedName(node, (name) => known.has(name));
  const isMethod = node.target !== undefined && dotted === undefined;
  const nodes = isMethod && node.target !== undefined ? [node.target, ...node.args] : node.args;
  const steps = nodes.map((arg) => prepare(arg, known));
  const [a, b, c] = steps;
  if (a !== undefined && b !== undefined) {
    if (node.name === '_&&_') return logicStep(a, b, false);
    if (node.name === '_||_') return logicStep(a, b, true);
    if (node.name === '_?_:_' && c !== undefined) return (scope) => (isTrue(a(scope)) ? b(scope) : c(scope));
    if (node.name === '_[_]') return indexStep(a, b, false);
    if (node.name === '_[?_]') return indexStep(a, b, true);
  }
  const overloads = overloadsOf(dotted ?? node.name, isMethod);
  return (scope) =>
    run(
      overloads,
      steps.map((step) => step(scope)),
      scope.budget,
    );
}

function run(overloads: readonly Overload[], args: readonly Value[], budget: Budget): Value {
  const overload = choose(overloads, args);
  budget.spend(1 + overload.cost(args));
  return overload.call(...args);
}

function isTrue(value: Value): boolean {
  if (typeof value !== 'boolean') throw new CelError('no such overload');
  return value;
}

/** `&&` and `||`: a failure of one side does not matter when the other side decides. */
function logicStep(a: Step, b: Step, decides: boolean): Step {
  return (scope) => {
    scope.budget.spend(1);
    let failure: CelError | undefined;
    for (const side of [a, b]) {
      try {
        if (isTrue(side(scope)) === decides) return decides;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decides;
  };
}

function indexStep(target: Step, index: Step, optional: boolean): Step {
  return (scope) => {
    scope.budget.spend(1);
    const value = target(scope);
    const inner = value instanceof Optional ? value.value : value;
    const key = index(scope);
    const isOptional = optional || value instanceof Optional;
    const found = inner === undefined ? undefined : itemOf(inner, key);
    if (isOptional) return new Optional(found);
    if (found !== undefined) return found;
    throw new CelError(
      typeof key === 'string' ? `no such key: ${key}` : `index out of bounds: ${String(numeric(key))}`,
    );
  };
}

function itemOf(value: Value, key: Value): Value | undefined {
  if (typeof value === 'object' && value !== null && 'is' in value) {
    if (value.is === 'map') return value.get(key);
    if (value.is === 'object' && typeof key === 'string') return value.get(key);
    const index = numeric(key);
    if (value.is === 'list' && index !== undefined) {
      return index >= 0 && index < value.length ? value.at(Number(index)) : undefined;
    }
  }
  throw new CelError('no such overload');
}

type Pair = readonly [Value, Value | undefined];

/** What a macro walks: items of a list, or keys of a map; with two variables index and item, or key and value. */
function pairs(target: Value, isPair: boolean): Pair[] {
  if (typeof target === 'object' && target !== null && 'is' in target) {
    if (target.is === 'list') return itemsOf(target).map((item, i) => (isPair ? [BigInt(i), item] : [item, undefined]));
    if (target.is === 'map') return target.keys().map((key) => [key, isPair ? target.get(key) : undefined]);
    if (target.is === 'object') return target.fields().map((key) => [key, isPair ? target.get(key) : undefined]);
  }
  throw new CelError('no such overload');
}

function eachStep(node: Extract<Node, { is: 'each' }>, known: ReadonlySet<string>): Step {
  const target = prepare(node.target, known);
  const inner = new Set(known);
  for (const name of node.names) inner.add(name);
  const bodies = node.bodies.map((body) => prepare(body, inner));
  const [first, second] = bodies;
  const [one = '', two] = node.names;
  if (first === undefined) throw new Error('a macro has a body');
  const enter = (scope: Scope, [a, b]: Pair): Scope => {
    scope.budget.spend(1);
    return {
      names: two === undefined || b === undefined ? { [one]: a } : { [one]: a, [two]: b },
      outer: scope,
      budget: scope.budget,
    };
  };
  const walk = (scope: Scope) => pairs(target(scope), two !== undefined);
  const filtered = (scope: Scope) => {
    const result = second ?? first;
    const out: [Value, Value][] = [];
    for (const pair of walk(scope)) {
      const here = enter(scope, pair);
      if (second === undefined || isTrue(first(here))) out.push([pair[0], result(here)]);
    }
    return out;
  };
  switch (node.macro) {
    case 'all':
      return quantifier(walk, enter, first, false);
    case 'exists':
      return quantifier(walk, enter, first, true);
    case 'exists_one':
      return (scope) => walk(scope).filter((pair) => isTrue(first(enter(scope, pair)))).length === 1;
    case 'filter':
      return (scope) =>
        list(
          walk(scope)
            .filter((pair) => isTrue(first(enter(scope, pair))))
            .map(([value]) => value),
        );
    case 'map':
    case 'transformList':
      return (scope) => list(filtered(scope).map(([, value]) => value));
    case 'transformMap':
      return (scope) => map(filtered(scope));
    case 'transformMapEntry':
      return (scope) => map(filtered(scope).flatMap(([, entry]) => entriesOf(entry)));
    case 'optMap':
    case 'optFlatMap':
      return optionalStep(target, one, first, node.macro === 'optMap');
  }
}

function entriesOf(value: Value): [Value, Value][] {
  if (typeof value !== 'object' || value === null || !('is' in value) || value.is !== 'map')
    throw new CelError('no such overload');
  return value.keys().map((key) => [key, value.get(key) ?? null]);
}

function optionalStep(target: Step, name: string, body: Step, wrap: boolean): Step {
  return (scope) => {
    const value = target(scope);
    if (!(value instanceof Optional)) throw new CelError('no such overload');
    if (value.value === undefined) return value;
    const result = body({ names: { [name]: value.value }, outer: scope, budget: scope.budget });
    return wrap ? new Optional(result) : result;
  };
}

function quantifier(
  walk: (scope: Scope) => Pair[],
  enter: (scope: Scope, pair: Pair) => Scope,
  body: Step,
  decides: boolean,
): Step {
  return (scope) => {
    let failure: CelError | undefined;
    for (const pair of walk(scope)) {
      try {
        if (isTrue(body(enter(scope, pair))) === decides) return decides;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decides;
  };
}
