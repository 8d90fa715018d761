import type { RegoNumber } from '../../values/number.ts';
import { compareNumbers, toInt64 } from '../../values/number.ts';
import { isNumber, type JsonObject, type Value } from '../../values/value.ts';
import { type BuiltinContext, BuiltinError } from '../builtin.ts';
import { compilePattern } from '../regexes.ts';
import { comparableText, isPlainObject } from './plain.ts';
import { resolveReference, SchemaReferences } from './references.ts';
import { type Draft, draftOf, emptySchema, type NumberRange, type Schema, type SizeRange } from './schema.ts';

const types = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string'];

const problem = (words: string): BuiltinError => new BuiltinError(words);
const invalidType = (expected: string, given: string): BuiltinError =>
  problem(`Invalid type. Expected: ${expected}, given: ${given}`);

const isSchema = (value: Value): value is boolean | JsonObject => typeof value === 'boolean' || isPlainObject(value);

/** Nesting above which a schema is refused. */
const maxDepth = 500;

/** Where a schema stands. */
interface Place {
  readonly draft: Draft;
  /** The address references in it start from. */
  readonly base: string;
  readonly depth: number;
}

/** Reads a schema as OPA 1.22 does (drafts 4, 6 and 7). Throws `BuiltinError` with OPA's words. */
export function readSchema(document: Value, context: Pick<BuiltinContext, 'cache'>): Schema {
  if (!isSchema(document)) throw problem('schema is invalid');
  const named = isPlainObject(document) && Object.hasOwn(document, '$schema') ? document.$schema : undefined;
  if (named !== undefined && typeof named !== 'string') throw problem('$schema must be of type string');
  const draft = (named === undefined ? undefined : draftOf(named)) ?? 'hybrid';
  return new SchemaReader(new SchemaReferences(document), context).read(document, { draft, base: '', depth: 0 });
}

class SchemaReader {
  readonly #references: SchemaReferences;
  readonly #context: Pick<BuiltinContext, 'cache'>;
  /** Schemas by address, so that one that refers to itself is read once. */
  readonly #read = new Map<string, Schema>();

  constructor(references: SchemaReferences, context: Pick<BuiltinContext, 'cache'>) {
    this.#references = references;
    this.#context = context;
  }

  read(document: Value, outer: Place, schema = emptySchema()): Schema {
    if (outer.depth > maxDepth) throw problem(`schema is nested more than ${maxDepth} deep`);
    if (typeof document === 'boolean' && outer.draft !== 'draft4') {
      schema.always = document;
      return schema;
    }
    if (!isPlainObject(document)) throw problem('Expected: Valid Schema, given: Invalid JSON');
    const keywords = new Keywords(document);
    const place = { ...outer, base: this.#baseOf(keywords, outer), depth: outer.depth + 1 };
    this.#readDefinitions(keywords, place);
    keywords.text('title');
    keywords.text('description');
    const reference = keywords.text('$ref');
    if (reference !== undefined) schema.reference = this.#refer(resolveReference(place.base, reference), place);
    else this.#readKeywords(keywords, place, schema);
    return schema;
  }

  #baseOf(keywords: Keywords, { draft, base }: Place): string {
    const isOld = draft === 'draft4' || (draft === 'hybrid' && keywords.get('id') !== undefined);
    const id = keywords.text(isOld ? 'id' : '$id');
    return id === undefined ? base : resolveReference(base, id);
  }

