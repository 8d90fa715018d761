import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  parseDocument,
  Scalar,
  type ScalarTag,
  stringify,
} from 'yaml';
import { entriesOf } from '../values/access.ts';
import { jsonName } from '../values/json.ts';
import { numberText, parseNumber, type RegoNumber } from '../values/number.ts';
import { RegoObject } from '../values/object.ts';
import { isArray, isNumber, isObject, isSet, type Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError } from './builtin.ts';
import { formatFloat } from './float-format.ts';
import { builtin, stringOperand } from './operands.ts';

/** Levels inside one another. */
const maxDepth = 1_000;

function documentOf(text: string): Document {
  refuseBadStart(text);
  const document = parseDocument(text, {
    version: '1.2',
    merge: true,
    strict: true,
    uniqueKeys: true,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error !== undefined)
    throw new BuiltinError(`yaml: line ${error.linePos?.[0].line ?? 1}: ${wordsOf(error.message)}`);
  return document;
}

/** As libyaml: a tab cannot begin anything, not even an empty document, and directives need a document. */
function refuseBadStart(text: string): void {
  if (/^[ \r\n]*\t/.test(text)) throw new BuiltinError('yaml: line 1: found character that cannot start any token');
  if (text.startsWith('%') && !/^---/m.test(text))
    throw new BuiltinError('yaml: did not find expected <document start>');
}

/** As libyaml says the commonest, and its line stands in front. */
function wordsOf(message: string): string {
  const close = /^Flow (?:sequence|map) .*(?:must|should) end with a ([\]}])/.exec(message)?.[1];
  if (close !== undefined) return `did not find expected ',' or '${close}'`;
  return message.replace(/ at line \d+, column \d+:[\s\S]*$/, '');
}

/** Nodes as values. Each step of an alias counts: what is repeated over and over is too large. */
class Reader {
  readonly #document: Document;
  readonly #context: BuiltinContext;
  #size = 0;

  constructor(document: Document, context: BuiltinContext) {
    this.#document = document;
    this.#context = context;
  }

  read(node: unknown, depth = 0): Value {
    this.#size += 16;
    if ((this.#size & 0xffff) === 0) {
      this.#context.check();
      this.#context.reserve(this.#size);
    }
    if (depth > maxDepth) throw new BuiltinError(`yaml: more than ${maxDepth} levels inside one another`);
    if (isAlias(node)) {
      const named = node.resolve(this.#document);
      if (named === undefined) throw new BuiltinError(`yaml: unknown anchor '${node.source}' referenced`);
      return this.read(named, depth + 1);
    }
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    if (isMap(node)) return this.#readMap(node.items, depth);
    return isScalar(node) ? scalar(node.value, node.source) : null;
  }

  #readMap(items: readonly unknown[], depth: number): Value {
    const own: [Value, Value][] = [];
    const merged: [Value, Value][] = [];
    for (const item of items) {
      if (!isPair(item)) continue;
      const value = this.read(item.value, depth + 1);
      if (isScalar(item.key) && item.key.value === '<<' && item.key.type === 'PLAIN')
        merged.push(...entriesToMerge(value));
      else own.push([keyName(this.read(item.key, depth + 1)), value]);
    }
    return RegoObject.of([...merged, ...own]);
  }
}

/** An earlier map of a list wins. */
function entriesToMerge(value: Value): readonly [Value, Value][] {
  const maps = isArray(value) ? value.toReversed() : [value];
  return maps.flatMap((one) =>
    isObject(one) ? [...entriesOf(one)].map(([key, inner]): [Value, Value] => [key, inner]) : [],
  );
}

const keyName = (key: Value): string => (typeof key === 'string' ? key : jsonName(key));

function scalar(value: unknown, source: string | undefined): Value {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return unsupported(source);
    // Integers of 64 bits are exact, everything else is a floating-point number to Go.
    return /^-?\d{1,18}$/.test(source ?? '') ? (parseNumber(source ?? '') ?? value) : value;
  }
  if (typeof value === 'bigint') return parseNumber(value.toString()) ?? 0;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function unsupported(source: string | undefined): never {
  throw new BuiltinError(`json: unsupported value: ${source}`);
}

function unmarshal(text: string, context: BuiltinContext): Value {
  const document = documentOf(text);
  return new Reader(document, context).read(document.contents);
}

function isValid(value: Value | undefined, context: BuiltinContext): boolean {
  if (typeof value !== 'string') return false;
  try {
    refuseBadStart(value);
    const all = parseAllDocuments(value, { version: '1.2', merge: true, logLevel: 'silent' });
    if (!Array.isArray(all)) return true;
    if (all.some(({ errors }) => errors.length > 0)) return false;
    const [first] = all;
    if (first !== undefined) new Reader(first, context).read(first.contents);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError || error instanceof ReferenceError) return false;
    throw error;
  }
}

