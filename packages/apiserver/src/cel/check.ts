import { compilePattern } from '../schema/schema.ts';
import { isFunction, overloadsOf } from './library.ts';
import { CelSyntaxError, type Node } from './syntax.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import {
  assignable,
  type Bindings,
  isDyn,
  listOf,
  mapOf,
  optionalOf,
  substitute,
  type Type,
  types,
  typeText,
} from './types.ts';

/** Names and their types. */
export type TypeScope = ReadonlyMap<string, Type>;

type Each = Extract<Node, { is: 'each' }>;

/** The type of an expression. Throws CelSyntaxError where the types do not fit, as the API server refuses such a rule. */
export function typeCheck(node: Node, scope: TypeScope): Type {
  switch (node.is) {
    case 'literal':
      return literalType(node.value);
    case 'ident':
      return identType(node.name, node.at, scope);
    case 'select':
      return selectType(node, scope);
    case 'list':
      return listOf(
        joined(
          node.items.map((item, i) => unwrapped(typeCheck(item, scope), node.optional.has(i))),
          node.items,
        ),
      );
    case 'map': {
      const keys = node.entries.map(([key]) => key);
      const values = node.entries.map(([, value]) => value);
      const valueTypes = values.map((value, i) => unwrapped(typeCheck(value, scope), node.optional.has(i)));
      return mapOf(
        joined(
          keys.map((key) => typeCheck(key, scope)),
          keys,
        ),
        joined(valueTypes, values),
      );
    }
    case 'each':
      return eachType(node, scope);
    case 'call':
      return callType(node, scope);
  }
}

function literalType(value: Extract<Node, { is: 'literal' }>['value']): Type {
  if (value === null) return types.null;
  if (typeof value === 'bigint') return types.int;
  if (typeof value === 'number') return types.double;
  if (typeof value === 'string') return types.string;
  if (typeof value === 'boolean') return types.bool;
  return value instanceof Uint8Array ? types.bytes : types.uint;
}

const typeNames: ReadonlySet<string> = new Set([
  'int',
  'uint',
  'double',
  'string',
  'bool',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
]);

function identType(name: string, at: number, scope: TypeScope): Type {
  const type = scope.get(name);
  if (type !== undefined) return type;
  if (typeNames.has(name)) return types.type;
  throw new CelSyntaxError(`undeclared reference to '${name}' (in container '')`, at);
}

function unwrapped(type: Type, isOptional: boolean): Type {
  return isOptional && type.t === 'optional' ? type.of : type;
}

/** The common type of items: they must agree. */
function joined(all: readonly Type[], nodes: readonly Node[]): Type {
  let result: Type | undefined;
  for (const [index, type] of all.entries()) {
    if (result === undefined || isDyn(result)) {
      result = result ?? type;
      continue;
    }
    if (assignable(type, result, new Map())) continue;
    if (!assignable(result, type, new Map())) {
      throw new CelSyntaxError(
        `expected type '${typeText(result)}' but found '${typeText(type)}'`,
        nodes[index]?.at ?? 0,
      );
    }
    result = type;
  }
  return result ?? types.dyn;
}

function selectType(node: Extract<Node, { is: 'select' }>, scope: TypeScope): Type {
  const target = typeCheck(node.target, scope);
  const inner = target.t === 'optional' ? target.of : target;
  const field = fieldType(inner, node.field, node.at);
  if (node.form === 'test') return types.bool;
  return node.form === 'optional' || target.t === 'optional' ? optionalOf(field) : field;
}

function fieldType(target: Type, field: string, at: number): Type {
  if (isDyn(target)) return types.dyn;
  if (target.t === 'map') return target.value;
  if (target.t === 'object') {
    const type = target.fields.get(field);
    if (type === undefined) throw new CelSyntaxError(`undefined field '${field}'`, at);
    return type;
  }
  throw new CelSyntaxError(`type '${typeText(target)}' does not support field selection`, at);
}

