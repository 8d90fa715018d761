import { isArray } from '../values/value.ts';
import { arrayOperand, builtin, intOperand } from './operands.ts';

/** Functions of arrays. */
export const builtins = [
  builtin('array.concat', (args, context) => {
    const [a, b] = [arrayOperand(args, 1), arrayOperand(args, 2)];
    context.reserve((a.length + b.length) * 8);
    return [...a, ...b];
  }),
  builtin('array.flatten', (args) => arrayOperand(args, 1).flatMap((item) => (isArray(item) ? item : [item]))),
  builtin('array.slice', (args) => {
    const array = arrayOperand(args, 1);
    const start = intOperand(args, 2);
    const stop = Math.min(Math.max(0, intOperand(args, 3)), array.length);
    return array.slice(Math.min(Math.max(0, start), stop), stop);
  }),
  builtin('array.reverse', (args) => [...arrayOperand(args, 1)].reverse()),
];
