import { attachAnnotations, hasMetadata } from './syntax/annotations.ts';
import type { Module } from './syntax/ast.ts';
import { type RegoError, RegoErrors } from './syntax/error.ts';
import { parseModule } from './syntax/module-parser.ts';
import { compareStrings } from './values/key.ts';

/** Bytes of one module above which it is refused. */
const maxModuleLength = 16 << 20;

/** The sources of a compilation. */
export class CompiledModulesSource {
  readonly #modules: ReadonlyMap<string, string>;
  readonly #dialect: 'auto' | 'v0' | 'v1';
  readonly #builtins: ReadonlySet<string>;

  constructor(modules: ReadonlyMap<string, string>, dialect: 'auto' | 'v0' | 'v1', builtins: ReadonlySet<string>) {
    this.#modules = modules;
    this.#dialect = dialect;
    this.#builtins = builtins;
  }

  /** Parses all modules, in the order of their names. Throws `RegoErrors` with the errors of all of them. */
  async parse(): Promise<Module[]> {
    const parsed: Module[] = [];
    const errors: RegoErrors[] = [];
    for (const file of [...this.#modules.keys()].sort(compareStrings)) {
      try {
        parsed.push(this.#one(file, this.#modules.get(file) ?? ''));
      } catch (error) {
        if (!(error instanceof RegoErrors)) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new RegoErrors(errors.flatMap((error) => error.errors));
    await attachAll(parsed);
    return parsed;
  }

  #one(file: string, source: string): Module {
    if (source.length > maxModuleLength) throw new RangeError(`${file} is longer than ${maxModuleLength} characters`);
    if (this.#dialect !== 'auto') return parseModule(file, source, this.#dialect, this.#builtins);
    try {
      return parseModule(file, source, 'v1', this.#builtins);
    } catch (first) {
      try {
        return parseModule(file, source, 'v0', this.#builtins);
      } catch (second) {
        throw further(first, second);
      }
    }
  }
}

/** Reads the METADATA blocks of modules that have some. The YAML reader is loaded for them alone. */
async function attachAll(modules: readonly Module[]): Promise<void> {
  const annotated = modules.filter(hasMetadata);
  if (annotated.length === 0) return;
  const { parse } = await import('yaml');
  const errors: RegoError[] = [];
  for (const module of annotated) {
    module.annotations = attachAnnotations(module, (text) => parse(text, { maxAliasCount: 0 }), errors);
  }
  if (errors.length > 0) throw new RegoErrors(errors);
}

/** Of two failed attempts, the one that read more of the text; v1's when both read as much. */
function further(first: unknown, second: unknown): unknown {
  if (!(first instanceof RegoErrors) || !(second instanceof RegoErrors)) return first;
  const [a] = first.errors;
  const [b] = second.errors;
  if (a === undefined || b === undefined) return first;
  return b.row > a.row || (b.row === a.row && b.column > a.column) ? second : first;
}
