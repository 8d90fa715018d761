import type { Builtin } from './builtins/builtin.ts';
import { groups } from './builtins/index.ts';
import { operators } from './operators/index.ts';

const loaded = new Map<string, Builtin>(operators.map((builtin) => [builtin.name, builtin]));

/** The implementations of the built-ins named, loading the files they are in. */
export async function loadBuiltins(names: Iterable<string>): Promise<ReadonlyMap<string, Builtin>> {
  const wanted = new Set(names);
  for (const group of groups) {
    if (!group.names.some((name) => wanted.has(name) && !loaded.has(name))) continue;
    const { builtins } = await group.load();
    for (const builtin of builtins) loaded.set(builtin.name, builtin);
  }
  return loaded;
}
