import { parseType, splitArguments, type Type } from './types.ts';
import { CelError, runtimeType, type Value } from './values.ts';

/** One way to call a function. */
export interface Overload {
  readonly name: string;
  readonly isMethod: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  readonly call: (...args: Value[]) => Value;
  /** Steps a call costs besides one, given its arguments. */
  readonly cost: (args: readonly Value[]) => number;
}

const signature = /^(.*?)\(?([^\s(]+?)\((.*)\): (.+)$/s;

/** A table of functions, filled once when its module loads. */
export class FunctionTable {
  readonly #byName = new Map<string, Overload[]>();

  /** A function, called `name(args)`: `fn('size(string): int', …)`. A dotted name is called with its dots. */
  fn(text: string, call: Overload['call'], cost: Overload['cost'] = free): void {
    const form = signature.exec(text);
    if (form === null) throw new Error(`not a signature: ${text}`);
    const name = (form[1] ?? '') + (form[2] ?? '');
    this.#add(name, false, splitArguments(form[3] ?? ''), form[4] ?? '', call, cost);
  }

  /** A method, called `receiver.name(args)`: `method('list(A)', 'isSorted(): bool', …)`. */
  method(receiver: string, text: string, call: Overload['call'], cost: Overload['cost'] = free): void {
    const form = signature.exec(text);
    if (form === null) throw new Error(`not a signature: ${text}`);
    this.#add(form[2] ?? '', true, [receiver, ...splitArguments(form[3] ?? '')], form[4] ?? '', call, cost);
  }

  #add(
    name: string,
    isMethod: boolean,
    args: readonly string[],
    result: string,
    call: Overload['call'],
    cost: Overload['cost'],
  ): void {
    const all = this.#byName.get(name) ?? [];
    all.push({ name, isMethod, args: args.map(parseType), result: parseType(result), call, cost });
    this.#byName.set(name, all);
  }

  /** The overloads of a name. */
  named(name: string, isMethod: boolean): Overload[] {
    return (this.#byName.get(name) ?? []).filter((o) => o.isMethod === isMethod);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }
}

const free = () => 0;

/** A tenth of the length of the texts among the arguments, as CEL prices the walk over a text. */
export function textCost(args: readonly Value[]): number {
  let length = 0;
  for (const arg of args) if (typeof arg === 'string') length += arg.length;
  return Math.ceil(length / 10);
}

/** The number of items of the lists among the arguments. */
export function itemCost(args: readonly Value[]): number {
  let count = 0;
  for (const arg of args)
    if (typeof arg === 'object' && arg !== null && 'is' in arg && arg.is === 'list') count += arg.length;
  return count;
}

/** Whether a value can be an argument of a type, as far as can be seen without walking it. */
export function fits(value: Value, type: Type): boolean {
  switch (type.t) {
    case 'param':
      return true;
    case 'simple':
      return type.name === 'dyn' || type.name === runtimeType(value);
    case 'optional':
      return runtimeType(value) === 'optional';
    default:
      return runtimeType(value) === type.t;
  }
}

/** The function to run for these values, or CelError. */
export function choose(overloads: readonly Overload[], args: readonly Value[]): Overload {
  for (const overload of overloads) {
    if (
      overload.args.length === args.length &&
      args.every((arg, i) => fits(arg, overload.args[i] ?? { t: 'param', name: 'A' }))
    ) {
      return overload;
    }
  }
  throw new CelError('no such overload');
}
