import { compareStrings } from '../values/key.ts';
import {
  type ArrayType,
  anyType,
  booleanType,
  type FunctionType,
  nullType,
  numberType,
  type ObjectType,
  type Property,
  stringType,
  type Type,
} from './type.ts';

/** A type, or nothing where none is known. */
export type Maybe = Type | undefined;

/** A constant as a key of a type. */
export type Constant = Property['key'];

const order: Readonly<Record<Type['kind'], number>> = {
  null: 0,
  boolean: 1,
  number: 2,
  string: 3,
  array: 4,
  object: 5,
  set: 6,
  any: 7,
  function: 8,
};

/** A total order of types; zero for the same type. */
export function compareTypes(a: Maybe, b: Maybe): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  if (a.kind !== b.kind) return order[a.kind] - order[b.kind];
  if (a.kind === 'array' && b.kind === 'array') {
    return compareRest(a.rest, b.rest) || compareLists(a.items, b.items);
  }
  if (a.kind === 'object' && b.kind === 'object') return compareObjects(a, b);
  if (a.kind === 'set' && b.kind === 'set') return compareTypes(a.of, b.of);
  if (a.kind === 'any' && b.kind === 'any') return compareLists(a.of, b.of);
  if (a.kind === 'function' && b.kind === 'function') return compareFunctions(a, b);
  return 0;
}

function compareRest(a: Maybe, b: Maybe): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return compareTypes(a, b);
}

function compareLists(a: readonly Maybe[], b: readonly Maybe[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const found = compareTypes(a[i], b[i]);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}

function compareObjects(a: ObjectType, b: ObjectType): number {
  const rest =
    (a.rest === undefined ? 0 : 1) - (b.rest === undefined ? 0 : 1) ||
    compareTypes(a.rest?.key, b.rest?.key) ||
    compareTypes(a.rest?.value, b.rest?.value);
  if (rest !== 0) return rest;
  for (let i = 0; i < Math.min(a.properties.length, b.properties.length); i++) {
    const [x, y] = [a.properties[i], b.properties[i]];
    const found = compareConstants(x?.key ?? null, y?.key ?? null) || compareTypes(x?.value, y?.value);
    if (found !== 0) return found;
  }
  return a.properties.length - b.properties.length;
}

function compareFunctions(a: FunctionType, b: FunctionType): number {
  return (
    a.args.length - b.args.length ||
    compareLists(
      a.args.map(({ type }) => type),
      b.args.map(({ type }) => type),
    ) ||
    compareTypes(a.result, b.result)
  );
}

/** The order of constants: by kind, then by value. */
export function compareConstants(a: Constant, b: Constant): number {
  if (a === b) return 0;
  const [x, y] = [order[typeOfConstant(a).kind], order[typeOfConstant(b).kind]];
  if (x !== y) return x - y;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  return Number(a) - Number(b);
}

/** The object type with its properties in order. */
export function objectType(properties: readonly Property[], rest: ObjectType['rest']): ObjectType {
  return { kind: 'object', properties: [...properties].sort((a, b) => compareConstants(a.key, b.key)), rest };
}

export function typeOfConstant(constant: Constant): Type {
  if (constant === null) return nullType;
  if (typeof constant === 'string') return stringType;
  return typeof constant === 'number' ? numberType : booleanType;
}

/** Whether `a` is `b` or has it among its alternatives. */
export function contains(a: Maybe, b: Maybe): boolean {
  if (a?.kind !== 'any') return compareTypes(a, b) === 0;
  if (b?.kind === 'function') return false;
  return a.of.length === 0 || a.of.some((one) => compareTypes(one, b) === 0);
}

/** The type of what is of one or the other. */
export function either(a: Maybe, b: Maybe): Maybe {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.kind === 'function' || b.kind === 'function') {
    if (a.kind !== 'function' || b.kind !== 'function') return undefined;
    return eitherFunction(a, b);
  }
  const alternatives: Type[] = [];
  for (const type of [a, b]) {
    if (type.kind !== 'any') alternatives.push(type);
    else if (type.of.length === 0) return anyType;
    else alternatives.push(...type.of);
  }
  alternatives.sort(compareTypes);
  const different = alternatives.filter((type, i) => i === 0 || compareTypes(alternatives[i - 1], type) !== 0);
  const [only] = different;
  return different.length === 1 && a.kind !== 'any' && b.kind !== 'any' ? only : { kind: 'any', of: different };
}

function eitherFunction(a: FunctionType, b: FunctionType): Maybe {
  if (a.args.length !== b.args.length) return undefined;
  const args = a.args.map(({ type }, i) => ({ name: undefined, type: either(type, b.args[i]?.type) }));
  return { kind: 'function', args, variadic: undefined, result: either(a.result, b.result) };
}

/** The type of a member of known key. */
export function select(type: Maybe, key: Constant): Maybe {
  switch (type?.kind) {
    case 'array':
      return typeof key === 'number' ? selectItem(type, key) : undefined;
    case 'object':
      return selectProperty(type, key);
    case 'set': {
      const wanted = typeOfConstant(key);
      if (compareTypes(type.of, wanted) === 0) return type.of;
      return type.of?.kind === 'any' && contains(type.of, wanted) ? wanted : undefined;
    }
    case 'any': {
      if (type.of.length === 0) return anyType;
      return type.of.reduce<Maybe>((all, one) => either(select(one, key), all), undefined);
    }
    default:
      return undefined;
  }
}

