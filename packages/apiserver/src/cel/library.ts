import { formatText } from './format.ts';
import { FunctionTable, type Overload, textCost } from './functions.ts';
import { kubernetes } from './kubernetes-functions.ts';
import { standard } from './standard-functions.ts';

const texts = new FunctionTable();
texts.method('string', 'format(list(dyn)): string', formatText, textCost);

const tables = [standard, kubernetes, texts];

/** All overloads of a function or method, in order of preference. */
export function overloadsOf(name: string, isMethod: boolean): Overload[] {
  return tables.flatMap((table) => table.named(name, isMethod));
}

/** Whether there is any function of this name. */
export function isFunction(name: string): boolean {
  return tables.some((table) => table.has(name));
}