/** Data that the writer of YAML takes. */
function plain(value: Value): unknown {
  if (isNumber(value)) return plainNumber(value);
  if (isArray(value)) return value.map(plain);
  if (isSet(value)) return value.sorted.map(plain);
  if (isObject(value))
    return new Map([...entriesOf(value)].map(([key, inner]) => [plainText(jsonName(key)), plain(inner)]));
  return typeof value === 'string' ? plainText(value) : value;
}

/** What would be read as something else than a text. Go's writer is careful about the words of YAML 1.1 too. */
const otherThings =
  /^(?:~|null|true|false|y|n|yes|no|on|off|[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[-+]?\d+)?|0x[\da-f_]+|0o?[0-7_]+|0b[01_]+|[-+]?\.(?:inf)|\.nan|\d{4}-\d{1,2}-\d{1,2}.*)$/i;

/** Texts that look like something else stand in double quotes, others that cannot stand bare in single ones. */
function plainText(text: string): unknown {
  const isTabbed = text.includes('\t') && !text.includes('\n');
  if (text !== '' && !isTabbed && !otherThings.test(text) && !/[\ud800-\udfff]/.test(text)) return text;
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** A number that Go writes as a floating-point number. */
class GoFloat {
  readonly text: string;

  constructor(value: number) {
    this.text = formatFloat(value, 'g', undefined, 6);
  }
}

const goFloat: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value) => value instanceof GoFloat,
  resolve: (text) => text,
  stringify: ({ value }) => (value instanceof GoFloat ? value.text : String(value)),
};

/** Integers of 64 bits, with a sign or without, are exact; everything else is a floating-point number to Go. */
function plainNumber(value: RegoNumber): bigint | GoFloat {
  const text = numberText(value);
  if (!/^-?\d+$/.test(text)) return new GoFloat(Number(text));
  const integer = BigInt(text);
  const isExact = BigInt.asUintN(64, integer) === integer || BigInt.asIntN(64, integer) === integer;
  return isExact ? integer : new GoFloat(Number(text));
}

/** YAML 1.2. Comments and tags are passed over. */
export const builtins = [
  builtin('yaml.marshal', ([value = null]) => {
    const text = stringify(plain(value), {
      indent: 2,
      lineWidth: 0,
      aliasDuplicateObjects: false,
      version: '1.2',
      customTags: (tags) => [goFloat, ...tags],
      singleQuote: true,
    });
    // As Go writes them; texts with such letters stand in double quotes.
    return text.replace(/[\u{10000}-\u{10ffff}]/gu, (letter) => {
      const point = letter.codePointAt(0) ?? 0;
      return `\\U${point.toString(16).toUpperCase().padStart(8, '0')}`;
    });
  }),
  builtin('yaml.unmarshal', (args, context) => unmarshal(stringOperand(args, 1), context)),
  builtin('yaml.is_valid', ([value], context) => isValid(value, context)),
];
