import { decimalOf, type RegoNumber } from '../../values/number.ts';
import { isArray, isNumber, type JsonObject, typeName, type Value } from '../../values/value.ts';
import { type BuiltinContext, BuiltinError } from '../builtin.ts';
import { isFormat } from './formats.ts';
import { checkNumber, checkSize } from './limits.ts';
import { comparableText, isPlainObject } from './plain.ts';
import type { Schema } from './schema.ts';

/** One way in which a document is not what its schema asks for. */
export interface Mismatch {
  /** OPA's name of the kind: `invalid_type`, `required`. */
  readonly type: string;
  /** Names and indices to the place, joined by dots; `(Root)` for the document itself. */
  readonly field: string;
  readonly description: string;
}

/** Mismatches, and how much did match: of several schemas that do not, the errors of the nearest one are told. */
class Findings {
  readonly all: Mismatch[] = [];
  score = 0;

  add(type: string, field: string, description: string): void {
    this.all.push({ type, field, description });
    this.score -= 2;
  }

  take(other: Findings): void {
    for (const one of other.all) this.all.push(one);
    this.score += other.score;
  }

  get isValid(): boolean {
    return this.all.length === 0;
  }
}

const root = '(Root)';
const inside = (field: string, name: string): string => (field === root ? name : `${field}.${name}`);

/** References to themselves and documents that are followed no further. */
const maxDepth = 1500;

/** Every mismatch, in the order of the schema's keywords as OPA 1.22 looks at them. Throws `BuiltinError` above 1 500 levels. */
export function matchSchema(document: Value, schema: Schema, context: BuiltinContext): readonly Mismatch[] {
  return new Matcher(context).match(schema, document, root).all;
}

class Matcher {
  readonly #context: BuiltinContext;
  #depth = 0;

  constructor(context: BuiltinContext) {
    this.#context = context;
  }

  match(schema: Schema, value: Value, field: string): Findings {
    const findings = new Findings();
    this.#look(schema, value, field, findings);
    return findings;
  }

  #look(schema: Schema, value: Value, field: string, findings: Findings): void {
    this.#context.check();
    if (this.#depth > maxDepth) throw new BuiltinError(`document or schema is nested more than ${maxDepth} deep`);
    this.#depth++;
    if (schema.always === false) findings.add('false', field, 'False always fails validation');
    else if (schema.reference !== undefined) this.#look(schema.reference, value, field, findings);
    else if (schema.always === undefined) this.#lookAtKeywords(schema, value, field, findings);
    this.#depth--;
  }

