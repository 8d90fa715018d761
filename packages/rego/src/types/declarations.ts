import { parseFunctionType } from './parse-type.ts';
import { signatureLines } from './signatures.ts';
import type { FunctionType } from './type.ts';

/** What OPA declares about a built-in, apart from what it does. */
export interface Declaration {
  readonly name: string;
  /** The operator it is written with, if any. */
  readonly infix: string | undefined;
  /** Whether it yields many results (`walk`). */
  readonly relation: boolean;
  readonly deprecated: boolean;
  readonly nondeterministic: boolean;
  /** Number of arguments, without the optional output; -1 when variadic (`print`). */
  readonly arity: number;
  readonly type: FunctionType;
}

class LazyDeclaration implements Declaration {
  readonly name: string;
  readonly infix: string | undefined;
  readonly relation: boolean;
  readonly deprecated: boolean;
  readonly nondeterministic: boolean;
  readonly #notation: string;
  #type: FunctionType | undefined;

  constructor(line: string) {
    const [name = '', infix = '', flags = '', notation = ''] = line.split(';');
    this.name = name;
    this.infix = infix === '' ? undefined : infix;
    this.relation = flags.includes('r');
    this.deprecated = flags.includes('d');
    this.nondeterministic = flags.includes('n');
    this.#notation = notation;
  }

  get type(): FunctionType {
    this.#type ??= parseFunctionType(this.#notation);
    return this.#type;
  }

  get arity(): number {
    return this.type.variadic === undefined ? this.type.args.length : -1;
  }
}

/** Every built-in OPA 1.22 declares, by name; the notation of a type is read when it is first asked for. */
export const declarations: ReadonlyMap<string, Declaration> = new Map(
  signatureLines
    .trim()
    .split('\n')
    .map((line) => new LazyDeclaration(line))
    .map((declaration) => [declaration.name, declaration]),
);
