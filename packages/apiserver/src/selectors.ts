import { asObject, asString, dig, type JsonObject } from './json.ts';
import { badRequest } from './status.ts';

/** Whether an object is wanted. */
export type Selector = (object: JsonObject) => boolean;

/** Selects everything. Compared by identity to skip work. */
export const everything: Selector = () => true;

type LabelTest = (labels: JsonObject) => boolean;

const labelKey = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?';
const labelValue = '([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?';
const setForm = new RegExp(`^(${labelKey})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equalForm = new RegExp(`^(${labelKey})\\s*(==|=|!=)\\s*(${labelValue})$`);
const orderForm = new RegExp(`^(${labelKey})\\s*([<>])\\s*(-?\\d+)$`);
const existsForm = new RegExp(`^(!?)\\s*(${labelKey})$`);

/** Splits at commas that are not inside parentheses. */
function requirements(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (c === '(') depth += 1;
    if (c === ')') depth -= 1;
    if (c === ',' && depth === 0) {
      out.push(text.slice(from, i));
      from = i + 1;
    }
  }
  out.push(text.slice(from));
  return out.map((part) => part.trim());
}

function labelTest(requirement: string): LabelTest {
  const set = setForm.exec(requirement);
  if (set !== null) {
    const [, key = '', , operator, list = ''] = set;
    const values = new Set(list.split(',').map((v) => v.trim()));
    if (operator === 'in') return (labels) => Object.hasOwn(labels, key) && values.has(asString(labels[key]) ?? '');
    return (labels) => !Object.hasOwn(labels, key) || !values.has(asString(labels[key]) ?? '');
  }
  const equal = equalForm.exec(requirement);
  if (equal !== null) {
    const [, key = '', , operator, value = ''] = equal;
    if (operator === '!=') return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
    return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
  }
  const order = orderForm.exec(requirement);
  if (order !== null) {
    const [, key = '', , operator, bound] = order;
    return (labels) => {
      const value = Object.hasOwn(labels, key) ? Number(labels[key]) : Number.NaN;
      return operator === '<' ? value < Number(bound) : value > Number(bound);
    };
  }
  const exists = existsForm.exec(requirement);
  if (exists !== null) {
    const [, not, key = ''] = exists;
    return (labels) => Object.hasOwn(labels, key) === (not === '');
  }
  throw badRequest(`unable to parse requirement: ${JSON.stringify(requirement)}`);
}

/** A label selector in the form of the `labelSelector` parameter. Refuses what it cannot read with 400. */
export function labelSelector(text: string): Selector {
  if (text.trim() === '') return everything;
  const tests = requirements(text).map(labelTest);
  const none: JsonObject = {};
  return (object) => {
    const labels = asObject(dig(object, 'metadata', 'labels')) ?? none;
    return tests.every((test) => test(labels));
  };
}

/** Paths a field selector may name besides `metadata.name` and `metadata.namespace`. */
export type SelectableFields = ReadonlySet<string>;

/** A field selector in the form of the `fieldSelector` parameter: `path=value`, `path==value` or `path!=value`, joined by commas. */
export function fieldSelector(text: string, selectable: SelectableFields): Selector {
  if (text.trim() === '') return everything;
  const tests = text.split(/(?<!\\),/).map((term) => {
    const form = /^\s*([^=!]+?)\s*(==|=|!=)(.*)$/s.exec(term);
    if (form === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, path = '', operator, raw = ''] = form;
    if (path !== 'metadata.name' && path !== 'metadata.namespace' && !selectable.has(path)) {
      throw badRequest(`field label not supported: ${path}`);
    }
    const keys = path.split('.');
    const value = raw.replaceAll(/\\([\\,=])/g, '$1');
    return (object: JsonObject) => {
      const found = dig(object, ...keys);
      const shown = found === undefined || found === null ? '' : String(found);
      return (shown === value) === (operator !== '!=');
    };
  });
  return (object) => tests.every((test) => test(object));
}

/** The name a selector of the form `metadata.name=x` pins down, for a direct look-up. */
export function pinnedName(text: string): string | undefined {
  return /^metadata\.name==?([^,!=]+)$/.exec(text.trim())?.[1];
}

/** Both. */
export function both(a: Selector, b: Selector): Selector {
  if (a === everything) return b;
  if (b === everything) return a;
  return (object) => a(object) && b(object);
}
