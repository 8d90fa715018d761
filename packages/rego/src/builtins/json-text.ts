import { entriesOf } from '../values/access.ts';
import { jsonName, jsonText, parseJson } from '../values/json.ts';
import { valueText } from '../values/text.ts';
import { isArray, isObject, isSet, type Value } from '../values/value.ts';
import { BuiltinError } from './builtin.ts';
import { builtin, objectOperand, operandProblem, stringOperand } from './operands.ts';

interface Layout {
  readonly isPretty: boolean;
  readonly prefix: string;
  readonly indent: string;
}

function layoutOf(args: readonly Value[]): Layout {
  let isPretty: boolean | undefined;
  let prefix: string | undefined;
  let indent: string | undefined;
  for (const [key, value] of entriesOf(objectOperand(args, 2))) {
    if (key === 'pretty') {
      if (typeof value !== 'boolean') throw operandProblem(2, 'key pretty failed cast to bool');
      isPretty = value;
    } else if (key === 'prefix' || key === 'indent') {
      if (typeof value !== 'string') throw operandProblem(2, `key ${key} failed cast to string`);
      if (key === 'prefix') prefix = value;
      else indent = value;
    } else throw operandProblem(2, `object contained unknown key ${valueText(key)}`);
  }
  isPretty ??= prefix !== undefined || indent !== undefined;
  return { isPretty, prefix: prefix ?? '', indent: indent ?? '\t' };
}

/** As Go's `json.MarshalIndent`; it puts no prefix before the first line. */
function prettyText(value: Value, { prefix, indent }: Layout, depth = 0): string {
  const line = `\n${prefix}${indent.repeat(depth + 1)}`;
  const end = `\n${prefix}${indent.repeat(depth)}`;
  if (isArray(value) || isSet(value)) {
    const items = isArray(value) ? value : value.sorted;
    if (items.length === 0) return '[]';
    const inner = items.map((item) => `${line}${prettyText(item, { isPretty: true, prefix, indent }, depth + 1)}`);
    return `[${inner.join(',')}${end}]`;
  }
  if (!isObject(value)) return jsonText(value, true);
  const inner = [...entriesOf(value)].map(
    ([key, one]) =>
      `${line}${jsonText(jsonName(key), true)}: ${prettyText(one, { isPretty: true, prefix, indent }, depth + 1)}`,
  );
  return inner.length === 0 ? '{}' : `{${inner.join(',')}${end}}`;
}

/** Digits of an exponent that OPA computes with: 2 to the power of 100 000. */
const largestExponent = 30_103;

/** Numbers with exponents, looked for outside of strings. */
const exponents = /"(?:[^"\\]|\\.)*"|-?(\d+)(?:\.\d+)?[eE]([+-]?\d+)/g;

function checkExponents(text: string): void {
  if (!/[eE]/.test(text)) return;
  for (const [, digits, exponent] of text.matchAll(exponents)) {
    if (exponent !== undefined && Math.abs(Number(exponent) + (digits?.length ?? 0) - 1) > largestExponent)
      throw new BuiltinError('invalid number: number too big');
  }
}

function parse(text: string): Value {
  checkExponents(text);
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw new BuiltinError(error.message);
    throw error;
  }
}

/** JSON as text. */
export const builtins = [
  builtin('json.marshal', ([value = null]) => jsonText(value, true)),
  builtin('json.marshal_with_options', (args) => {
    const layout = layoutOf(args);
    const [value = null] = args;
    return layout.isPretty ? layout.prefix + prettyText(value, layout) : jsonText(value, true);
  }),
  builtin('json.unmarshal', (args) => parse(stringOperand(args, 1))),
  builtin('json.is_valid', ([value = null]) => {
    if (typeof value !== 'string') return false;
    try {
      JSON.parse(value);
      return true;
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }),
];
