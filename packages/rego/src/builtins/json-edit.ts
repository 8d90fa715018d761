import { entriesOf, getKey, sizeOf } from '../values/access.ts';
import { equalValues } from '../values/compare.ts';
import { RegoObject } from '../values/object.ts';
import { RegoSet } from '../values/set.ts';
import { valueText } from '../values/text.ts';
import { isArray, isNumber, isObject, isSet, typeName, type Value } from '../values/value.ts';
import { BuiltinError } from './builtin.ts';
import { arrayOperand, builtin, machineInteger, objectOperand, operandError, operandProblem } from './operands.ts';

type Path = readonly Value[];

/** A text by RFC 6901, whose slash in front may be missing, or an array of keys. */
function toPath(value: Value): Path {
  if (value === '') return [];
  if (typeof value === 'string')
    return value
      .replace(/^\/+/, '')
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (isArray(value)) return value;
  throw operandProblem(
    2,
    `must be one of {set, array} containing string paths or array of path segments but got ${typeName(value)}`,
  );
}

/** What paths select, as a tree; a leaf is null, and hides what lies below it. */
function selection(args: readonly Value[]): RegoObject {
  const [, list = null] = args;
  if (!isArray(list) && !isSet(list)) throw operandError(2, list, 'set', 'array');
  const root = new RegoObject();
  for (const path of (isArray(list) ? list : list.sorted).map(toPath)) select(root, path);
  return root;
}

function select(root: RegoObject, path: Path): void {
  let node = root;
  for (const [at, key] of path.entries()) {
    if (at === path.length - 1) {
      node.set(key, null);
      return;
    }
    const child = node.get(key);
    if (child === null) return;
    const next = child instanceof RegoObject ? child : new RegoObject();
    if (child === undefined) node.set(key, next);
    node = next;
  }
}

const selected = (selection: Value | undefined, key: Value): Value | undefined =>
  isObject(selection) ? getKey(selection, key) : undefined;

/** Undefined where the value itself goes. */
function remove(value: Value, what: Value | undefined): Value | undefined {
  if (what === null) return undefined;
  if (!isObject(what)) return value;
  return withMembers(value, (one, key) => remove(one, selected(what, key)));
}

/** Only what is selected; what is not there is passed over. */
function filter(value: Value, what: Value | undefined): Value | undefined {
  if (what === undefined) return undefined;
  if (!isObject(what) || (sizeOf(what) === 0 && !isObject(value))) return value;
  return withMembers(value, (one, key) => filter(one, selected(what, key)));
}

/** A collection with what `left` gives for each member under its key, an index being a text; without those it gives nothing for. */
function withMembers(value: Value, left: (one: Value, key: Value) => Value | undefined): Value {
  const kept = (one: Value, key: Value): readonly Value[] => {
    const found = left(one, key);
    return found === undefined ? [] : [found];
  };
  if (isArray(value)) return value.flatMap((one, at) => kept(one, String(at)));
  if (isSet(value)) return RegoSet.of(value.sorted.flatMap((one) => kept(one, one)));
  if (!isObject(value)) return value;
  return RegoObject.of(
    [...entriesOf(value)].flatMap(([key, one]) => kept(one, key).map((found) => [key, found] as const)),
  );
}

function indexOf(key: Value, length: number): number {
  if (isNumber(key)) {
    const index = machineInteger(key);
    if (index === undefined) throw new BuiltinError('invalid number type for indexing');
    return index;
  }
  if (typeof key !== 'string') throw new BuiltinError('invalid type for indexing');
  if (key === '-') return length;
  if (/^0\d/.test(key)) throw new BuiltinError('leading zeros are not allowed in JSON paths');
  if (!/^[+-]?\d{1,15}$/.test(key)) throw new BuiltinError('invalid string for indexing');
  return Number(key);
}

const missing = (key: Value, value: Value): BuiltinError =>
  new BuiltinError(`path ${valueText(key)} does not exist in ${typeName(value)} term ${valueText(value)}`);

