import { Budget, CelError, CostExceeded, Optional, toValue, type Value } from '../cel/index.ts';
import { asObject, equalJson, type Json, type JsonObject, member } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { correlate, join } from '../schema/validate.ts';
import { type FieldError, fieldError } from '../status.ts';
import { compileRule, RuleError, type RuleProgram } from './rule-program.ts';

/** All rules of a schema, ready to judge objects. */
export interface RuleSet {
  check(object: JsonObject, old: JsonObject | undefined, earlier: readonly FieldError[]): FieldError[];
}

/** Steps one rule may take, and all rules of one object together (PerCallLimit and RuntimeCELCostBudget of the API server). */
const perRule = 1_000_000;
const perObject = 10_000_000;

interface Node {
  readonly schema: Schema;
  readonly isResource: boolean;
  readonly rules: readonly RuleProgram[];
  readonly properties: ReadonlyMap<string, Node>;
  readonly items: Node | undefined;
  readonly additional: Node | undefined;
}

/** Compiles every rule of a schema. Rules that do not compile are left out: `checkRules` has refused them. */
export function compileRules(schema: Schema): RuleSet {
  const root = nodeOf(schema, true);
  return {
    check(object, old, earlier) {
      if (root === undefined) return [];
      if (earlier.some((e) => blocking.has(e.reason))) return [unchecked];
      const errors: FieldError[] = [];
      const run: Run = { budget: perObject, errors };
      walk(root, object, old, '', run);
      return errors;
    },
  };
}

// Rules may rely on the schema, so they are not run on what breaks it.
const blocking: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const unchecked: FieldError = {
  field: '<nil>',
  reason: 'FieldValueInvalid',
  body: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

function nodeOf(schema: Schema, isResource: boolean): Node | undefined {
  const rules = schema.rules.flatMap((text) => {
    try {
      return [compileRule(text, schema, isResource)];
    } catch (error) {
      if (error instanceof RuleError) return [];
      throw error;
    }
  });
  const properties = new Map<string, Node>();
  for (const [name, child] of schema.properties) {
    const node = nodeOf(child, child.embedded);
    if (node !== undefined) properties.set(name, node);
  }
  const items = schema.items && nodeOf(schema.items, schema.items.embedded);
  const additional =
    schema.additional === undefined || schema.additional === true
      ? undefined
      : nodeOf(schema.additional, schema.additional.embedded);
  if (rules.length === 0 && properties.size === 0 && items === undefined && additional === undefined) return undefined;
  return { schema, isResource, rules, properties, items, additional };
}

interface Run {
  budget: number;
  readonly errors: FieldError[];
}

function walk(node: Node, value: Json, old: Json | undefined, path: string, run: Run): void {
  if (run.budget < 0) return;
  if (value === null && node.schema.nullable) return;
  judge(node, value, old, path, run);
  if (Array.isArray(value)) {
    if (node.items === undefined) return;
    const before = correlate(node.schema, old);
    for (const [index, item] of value.entries()) walk(node.items, item, before(item), `${path}[${index}]`, run);
    return;
  }
  const object = asObject(value);
  if (object === undefined) return;
  for (const [name, child] of node.properties) {
    const at = object[name];
    if (at !== undefined) walk(child, at, member(old, name), join(path, name), run);
  }
  if (node.additional === undefined) return;
  for (const [name, at] of Object.entries(object))
    walk(node.additional, at, member(old, name), `${path}[${name}]`, run);
}

function judge(node: Node, value: Json, old: Json | undefined, path: string, run: Run): void {
  if (node.rules.length === 0) return;
  let self: Value | undefined;
  for (const rule of node.rules) {
    if (rule.usesOld && old === undefined && !rule.text.optionalOldSelf) continue;
    // What did not change is not judged again, except by rules about the change.
    if (!rule.usesOld && old !== undefined && equalJson(value, old)) continue;
    const budget = new Budget(Math.min(perRule, run.budget));
    const start = budget.left;
    try {
      self ??= toValue(node.schema, value, node.isResource);
      const names = { self, oldSelf: oldValue(node, rule, old) };
      if (rule.test(names, budget) !== true) run.errors.push(refusal(node, rule, names, value, path));
    } catch (error) {
      if (error instanceof CostExceeded) {
        run.errors.push(fieldError.forbidden(path, 'validation rule was not evaluated: call cost exceeds limit'));
        run.budget = -1;
        return;
      }
      if (!(error instanceof CelError)) throw error;
      run.errors.push(
        fieldError.invalid(
          path,
          typeWord(node.schema),
          `rule: ${rule.text.rule}: ${error.message} evaluating rule: ${rule.text.message ?? ''}`,
        ),
      );
    }
    run.budget -= start - budget.left;
  }
}

function oldValue(node: Node, rule: RuleProgram, old: Json | undefined): Value {
  const value = old === undefined ? undefined : toValue(node.schema, old, node.isResource);
  return rule.text.optionalOldSelf ? new Optional(value) : (value ?? null);
}

function typeWord(schema: Schema): string {
  return schema.type;
}

function refusal(
  node: Node,
  rule: RuleProgram,
  names: Readonly<Record<string, Value>>,
  value: Json,
  path: string,
): FieldError {
  const field =
    rule.text.fieldPath === undefined
      ? path
      : path + (path === '' ? rule.text.fieldPath.replace(/^\./, '') : rule.text.fieldPath);
  const detail = messageOf(rule, names);
  const shown = typeof value === 'object' ? typeWord(node.schema) : value;
  switch (rule.text.reason) {
    case 'FieldValueForbidden':
      return fieldError.forbidden(field, detail);
    case 'FieldValueRequired':
      return fieldError.required(field, detail);
    case 'FieldValueDuplicate':
      return fieldError.duplicate(field, shown);
    default:
      return fieldError.invalid(field, typeof value === 'object' ? typeWord(node.schema) : shown, detail);
  }
}

function messageOf(rule: RuleProgram, names: Readonly<Record<string, Value>>): string {
  const fallback = rule.text.message ?? `failed rule: ${rule.text.rule.trim()}`;
  if (rule.message === undefined) return fallback;
  try {
    const text = rule.message(names, new Budget(perRule));
    const isFine = typeof text === 'string' && text.trim() !== '' && !text.includes('\n') && text.length <= 5120;
    return isFine ? text.trim() : fallback;
  } catch (error) {
    if (error instanceof CelError || error instanceof CostExceeded) return fallback;
    throw error;
  }
}