  #refer(address: string, place: Place): Schema {
    const known = this.#read.get(address);
    if (known !== undefined) return known;
    const schema = emptySchema();
    this.#read.set(address, schema);
    const document = this.#references.find(address);
    if (!isSchema(document)) throw problem('Valid Schema must be of type object');
    return this.read(document, { ...place, base: address }, schema);
  }

  #readDefinitions(keywords: Keywords, place: Place): void {
    const definitions = keywords.get('definitions');
    if (definitions === undefined) return;
    if (!isPlainObject(definitions)) throw invalidType('Array Of Schemas', 'definitions');
    for (const definition of Object.values(definitions)) {
      if (!isSchema(definition)) throw invalidType('Array Of Schemas', 'definitions');
      this.read(definition, place);
    }
  }

  #readKeywords(keywords: Keywords, place: Place, schema: Schema): void {
    const isSix = place.draft !== 'draft4';
    readTypes(keywords, schema);
    this.#readProperties(keywords, place, schema);
    this.#readDependencies(keywords, place, schema);
    this.#readItems(keywords, place, schema);
    readNumberRange(keywords, place.draft, schema.number);
    schema.length = keywords.range('minLength', 'maxLength', 'minLength cannot be greater than maxLength');
    this.#readPattern(keywords, schema);
    const format = keywords.text('format');
    if (format !== undefined) schema.format = format;
    const properties = ['minProperties', 'maxProperties'] as const;
    schema.propertyCount = keywords.range(...properties, 'minProperties cannot be greater than maxProperties');
    readRequired(keywords, schema);
    schema.itemCount = keywords.range('minItems', 'maxItems');
    const unique = keywords.get('uniqueItems') ?? false;
    if (typeof unique !== 'boolean') throw problem('uniqueItems must be of a boolean');
    schema.uniqueItems = unique;
    const contains = isSix ? keywords.get('contains') : undefined;
    if (contains !== undefined) schema.contains = this.read(contains, place);
    const constant = isSix ? keywords.get('const') : undefined;
    if (constant !== undefined) schema.constant = comparableText(constant);
    readEnumeration(keywords, schema);
    this.#readCombinations(keywords, place, schema);
  }

  #readProperties(keywords: Keywords, place: Place, schema: Schema): void {
    const properties = keywords.get('properties');
    if (properties !== undefined) {
      if (!isPlainObject(properties)) throw problem('Properties must be of type object');
      for (const [name, inner] of Object.entries(properties)) schema.properties.push([name, this.read(inner, place)]);
    }
    const additional = this.#schemaOrFlag(keywords, 'additionalProperties', place);
    if (additional !== undefined) schema.additionalProperties = additional;
    const patterns = keywords.get('patternProperties') ?? {};
    if (!isPlainObject(patterns)) throw invalidType('Valid Schema', 'patternProperties');
    for (const [pattern, inner] of Object.entries(patterns)) {
      const compiled = this.#compile(pattern, `Invalid regex pattern '${pattern}'`);
      schema.patternProperties.push([compiled, this.read(inner, place)]);
    }
    const names = place.draft === 'draft4' ? undefined : keywords.get('propertyNames');
    if (names === undefined) return;
    if (!isSchema(names)) throw invalidType('Valid Schema', 'patternProperties');
    schema.propertyNames = this.read(names, place);
  }

  #compile(pattern: string, words: string) {
    try {
      return compilePattern(pattern, this.#context);
    } catch {
      throw problem(words);
    }
  }

  #schemaOrFlag(keywords: Keywords, name: string, place: Place): boolean | Schema | undefined {
    const value = keywords.get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (!isPlainObject(value)) throw invalidType('boolean/Valid Schema', name);
    return this.read(value, place);
  }

  #readDependencies(keywords: Keywords, place: Place, schema: Schema): void {
    const dependencies = keywords.get('dependencies') ?? {};
    if (!isPlainObject(dependencies)) throw problem('dependencies must be of type object');
    const wrong = problem('Dependency must be of type Schema Or Array Of Strings');
    for (const [name, wanted] of Object.entries(dependencies)) {
      if (isSchema(wanted)) schema.dependencies.set(name, this.read(wanted, place));
      else if (Array.isArray(wanted) && wanted.every((one) => typeof one === 'string')) {
        schema.dependencies.set(name, wanted);
      } else throw wrong;
    }
  }

  #readItems(keywords: Keywords, place: Place, schema: Schema): void {
    const items = keywords.get('items');
    if (items !== undefined) {
      schema.hasOneItemSchema = !Array.isArray(items);
      for (const item of Array.isArray(items) ? (items as readonly Value[]) : [items]) {
        if (!isSchema(item)) throw invalidType('Valid Schema/Array Of Schemas', 'items');
        schema.items.push(this.read(item, place));
      }
    }
    const additional = this.#schemaOrFlag(keywords, 'additionalItems', place);
    if (additional !== undefined) schema.additionalItems = additional;
  }

  #readPattern(keywords: Keywords, schema: Schema): void {
    const text = keywords.text('pattern');
    if (text === undefined) return;
    schema.pattern = { text, compiled: this.#compile(text, 'pattern must be a valid regex') };
  }

  #readCombinations(keywords: Keywords, place: Place, schema: Schema): void {
    const all = (name: string): Schema[] => keywords.list(name)?.map((one) => this.read(one, place)) ?? [];
    schema.oneOf = all('oneOf');
    schema.anyOf = all('anyOf');
    schema.allOf = all('allOf');
    const hasConditions = place.draft === 'draft7' || place.draft === 'hybrid';
    for (const name of ['not', 'if', 'then', 'else'] as const) {
      const inner = name === 'not' || hasConditions ? keywords.get(name) : undefined;
      if (inner === undefined) continue;
      if (!isSchema(inner)) throw problem(`${name} must be of an object`);
      schema[name] = this.read(inner, place);
    }
  }
}

