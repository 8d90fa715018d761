import { isObject, type JsonObject, type JsonValue } from '../../json/value.ts';
import type { Problem } from '../../validate/problem.ts';
import { placeUnder } from '../rejections.ts';
import { kindOf, quoted } from '../said.ts';

/** Beyond this many the problems are counted, not described. */
const maxDescribed = 1000;

/** Collects problems. */
export class Problems {
  readonly #described: Problem[] = [];
  #more = 0;

  add(at: string, why: string): void {
    if (this.#described.length < maxDescribed) this.#described.push({ at: at === '' ? '/' : at, why });
    else this.#more += 1;
  }

  all(): readonly Problem[] {
    return this.#more === 0 ? this.#described : [...this.#described, { at: '/', why: `${this.#more} more problems` }];
  }
}

/** Looks at one value and tells what is wrong with it. */
export type Check = (value: JsonValue, at: string, problems: Problems) => void;

/** A text, of the form given; `what` says what is expected, with its clause. */
export function text(form?: RegExp | ((text: string) => boolean), what = 'a text that is not empty'): Check {
  return (value, at, problems) => {
    if (typeof value !== 'string') problems.add(at, `expected ${what}, not ${kindOf(value)}`);
    else if (form === undefined ? value === '' : !(form instanceof RegExp ? form.test(value) : form(value))) {
      problems.add(at, `${quoted(value)} is not ${what}`);
    }
  };
}

/** Any text, empty too. */
export const anyText: Check = (value, at, problems) => {
  if (typeof value !== 'string') problems.add(at, `expected a text, not ${kindOf(value)}`);
};

/** True or false. */
export const boolean: Check = (value, at, problems) => {
  if (typeof value !== 'boolean') problems.add(at, `expected true or false, not ${kindOf(value)}`);
};

/** A number that is not negative. */
export const count: Check = (value, at, problems) => {
  if (typeof value !== 'number' || value < 0)
    problems.add(at, `expected a number that is not negative, not ${kindOf(value)}`);
};

/** A number, or the text of one, within the bounds. */
export function numberBetween(least: number, most: number, what: string): Check {
  return (value, at, problems) => {
    const number =
      typeof value === 'number'
        ? value
        : typeof value === 'string' && /^-?\d+(\.\d*)?$/.test(value)
          ? Number(value)
          : Number.NaN;
    if (!(number >= least && number <= most)) problems.add(at, `expected ${what}`);
  };
}

/** One of the words. */
export function wordOf(words: ReadonlySet<string>, what: string): Check {
  return text((value) => words.has(value), what);
}

/** A list of at least `least` entries, each of which is checked. */
export function listOf(check: Check, least = 0): Check {
  return (value, at, problems) => {
    if (!Array.isArray(value)) {
      problems.add(at, `expected a list, not ${kindOf(value)}`);
      return;
    }
    if (value.length < least) problems.add(at, `expected at least ${least} in the list`);
    for (const [index, entry] of value.entries()) check(entry, placeUnder(at, index), problems);
  };
}

/** Members of an object: `required` ones must be there, others than those named must not. */
export interface Shape {
  /** The clause that says so. */
  readonly clause: string;
  readonly required: readonly string[];
  readonly members: Readonly<Record<string, Check>>;
  /** Members beyond those named are allowed. */
  readonly open?: true;
}

/** An object of the shape. */
export function shaped(shape: Shape): Check {
  return (value, at, problems) => {
    if (isObject(value)) checkShape(value, shape, at, problems);
    else problems.add(at, `expected an object (${shape.clause}), not ${kindOf(value)}`);
  };
}

/** Checks an object against its shape. */
export function checkShape(object: JsonObject, shape: Shape, at: string, problems: Problems): void {
  for (const name of shape.required) {
    if (!Object.hasOwn(object, name)) problems.add(at, `${name} is missing (${shape.clause})`);
  }
  for (const [name, value] of Object.entries(object)) {
    const check = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    if (check !== undefined) check(value ?? null, placeUnder(at, name), problems);
    else if (shape.open !== true)
      problems.add(placeUnder(at, name), `${quoted(name)} is no member of it (${shape.clause})`);
  }
}
