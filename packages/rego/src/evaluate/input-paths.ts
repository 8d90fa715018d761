import { operandValue } from '../compile/tree.ts';
import type { Term } from '../syntax/ast.ts';
import { lookup } from '../values/access.ts';
import type { Value } from '../values/value.ts';
import type { Evaluation } from './evaluation.ts';

/** The path of a reference into the input whose operands are all constants; `undefined` for any other. */
export function inputPath([head, ...operands]: readonly Term[]): readonly Value[] | undefined {
  if (head?.kind !== 'var' || head.name !== 'input') return undefined;
  const path: Value[] = [];
  for (const operand of operands) {
    const value = operandValue(operand);
    if (value === undefined) return undefined;
    path.push(value);
  }
  return path;
}

/** What lies there. */
export function inputAt(evaluation: Evaluation, path: readonly Value[]): Value | undefined {
  let value = evaluation.input;
  for (const key of path) value = value === undefined ? undefined : lookup(value, key);
  return value;
}