  #lookAtKeywords(schema: Schema, value: Value, field: string, findings: Findings): void {
    const given = typeOf(value);
    const { types } = schema;
    if (types.length > 0 && !types.includes(given) && !(given === 'integer' && types.includes('number'))) {
      const expected = types.length > 1 ? `[${types.join(',')}]` : types[0];
      findings.add('invalid_type', field, `Invalid type. Expected: ${expected}, given: ${given}`);
      return;
    }
    this.#lookAtCombinations(schema, value, field, findings);
    if (isNumber(value)) addAll(findings, field, checkNumber(schema.number, value));
    if (isArray(value)) this.#lookAtItems(schema, value, field, findings);
    if (isPlainObject(value)) this.#lookAtMembers(schema, value, field, findings);
    this.#lookAtValue(schema, value, field, findings);
    if (typeof value === 'string') this.#lookAtText(schema, value, field, findings);
    if (isPlainObject(value)) this.#lookAtProperties(schema, value, field, findings);
    findings.score++;
  }

  #lookAtCombinations(schema: Schema, value: Value, field: string, findings: Findings): void {
    this.#lookAtAnyOf(schema, value, field, findings);
    this.#lookAtOneOf(schema, value, field, findings);
    const all = schema.allOf.map((one) => this.match(one, value, field));
    for (const one of all) findings.take(one);
    if (!all.every(({ isValid }) => isValid)) {
      findings.add('number_all_of', field, 'Must validate all the schemas (allOf)');
    }
    if (schema.not !== undefined && this.match(schema.not, value, field).isValid) {
      findings.add('number_not', field, 'Must not validate the schema (not)');
    }
    if (isPlainObject(value)) this.#lookAtDependencies(schema, value, field, findings);
    this.#lookAtConditions(schema, value, field, findings);
    findings.score++;
  }

  #lookAtAnyOf(schema: Schema, value: Value, field: string, findings: Findings): void {
    if (schema.anyOf.length === 0) return;
    const seen: Findings[] = [];
    for (const one of schema.anyOf) {
      const found = this.match(one, value, field);
      if (found.isValid) return;
      seen.push(found);
    }
    findings.add('number_any_of', field, 'Must validate at least one schema (anyOf)');
    takeNearest(seen, findings);
  }

  #lookAtOneOf(schema: Schema, value: Value, field: string, findings: Findings): void {
    if (schema.oneOf.length === 0) return;
    const seen = schema.oneOf.map((one) => this.match(one, value, field));
    const valid = seen.filter(({ isValid }) => isValid).length;
    if (valid === 1) return;
    findings.add('number_one_of', field, 'Must validate one and only one schema (oneOf)');
    if (valid === 0) takeNearest(seen, findings);
  }

  #lookAtDependencies(schema: Schema, value: JsonObject, field: string, findings: Findings): void {
    for (const [name, wanted] of schema.dependencies) {
      if (!Object.hasOwn(value, name)) continue;
      if (!isNames(wanted)) this.#look(wanted, value, field, findings);
      else {
        for (const other of wanted) {
          if (!Object.hasOwn(value, other)) {
            findings.add('missing_dependency', field, `Has a dependency on ${other}`);
          }
        }
      }
    }
  }

  #lookAtConditions(schema: Schema, value: Value, field: string, findings: Findings): void {
    if (schema.if === undefined) return;
    const holds = this.match(schema.if, value, field).isValid;
    const then = holds ? schema.then : schema.else;
    if (then === undefined) return;
    const found = this.match(then, value, field);
    if (found.isValid) return;
    if (holds) findings.add('condition_then', field, 'Must validate "then" as "if" was valid');
    else findings.add('condition_else', field, 'Must validate "else" as "if" was not valid');
    findings.take(found);
  }

  #lookAtItems(schema: Schema, value: readonly Value[], field: string, findings: Findings): void {
    const { items, hasOneItemSchema, additionalItems, contains } = schema;
    for (const [at, item] of value.entries()) {
      const own = hasOneItemSchema ? items[0] : items[at];
      const others = items.length > 0 && typeof additionalItems !== 'boolean' ? additionalItems : undefined;
      const wanted = own ?? others;
      if (wanted !== undefined) findings.take(this.match(wanted, item, inside(field, String(at))));
    }
    if (!hasOneItemSchema && items.length > 0 && value.length > items.length && additionalItems === false) {
      findings.add('array_no_additional_items', field, 'No additional items allowed on array');
    }
    const words = (limit: string) => (count: number) => `Array must have at ${limit} ${count} items`;
    addAll(
      findings,
      field,
      checkSize(schema.itemCount, value.length, 'array_min_items', words('least'), 'array_max_items', words('most')),
    );
    if (schema.uniqueItems) lookForTwins(value, field, findings);
    if (contains !== undefined) this.#lookForOne(contains, value, field, findings);
    findings.score++;
  }

  #lookForOne(contains: Schema, value: readonly Value[], field: string, findings: Findings): void {
    const seen: Findings[] = [];
    for (const [at, item] of value.entries()) {
      const found = this.match(contains, item, inside(field, String(at)));
      if (found.isValid) return;
      seen.push(found);
    }
    findings.add('contains', field, 'At least one of the items must match');
    takeNearest(seen, findings);
  }

  #lookAtMembers(schema: Schema, value: JsonObject, field: string, findings: Findings): void {
    const names = Object.keys(value).sort();
    const words = (limit: string) => (count: number) => `Must have at ${limit} ${count} properties`;
    addAll(
      findings,
      field,
      checkSize(
        schema.propertyCount,
        names.length,
        'array_min_properties',
        words('least'),
        'array_max_properties',
        words('most'),
      ),
    );
    for (const name of schema.required) {
      if (Object.hasOwn(value, name)) findings.score++;
      else findings.add('required', field, `${name} is required`);
    }
    const described = new Set(schema.properties.map(([name]) => name));
    for (const name of names) this.#lookAtMember(schema, name, value[name] ?? null, described, field, findings);
    if (schema.propertyNames !== undefined) this.#lookAtNames(schema.propertyNames, names, field, findings);
    findings.score++;
  }

  #lookAtNames(wanted: Schema, names: readonly string[], field: string, findings: Findings): void {
    for (const name of names) {
      const found = this.match(wanted, name, field);
      if (found.isValid) continue;
      findings.add('invalid_property_name', field, `Property name of "${name}" does not match`);
      findings.take(found);
    }
  }

  #lookAtMember(
    schema: Schema,
    name: string,
    value: Value,
    described: ReadonlySet<string>,
    field: string,
    findings: Findings,
  ): void {
    const patterns = schema.patternProperties.filter(([pattern]) => pattern.matcher(name).find());
    for (const [, wanted] of patterns) findings.take(this.match(wanted, value, inside(field, name)));
    if (patterns.length > 0) findings.score++;
    if (patterns.length > 0 || described.has(name)) return;
    const { additionalProperties: additional } = schema;
    if (additional === false) {
      findings.add('additional_property_not_allowed', field, `Additional property ${name} is not allowed`);
    } else if (typeof additional === 'object') findings.take(this.match(additional, value, inside(field, name)));
  }

  #lookAtProperties(schema: Schema, value: JsonObject, field: string, findings: Findings): void {
    for (const [name, wanted] of schema.properties) {
      if (Object.hasOwn(value, name)) this.#look(wanted, value[name] ?? null, inside(field, name), findings);
    }
  }

  #lookAtValue(schema: Schema, value: Value, field: string, findings: Findings): void {
    const { constant, enumeration, format } = schema;
    const text = constant === undefined && enumeration === undefined ? '' : comparableText(value);
    if (constant !== undefined && text !== constant) {
      findings.add('const', field, `${field} does not match: ${constant}`);
    }
    if (enumeration !== undefined && !enumeration.includes(text)) {
      findings.add('enum', field, `${field} must be one of the following: ${enumeration.join(', ')}`);
    }
    if (format !== undefined && typeof value === 'string' && !isFormat(format, value)) {
      findings.add('format', field, `Does not match format '${format}'`);
    }
    findings.score++;
  }

  #lookAtText(schema: Schema, value: string, field: string, findings: Findings): void {
    const words = (limit: string) => (count: number) => `String length must be ${limit} than or equal to ${count}`;
    const length = Array.from(value).length;
    addAll(
      findings,
      field,
      checkSize(schema.length, length, 'string_gte', words('greater'), 'string_lte', words('less')),
    );
    if (schema.pattern !== undefined && !schema.pattern.compiled.matcher(value).find()) {
      findings.add('pattern', field, `Does not match pattern '${schema.pattern.text}'`);
    }
    findings.score++;
  }
}

const isNames = (wanted: readonly string[] | Schema): wanted is readonly string[] => Array.isArray(wanted);

function typeOf(value: Value): string {
  return isNumber(value) ? (isInteger(value) ? 'integer' : 'number') : typeName(value);
}

function isInteger(value: RegoNumber): boolean {
  const { digits, exponent } = decimalOf(value);
  return exponent >= digits.length;
}

function addAll(findings: Findings, field: string, wrong: Iterable<readonly [type: string, words: string]>): void {
  for (const [type, words] of wrong) findings.add(type, field, words);
}

/** The errors of the schema that came nearest: the first of the best. */
function takeNearest(seen: readonly Findings[], findings: Findings): void {
  let best = seen[0];
  for (const one of seen) if (best === undefined || one.score > best.score) best = one;
  if (best !== undefined) findings.take(best);
}

function lookForTwins(value: readonly Value[], field: string, findings: Findings): void {
  const seen = new Map<string, number>();
  for (const [at, item] of value.entries()) {
    const text = comparableText(item);
    const twin = seen.get(text);
    if (twin !== undefined) findings.add('unique', field, `array items[${twin},${at}] must be unique`);
    seen.set(text, at);
  }
}
