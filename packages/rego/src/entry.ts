import type { Compiled, CompileOptions } from './engine.ts';

/**
 * Compiles modules, given by file name. Throws `RegoErrors` with everything that is wrong.
 * The engine is loaded with the first call: importing the package costs next to nothing.
 */
export async function compile(modules: ReadonlyMap<string, string>, options: CompileOptions = {}): Promise<Compiled> {
  const engine = await import('./engine.ts');
  return engine.compile(modules, options);
}
