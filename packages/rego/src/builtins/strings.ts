import { entriesOf } from '../values/access.ts';
import { bigFloatOf, truncateFloat } from '../values/big-float.ts';
import { numberText, toInteger } from '../values/number.ts';
import { isArray, isSet, type Value } from '../values/value.ts';
import { BuiltinError } from './builtin.ts';
import { lowerCase, upperCase } from './letter-case.ts';
import {
  arrayOperand,
  builtin,
  intOperand,
  numberOperand,
  objectOperand,
  operandError,
  operandProblem,
  stringOperand,
  stringsOperand,
} from './operands.ts';
import { formatGo } from './sprintf.ts';

// Text is plain when a UTF-16 unit is a code point.
function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}

function pointsBefore(text: string, index: number): number {
  return isPlain(text) ? index : Array.from(text.slice(0, index)).length;
}

function notEmpty(search: string): string {
  if (search === '') throw new BuiltinError('empty search character');
  return search;
}

function indexesOf(text: string, search: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + 1)) found.push(pointsBefore(text, at));
  return found;
}

function substring(text: string, start: number, length: number): string {
  if (start < 0) throw new BuiltinError('negative offset');
  if (isPlain(text)) return length < 0 ? text.slice(start) : text.slice(start, start + length);
  const points = Array.from(text);
  return points.slice(start, length < 0 ? undefined : start + length).join('');
}

function split(text: string, delimiter: string): string[] {
  return delimiter === '' ? Array.from(text) : text.split(delimiter);
}

/** A pattern that matches `text` and nothing else. Not RegExp.escape: Node 20 has none. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** `text` with every `old` replaced, in one pass; where several match at a place, the first of the list. */
function replaceAll(text: string, pairs: ReadonlyMap<string, string>): string {
  const patterns = [...pairs.keys()].filter((old) => old !== '').map(literal);
  const empty = pairs.get('');
  // An empty pattern matches before every letter, and at the end.
  const pattern = new RegExp(empty === undefined ? patterns.join('|') : [...patterns, '[^]'].join('|'), 'gu');
  if (patterns.length === 0 && empty === undefined) return text;
  const replaced = text.replace(pattern, (found) => (empty ?? '') + (pairs.get(found) ?? found));
  return replaced + (empty ?? '');
}

function cutset(text: string, set: string, left: boolean, right: boolean): string {
  const letters = new Set(set);
  const points = Array.from(text);
  let start = 0;
  let end = points.length;
  if (left) while (start < end && letters.has(points[start] ?? '')) start++;
  if (right) while (end > start && letters.has(points[end - 1] ?? '')) end--;
  return points.slice(start, end).join('');
}

/** White space as Go has it: U+FEFF is none, U+0085 is. */
function trimSpace(text: string): string {
  const space = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
  const start = new RegExp(`^${space}+`).exec(text)?.[0].length ?? 0;
  let end = text.length;
  const one = new RegExp(space);
  while (end > start && one.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

const affixKinds = ['string', 'set', 'array'];

function stringOrStrings(args: readonly Value[], position: number): readonly string[] {
  const value = args[position - 1] ?? null;
  if (typeof value === 'string') return [value];
  if (!isArray(value) && !isSet(value)) throw operandError(position, value, ...affixKinds);
  return stringsOperand(args, position);
}

function anyMatch(args: readonly Value[], matches: (text: string, affix: string) => boolean): boolean {
  const texts = stringOrStrings(args, 1);
  const affixes = stringOrStrings(args, 2);
  return texts.some((text) => affixes.some((affix) => matches(text, affix)));
}

const radixes: ReadonlyMap<string, number> = new Map([
  ['2', 2],
  ['8', 8],
  ['10', 10],
  ['16', 16],
]);

function formatInt(args: readonly Value[]): string {
  const value = numberOperand(args, 1);
  const radix = radixes.get(numberText(numberOperand(args, 2)));
  if (radix === undefined) throw operandProblem(2, 'must be one of {2, 8, 10, 16}');
  return (toInteger(value) ?? truncateFloat(bigFloatOf(value))).toString(radix);
}

function replacements(args: readonly Value[]): Map<string, string> {
  const pairs = new Map<string, string>();
  const object = objectOperand(args, 1);
  stringOperand(args, 2);
  for (const [key, value] of entriesOf(object)) {
    if (typeof key !== 'string') throw operandProblem(1, 'non-string key found in pattern object');
    if (typeof value !== 'string') throw operandProblem(1, 'non-string value found in pattern object');
    pairs.set(key, value);
  }
  return pairs;
}

function two(name: string, run: (a: string, b: string) => Value) {
  return builtin(name, (args) => run(stringOperand(args, 1), stringOperand(args, 2)));
}

function one(name: string, run: (text: string) => Value) {
  return builtin(name, (args) => run(stringOperand(args, 1)));
}

/** Functions of strings. Positions and lengths are in code points. */
export const builtins = [
  builtin('format_int', formatInt),
  builtin('concat', (args, context) => {
    const delimiter = stringOperand(args, 1);
    const strings = stringsOperand(args, 2, ['set', 'array']);
    context.reserve(strings.reduce((sum, text) => sum + text.length + delimiter.length, 0));
    return strings.join(delimiter);
  }),
  two('indexof', (text, search) => {
    const at = text.indexOf(notEmpty(search));
    return at < 0 ? -1 : pointsBefore(text, at);
  }),
  two('indexof_n', (text, search) => indexesOf(text, notEmpty(search))),
  builtin('substring', (args) => substring(stringOperand(args, 1), intOperand(args, 2), intOperand(args, 3))),
  two('contains', (text, search) => text.includes(search)),
  two('strings.count', (text, search) => (search === '' ? Array.from(text).length + 1 : text.split(search).length - 1)),
  two('startswith', (text, affix) => text.startsWith(affix)),
  two('endswith', (text, affix) => text.endsWith(affix)),
  one('upper', upperCase),
  one('lower', lowerCase),
  two('split', split),
  builtin('strings.split_n', (args) => {
    const parts = split(stringOperand(args, 1), stringOperand(args, 2));
    const count = intOperand(args, 3);
    return count < 0 ? parts.slice(count) : parts.slice(0, count);
  }),
  builtin('replace', (args, context) => {
    const text = stringOperand(args, 1);
    const [old, next] = [stringOperand(args, 2), stringOperand(args, 3)];
    if (next.length > old.length) context.reserve(text.length * (1 + next.length / Math.max(1, old.length)));
    return replaceAll(text, new Map([[old, next]]));
  }),
  builtin('strings.replace_n', (args, context) => {
    const pairs = replacements(args);
    const text = stringOperand(args, 2);
    const longest = Math.max(1, ...Array.from(pairs, ([old, next]) => next.length / Math.max(1, old.length)));
    context.reserve(text.length * longest);
    return replaceAll(text, pairs);
  }),
  two('trim', (text, set) => cutset(text, set, true, true)),
  two('trim_left', (text, set) => cutset(text, set, true, false)),
  two('trim_right', (text, set) => cutset(text, set, false, true)),
  two('trim_prefix', (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  two('trim_suffix', (text, suffix) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  one('trim_space', trimSpace),
  one('strings.reverse', (text) => Array.from(text).reverse().join('')),
  builtin('strings.any_prefix_match', (args) => anyMatch(args, (text, affix) => text.startsWith(affix))),
  builtin('strings.any_suffix_match', (args) => anyMatch(args, (text, affix) => text.endsWith(affix))),
  builtin('sprintf', (args, context) => formatGo(stringOperand(args, 1), arrayOperand(args, 2), context)),
];