export function selectItem(type: ArrayType, index: number): Maybe {
  if (!Number.isInteger(index) || index < 0) return undefined;
  return index < type.items.length ? type.items[index] : type.rest;
}

export function selectProperty(type: ObjectType, key: Constant): Maybe {
  const known = type.properties.find((property) => property.key === key);
  if (known !== undefined) return known.value;
  return type.rest !== undefined && contains(type.rest.key, typeOfConstant(key)) ? type.rest.value : undefined;
}

/** The type of the keys of a collection; `undefined` for what has none. */
export function keysOfType(type: Maybe): Maybe {
  switch (type?.kind) {
    case 'array':
      return numberType;
    case 'object':
      return either(
        type.properties.reduce<Maybe>((all, { key }) => either(all, typeOfConstant(key)), undefined),
        type.rest?.key,
      );
    case 'set':
      return type.of;
    case 'any':
      if (type.of.length === 0) return anyType;
      return type.of.reduce<Maybe>((all, one) => either(keysOfType(one), all), undefined);
    default:
      return undefined;
  }
}

/** The type of the members of a collection; `undefined` for what has none. */
export function valuesOfType(type: Maybe): Maybe {
  switch (type?.kind) {
    case 'array':
      return either(
        type.items.reduce<Maybe>((all, item) => either(all, item), undefined),
        type.rest,
      );
    case 'object':
      return either(
        type.properties.reduce<Maybe>((all, { value }) => either(all, value), undefined),
        type.rest?.value,
      );
    case 'set':
      return type.of;
    case 'any':
      if (type.of.length === 0) return anyType;
      return type.of.reduce<Maybe>((all, one) => either(valuesOfType(one), all), undefined);
    default:
      return undefined;
  }
}

/** Whether a type has a part that is not known. */
export function isUnknown(type: Maybe): boolean {
  switch (type?.kind) {
    case undefined:
      return true;
    case 'function':
      return type.args.some((arg) => isUnknown(arg.type)) || isUnknown(type.result);
    case 'array':
      return type.items.some(isUnknown) || (type.rest !== undefined && isUnknown(type.rest));
    case 'object':
      return (
        type.properties.some(({ value }) => isUnknown(value)) ||
        (type.rest !== undefined && (isUnknown(type.rest.key) || isUnknown(type.rest.value)))
      );
    case 'set':
      return isUnknown(type.of);
    default:
      return false;
  }
}

/** Whether a value of both types can exist. */
export function unifies(a: Maybe, b: Maybe): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.kind === 'any' || b.kind === 'any') {
    return (a.kind === 'any' && anyUnifies(a.of, b)) || (b.kind === 'any' && anyUnifies(b.of, a));
  }
  if (a.kind === 'array' && b.kind === 'array') {
    return (
      itemsUnify(a, b) && itemsUnify(b, a) && (a.rest === undefined || b.rest === undefined || unifies(a.rest, b.rest))
    );
  }
  if (a.kind === 'object' && b.kind === 'object') {
    const rests = a.rest?.value === undefined || b.rest?.value === undefined || unifies(a.rest.value, b.rest.value);
    return propertiesUnify(a, b) && propertiesUnify(b, a) && rests;
  }
  if (a.kind === 'set' && b.kind === 'set') return a.of === undefined || b.of === undefined || unifies(a.of, b.of);
  if (a.kind === 'function' && b.kind === 'function') {
    return a.args.length === b.args.length && a.args.every(({ type }, i) => unifies(type, b.args[i]?.type));
  }
  return a.kind === b.kind;
}

function anyUnifies(alternatives: readonly Type[], type: Type): boolean {
  if (type.kind === 'function') return false;
  return alternatives.length === 0 || alternatives.some((one) => unifies(one, type));
}

function itemsUnify(a: ArrayType, b: ArrayType): boolean {
  return a.items.every((item, i) => unifies(item, selectItem(b, i)));
}

function propertiesUnify(a: ObjectType, b: ObjectType): boolean {
  return a.properties.every(({ key, value }) => {
    const other = selectProperty(b, key);
    if (other !== undefined) return unifies(value, other);
    return a.rest?.value !== undefined || b.rest?.value !== undefined;
  });
}

/** Whether a collection can hold nothing. */
export function isEmptyCollection(type: Maybe): boolean {
  switch (type?.kind) {
    case 'object':
      return type.properties.length === 0 && type.rest === undefined;
    case 'array':
      return type.items.length === 0 && type.rest === undefined;
    case 'set':
      return type.of === undefined;
    default:
      return false;
  }
}

/** The type of a document that several rules make. */
export function mergeTypes(a: Maybe, b: Maybe): Maybe {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.kind === 'object' && b.kind === 'object' && a.properties.length === 0 && b.properties.length === 0) {
    if (a.rest === undefined) return b;
    if (b.rest === undefined) return a;
    return objectType([], { key: either(a.rest.key, b.rest.key), value: mergeTypes(a.rest.value, b.rest.value) });
  }
  if (a.kind === 'set' && b.kind === 'set') return { kind: 'set', of: either(a.of, b.of) };
  if (a.kind === 'any' && b.kind !== 'any') return mergeTypes(b, a);
  return either(a, b);
}

/** The constants that are keys of a type, for messages. */
export function knownKeys(type: Maybe): Constant[] {
  if (type?.kind === 'object') return type.properties.map(({ key }) => key);
  if (type?.kind !== 'any') return [];
  return [...new Set(type.of.flatMap(knownKeys))].sort(compareConstants);
}