/** The keywords of a schema, each checked as it is read. */
class Keywords {
  readonly #of: JsonObject;

  constructor(document: JsonObject) {
    this.#of = document;
  }

  get(name: string): Value | undefined {
    return Object.hasOwn(this.#of, name) ? this.#of[name] : undefined;
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    if (value !== undefined && typeof value !== 'string') throw invalidType('string', name);
    return value;
  }

  list(name: string): readonly Value[] | undefined {
    const value = this.get(name);
    if (value === undefined || Array.isArray(value)) return value as readonly Value[] | undefined;
    throw problem(`${name} must be of an array`);
  }

  #count(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const count = isNumber(value) ? toInt64(value) : undefined;
    if (count === undefined) throw problem(`${name} must be of an integer`);
    if (count < 0n) throw problem(`${name} must be greater than or equal to 0`);
    return Number(count);
  }

  /** Two limits of a count; `words` is what is wrong with a lower one above the upper one, where that is looked at. */
  range(low: string, high: string, words?: string): SizeRange {
    const [least, most] = [this.#count(low), this.#count(high)];
    if (words !== undefined && least !== undefined && most !== undefined && least > most) throw problem(words);
    return { ...(least !== undefined && { least }), ...(most !== undefined && { most }) };
  }
}

function readTypes(keywords: Keywords, schema: Schema): void {
  const written = keywords.get('type');
  if (written === undefined) return;
  for (const type of Array.isArray(written) ? (written as readonly Value[]) : [written]) {
    if (typeof type !== 'string') throw invalidType('type', 'string/Array Of Strings');
    if (!types.includes(type)) {
      const valid = types.join(' ');
      throw problem(`has a primitive type that is NOT VALID -- given: /${type}/ Expected valid values are:[${valid}]`);
    }
    if (schema.types.includes(type)) throw problem(`${type} type is duplicated`);
    schema.types.push(type);
  }
}

function readNumberRange(keywords: Keywords, draft: Draft, range: NumberRange): void {
  const multiple = keywords.get('multipleOf');
  if (multiple !== undefined) {
    if (!isNumber(multiple)) throw invalidType('Number', 'multipleOf');
    if (compareNumbers(multiple, 0) <= 0) throw problem('multipleOf must be strictly greater than 0');
    range.multipleOf = multiple;
  }
  readBound(keywords, draft, range, 'minimum', 'exclusiveMinimum');
  readBound(keywords, draft, range, 'maximum', 'exclusiveMaximum');
}

type Bound = Exclude<keyof NumberRange, 'multipleOf'>;

/** A limit and its exclusive form, which is a flag up to draft 4 and a number of its own from draft 6. */
function readBound(keywords: Keywords, draft: Draft, range: NumberRange, name: Bound, exclusive: Bound): void {
  const bound = keywords.get(name);
  if (bound !== undefined) {
    if (!isNumber(bound)) throw problem(`${name} must be of a Number`);
    range[name] = bound;
  }
  const value = keywords.get(exclusive);
  if (value === undefined) return;
  const [takesFlag, takesNumber] = [draft === 'draft4' || draft === 'hybrid', draft !== 'draft4'];
  if (takesNumber && isNumber(value)) range[exclusive] = value;
  else if (takesFlag && typeof value === 'boolean') {
    if (bound === undefined) throw problem(`${exclusive} cannot be used without ${name}`);
    if (!value) return;
    range[exclusive] = bound as RegoNumber; // looked at above
    delete range[name];
  } else throw invalidType([takesFlag && 'boolean', takesNumber && 'number'].filter(Boolean).join('/'), exclusive);
}

function readRequired(keywords: Keywords, schema: Schema): void {
  for (const name of keywords.list('required') ?? []) {
    if (typeof name !== 'string') throw invalidType('string', 'required');
    if (schema.required.includes(name)) throw problem('required items must be unique');
    schema.required.push(name);
  }
}

function readEnumeration(keywords: Keywords, schema: Schema): void {
  const written = keywords.list('enum');
  if (written === undefined) return;
  const texts = written.map(comparableText);
  if (new Set(texts).size < texts.length) throw problem('enum items must be unique');
  schema.enumeration = texts;
}