function childOf(value: Value, key: Value): Value {
  let child: Value | undefined;
  if (isArray(value)) child = value[indexOf(key, value.length)];
  else if (isSet(value)) child = value.find(key);
  else if (isObject(value)) child = getKey(value, key);
  else throw new BuiltinError(`expected composite type for path ${valueText(key)}, found value: ${valueText(value)}`);
  if (child === undefined) throw missing(key, value);
  return child;
}

/** The same value with one child replaced, put in, or taken out. */
function withChild(value: Value, key: Value, child: Value | undefined, isNew: boolean): Value {
  if (isArray(value)) {
    const at = indexOf(key, value.length);
    if (at < 0 || at > value.length - (isNew ? 0 : 1))
      throw new BuiltinError(`index for array ${isNew ? 'insertion' : 'delete'} out of bounds`);
    return value.toSpliced(at, isNew ? 0 : 1, ...(child === undefined ? [] : [child]));
  }
  if (isSet(value)) {
    if (isNew && child !== undefined && !equalValues(key, child))
      throw new BuiltinError(`set key ${valueText(key)} does not equal value to be inserted ${valueText(child)}`);
    const others = value.sorted.filter((one) => !equalValues(one, key));
    return RegoSet.of(child === undefined ? others : [...others, child]);
  }
  if (!isObject(value)) throw new BuiltinError(`expected composite type, found value: ${valueText(value)}`);
  const entries = [...entriesOf(value)].filter(([name]) => !equalValues(name, key));
  return RegoObject.of(child === undefined ? entries : [...entries, [key, child]]);
}

function edit(value: Value, path: Path, child: Value | undefined, isNew: boolean): Value {
  const [key = null, ...rest] = path;
  if (rest.length > 0) return withChild(value, key, edit(childOf(value, key), rest, child, isNew), false);
  if (!isNew) childOf(value, key);
  return withChild(value, key, child, isNew);
}

const at = (value: Value, path: Path): Value => path.reduce<Value>(childOf, value);

function patchOnce(value: Value, operation: Value): Value {
  if (!isObject(operation))
    throw new BuiltinError('must be an array of JSON-Patch objects, but at least one element is not an object');
  const attribute = (name: string): Value => {
    const found = getKey(operation, name);
    if (found === undefined) throw new BuiltinError(`missing required attribute '${name}'`);
    return found;
  };
  const pathValue = attribute('path');
  const op = attribute('op');
  if (typeof op !== 'string') throw new BuiltinError(`attribute 'op' must be a string but found: ${typeName(op)}`);
  const path = toPath(pathValue);
  const insert = (into: Value, what: Value): Value => (path.length === 0 ? what : edit(into, path, what, true));
  const without = (gone: Path): Value => (gone.length === 0 ? null : edit(value, gone, undefined, false));
  switch (op) {
    case 'add':
      return insert(value, attribute('value'));
    case 'remove':
      return without(path);
    case 'replace': {
      const rest = without(path);
      return insert(rest, attribute('value'));
    }
    case 'move': {
      const from = toPath(attribute('from'));
      const chunk = at(value, from);
      return insert(without(from), chunk);
    }
    case 'copy':
      return insert(value, at(value, toPath(attribute('from'))));
    case 'test': {
      const [found, wanted] = [at(value, path), attribute('value')];
      if (equalValues(found, wanted)) return value;
      throw new BuiltinError(
        `value from EditTree != patch value.\n\nExpected: ${valueText(wanted)}\n\nFound: ${valueText(found)}`,
      );
    }
    default:
      throw new BuiltinError(`unrecognized op: '${op}'`);
  }
}

/** JSON cut, and JSON Patch (RFC 6902), which here knows sets too. */
export const builtins = [
  builtin('json.remove', (args) => {
    const object = objectOperand(args, 1);
    return remove(object, selection(args));
  }),
  builtin('json.filter', (args) => {
    const object = objectOperand(args, 1);
    return filter(object, selection(args));
  }),
  builtin('json.patch', (args) => {
    const [value = null] = args;
    return arrayOperand(args, 2).reduce<Value>(patchOnce, value);
  }),
];
