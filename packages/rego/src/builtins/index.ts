import type { Builtin } from './builtin.ts';

/**
 * A file of built-ins that is loaded when a policy first names one of them:
 * importing the package must stay cheap.
 */
export interface BuiltinGroup {
  readonly names: readonly string[];
  load(): Promise<{ readonly builtins: readonly Builtin[] }>;
}

/** All groups outside the operators. */
export const groups: readonly BuiltinGroup[] = [];
