import { asArray, asObject, asString, type Json, type JsonObject, member } from '../json.ts';
import { parseSchema, type Schema } from '../schema/schema.ts';
import { type FieldError, fieldError } from '../status.ts';
import { compileRule, RuleError } from './rule-program.ts';

const reasons = ['FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired', 'FieldValueDuplicate'];

/** Judges the `x-kubernetes-validations` of a schema: whether each rule compiles, and whether it may stand where it stands. */
export function checkRules(raw: Json, at: string): FieldError[] {
  const errors: FieldError[] = [];
  checkNode(asObject(raw) ?? {}, parseSchema(raw), at, true, undefined, errors);
  return errors;
}

/** `blocked` is the path of the list above whose items cannot be found again in the old object. */
function checkNode(
  raw: JsonObject,
  schema: Schema,
  at: string,
  isResource: boolean,
  blocked: string | undefined,
  errors: FieldError[],
): void {
  for (const [index, rule] of (asArray(raw['x-kubernetes-validations']) ?? []).entries()) {
    checkRule(
      asObject(rule) ?? {},
      schema,
      `${at}.x-kubernetes-validations[${index}]`,
      index,
      isResource,
      blocked,
      errors,
    );
  }
  for (const [name, child] of schema.properties) {
    const below = asObject(member(raw.properties, name)) ?? {};
    checkNode(below, child, `${at}.properties[${name}]`, child.embedded, blocked, errors);
  }
  if (schema.items !== undefined) {
    const stop = schema.listType === 'map' ? blocked : (blocked ?? at);
    checkNode(asObject(raw.items) ?? {}, schema.items, `${at}.items`, schema.items.embedded, stop, errors);
  }
  if (schema.additional !== undefined && schema.additional !== true) {
    const stop = schema.mapType === 'atomic' ? (blocked ?? at) : blocked;
    checkNode(
      asObject(raw.additionalProperties) ?? {},
      schema.additional,
      `${at}.additionalProperties`,
      schema.additional.embedded,
      stop,
      errors,
    );
  }
}

function checkRule(
  raw: JsonObject,
  schema: Schema,
  at: string,
  index: number,
  isResource: boolean,
  blocked: string | undefined,
  errors: FieldError[],
): void {
  const text = schema.rules[index];
  const message = asString(raw.message);
  if (text === undefined || text.rule.trim() === '') {
    errors.push(fieldError.required(`${at}.rule`, 'rule is not specified'));
    return;
  }
  if (message !== undefined && message.trim() === '' && message !== '') {
    errors.push(fieldError.invalid(`${at}.message`, message, 'message must be non-empty if specified'));
  } else if (message?.includes('\n')) {
    errors.push(fieldError.invalid(`${at}.message`, message, 'message must not contain line breaks'));
  } else if (text.rule.includes('\n') && (message ?? '') === '') {
    errors.push(fieldError.required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (text.messageExpression !== undefined && text.messageExpression.trim() === '') {
    errors.push(fieldError.required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'));
    return;
  }
  if (text.reason !== undefined && !reasons.includes(text.reason)) {
    errors.push(fieldError.notSupported(`${at}.reason`, text.reason, reasons));
  }
  if (text.fieldPath !== undefined) errors.push(...checkFieldPath(text.fieldPath, schema, `${at}.fieldPath`));
  try {
    const program = compileRule(text, schema, isResource);
    if (program.usesOld && blocked !== undefined) {
      errors.push(
        fieldError.invalid(
          `${at}.rule`,
          text.rule,
          `oldSelf cannot be used on the uncorrelatable portion of the schema within ${blocked}`,
        ),
      );
    } else if (text.optionalOldSelf && blocked === undefined && !program.usesOld) {
      errors.push(
        fieldError.invalid(`${at}.optionalOldSelf`, true, 'may not be set to true if oldSelf is not used in rule'),
      );
    }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const value = error.part === 'rule' ? text.rule : (text.messageExpression ?? '');
    errors.push(fieldError.invalid(`${at}.${error.part}`, value, error.message));
  }
}

/** A field path leads from the rule's own place to a property: `.spec.name` or `['a.b']`. */
function checkFieldPath(path: string, schema: Schema, at: string): FieldError[] {
  const steps = [...path.matchAll(/\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)*)'\]/gy)];
  const length = steps.reduce((sum, step) => sum + step[0].length, 0);
  if (path === '' || length !== path.length) return [fieldError.invalid(at, path, 'fieldPath must be a valid path')];
  let here: Schema | undefined = schema;
  for (const step of steps) {
    const name = step[1] ?? step[2] ?? '';
    const next: Schema | true | undefined = here?.properties.get(name) ?? here?.additional;
    if (next === undefined || next === true)
      return [fieldError.invalid(at, path, 'fieldPath must be a valid path: does not refer to a valid field')];
    here = next;
  }
  return [];
}
