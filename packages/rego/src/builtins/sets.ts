import { RegoSet } from '../values/set.ts';
import { builtin, setOperand } from './operands.ts';

/** Functions of sets. */
export const builtins = [
  builtin('set_diff', (args) => {
    const other = setOperand(args, 2);
    return RegoSet.of([...setOperand(args, 1).unordered()].filter((value) => !other.has(value)));
  }),
  builtin('intersection', (args) => {
    const sets = setOperand(args, 1).sorted.map((value) => setOperand([value], 1));
    const [first, ...rest] = sets;
    if (first === undefined) return new RegoSet();
    return RegoSet.of([...first.unordered()].filter((value) => rest.every((set) => set.has(value))));
  }),
  builtin('union', (args, context) => {
    const result = new RegoSet();
    for (const value of setOperand(args, 1).sorted) {
      const set = setOperand([value], 1);
      context.reserve(set.size * 16);
      for (const member of set.unordered()) result.add(member);
    }
    return result;
  }),
];