/** What the variables of a macro hold. */
function variableTypes(node: Each, target: Type): Type[] {
  const isPair = node.names.length === 2;
  if (isDyn(target)) return [types.dyn, types.dyn];
  if (target.t === 'list') return isPair ? [types.int, target.of] : [target.of];
  if (target.t === 'map') return isPair ? [target.key, target.value] : [target.key];
  throw new CelSyntaxError(
    `expression of type '${typeText(target)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    node.target.at,
  );
}

function eachType(node: Each, scope: TypeScope): Type {
  const target = typeCheck(node.target, scope);
  const inner = new Map(scope);
  if (node.macro === 'optMap' || node.macro === 'optFlatMap') {
    const of = target.t === 'optional' ? target.of : types.dyn;
    if (target.t !== 'optional' && !isDyn(target)) throw noOverload(node.macro, [target], node.at);
    inner.set(node.names[0] ?? '', of);
    const result = bodyType(node, 0, inner);
    return node.macro === 'optMap' ? optionalOf(result) : result;
  }
  const variables = variableTypes(node, target);
  for (const [index, name] of node.names.entries()) inner.set(name, variables[index] ?? types.dyn);
  const last = node.bodies.length - 1;
  // With two bodies the first is a filter.
  if (last === 1) requireBool(bodyType(node, 0, inner), node.bodies[0]);
  const result = bodyType(node, last, inner);
  switch (node.macro) {
    case 'map':
    case 'transformList':
      return listOf(result);
    case 'transformMap':
      return mapOf(target.t === 'map' ? target.key : types.int, result);
    case 'transformMapEntry':
      return result;
    case 'filter':
      requireBool(result, node.bodies[last]);
      return listOf(variables[0] ?? types.dyn);
    default:
      requireBool(result, node.bodies[last]);
      return types.bool;
  }
}

function bodyType(node: Each, index: number, scope: TypeScope): Type {
  const body = node.bodies[index];
  return body === undefined ? types.dyn : typeCheck(body, scope);
}

function requireBool(type: Type, node: Node | undefined): void {
  if (!assignable(type, types.bool, new Map())) {
    throw new CelSyntaxError(`expected type 'bool' but found '${typeText(type)}'`, node?.at ?? 0);
  }
}

function noOverload(name: string, args: readonly Type[], at: number): CelSyntaxError {
  return new CelSyntaxError(
    `found no matching overload for '${name}' applied to '(${args.map(typeText).join(', ')})'`,
    at,
  );
}

/** `ip.isCanonical` and the like: a dotted function, when no variable has the first name. */
export function dottedName(
  node: Extract<Node, { is: 'call' }>,
  isVariable: (name: string) => boolean,
): string | undefined {
  if (node.target?.is !== 'ident' || isVariable(node.target.name)) return undefined;
  const name = `${node.target.name}.${node.name}`;
  return isFunction(name) ? name : undefined;
}

function callType(node: Extract<Node, { is: 'call' }>, scope: TypeScope): Type {
  const { name, at } = node;
  const dotted = dottedName(node, (n) => scope.has(n));
  const isMethod = node.target !== undefined && dotted === undefined;
  const nodes = isMethod && node.target !== undefined ? [node.target, ...node.args] : node.args;
  const args = nodes.map((arg) => typeCheck(arg, scope));
  if (name === '_&&_' || name === '_||_') {
    for (const [index, type] of args.entries())
      if (!assignable(type, types.bool, new Map())) {
        throw new CelSyntaxError(`expected type 'bool' but found '${typeText(type)}'`, nodes[index]?.at ?? at);
      }
    return types.bool;
  }
  const [first = types.dyn, second = types.dyn, third = types.dyn] = args;
  if (name === '_?_:_') {
    const bindings: Bindings = new Map();
    const agrees =
      assignable(first, types.bool, new Map()) &&
      assignable(second, { t: 'param', name: 'A' }, bindings) &&
      assignable(third, { t: 'param', name: 'A' }, bindings);
    if (!agrees) throw noOverload(name, args, at);
    return isDyn(second) || isDyn(third) ? types.dyn : (bindings.get('A') ?? types.dyn);
  }
  if (name === '_[_]' || name === '_[?_]') return indexType(name, first, second, at);
  checkLiteral(dotted ?? name, nodes);
  return overloadType(dotted ?? name, isMethod, args, at);
}

// Literal arguments that can be judged before any value is seen.
const literalChecks: Readonly<Record<string, { readonly position: number; test(text: string): unknown }>> = {
  matches: { position: 1, test: compilePattern },
  duration: { position: 0, test: parseDuration },
  timestamp: { position: 0, test: parseTimestamp },
};

function checkLiteral(name: string, nodes: readonly Node[]): void {
  const check = Object.hasOwn(literalChecks, name) ? literalChecks[name] : undefined;
  const argument = check && nodes[check.position];
  if (check === undefined || argument?.is !== 'literal' || typeof argument.value !== 'string') return;
  try {
    check.test(argument.value);
  } catch {
    throw new CelSyntaxError(`invalid ${name} argument`, argument.at);
  }
}

function indexType(name: string, target: Type, index: Type, at: number): Type {
  const inner = target.t === 'optional' ? target.of : target;
  const wrap = (type: Type) => (name === '_[?_]' || target.t === 'optional' ? optionalOf(type) : type);
  if (isDyn(inner)) return wrap(types.dyn);
  if (inner.t === 'list' && assignable(index, types.int, new Map())) return wrap(inner.of);
  if (inner.t === 'map' && assignable(index, inner.key, new Map())) return wrap(inner.value);
  throw noOverload(name, [target, index], at);
}

function overloadType(name: string, isMethod: boolean, args: readonly Type[], at: number): Type {
  const overloads = overloadsOf(name, isMethod);
  if (overloads.length === 0) {
    if (!isFunction(name)) throw new CelSyntaxError(`undeclared reference to '${name}' (in container '')`, at);
    throw noOverload(name, args, at);
  }
  const results: Type[] = [];
  for (const overload of overloads) {
    if (overload.args.length !== args.length) continue;
    const bindings: Bindings = new Map();
    const fits = args.every((arg, i) => assignable(arg, overload.args[i] ?? types.dyn, bindings));
    if (fits) results.push(substitute(overload.result, bindings));
  }
  const [only] = results;
  if (only === undefined) throw noOverload(name, args, at);
  return results.every((type) => typeText(type) === typeText(only)) ? only : types.dyn;
}
