import type { Expr, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { refText, termText } from '../syntax/print.ts';
import { walkExpr, walkTerm } from '../syntax/walk.ts';
import {
  type Constant,
  isEmptyCollection,
  keysOfType,
  knownKeys,
  type Maybe,
  select,
  unifies,
  valuesOfType,
} from '../types/relations.ts';
import { anyType, stringType, typeText } from '../types/type.ts';
import { quote } from '../values/text.ts';
import type { CompileState } from './state.ts';
import { constantKey, type TypeEnv, type TypeNode } from './type-env.ts';
import { unifyTerm } from './type-unify.ts';
import { isGenerated } from './vars.ts';

/** Finds references to what cannot be there. */
export class RefChecker {
  readonly #env: TypeEnv;
  readonly #state: CompileState;
  readonly #errors: RegoError[] = [];

  constructor(env: TypeEnv, state: CompileState) {
    this.#env = env;
    this.#state = state;
  }

  /** The errors of the references of an expression, closures aside. */
  expr(expr: Expr): RegoError[] {
    const visit = (term: Term): boolean => {
      if (term.kind === 'comprehension') return false;
      if (term.kind === 'ref') {
        const error = this.#ref(term.terms);
        if (error !== undefined) this.#errors.push(error);
      }
      return true;
    };
    const { body } = expr;
    if (body.kind === 'call') for (const arg of body.args) walkTerm(arg, { term: visit });
    else if (body.kind === 'every') walkTerm(body.domain, { term: visit });
    else if (body.kind === 'term') walkExpr({ ...expr, with: [] }, { term: visit });
    return this.#errors;
  }

  #ref(ref: readonly Term[]): RegoError | undefined {
    const type = this.#env.typeOfRef(ref);
    if (type?.kind !== 'function') return this.#node(this.#env, this.#env.tree, ref, 0);
    const last = ref.at(-1);
    const shown = last?.kind === 'var' && isGenerated(last.name) ? ref.slice(0, -1) : ref;
    const message = `function ${refText(this.#named(shown))} used as reference, not called`;
    return new RegoError('rego_type_error', message, ref[0]?.loc);
  }

  #node(env: TypeEnv, node: TypeNode, ref: readonly Term[], at: number): RegoError | undefined {
    const head = ref[at];
    if (head === undefined) return undefined;
    if ((at === 1 || at === 2) && head.kind !== 'var' && !isText(head)) {
      return this.#invalid(ref, at, this.#env.typeOf(head), stringType, []);
    }
    if (head.kind === 'var' && at !== 0) {
      const keys = keysOfType(node.extent);
      const known = this.#env.typeOf(head);
      if (known === undefined) this.#env.setVar(head, keys);
      else if (!unifies(keys, known)) return this.#invalid(ref, at, known, keys, []);
    }
    const child = node.child(head);
    if (child !== undefined) {
      return child.type === undefined ? this.#node(env, child, ref, at + 1) : this.#leaf(child.type, ref, at + 1);
    }
    if (env.next !== undefined) return this.#node(env.next, env.next.tree, ref, 0);
    const root = ref[0];
    const isDocument = root?.kind === 'var' && (root.name === 'input' || root.name === 'data');
    if (!isDocument) return this.#leaf(anyType, ref, 0);
    if (at === 0) return this.#leaf(anyType, ref, 1);
    // Rules may be chosen by a variable: their types are learnt, errors are not reported.
    if (head.kind === 'var') for (const { node: other } of node.children.values()) this.#node(env, other, ref, at + 1);
    return undefined;
  }

  #leaf(type: Maybe, ref: readonly Term[], at: number): RegoError | undefined {
    const head = ref[at];
    if (head === undefined) return undefined;
    if (isEmptyCollection(type)) return this.#inEmpty(type, ref, at, head);
    const keys = keysOfType(type);
    if (keys === undefined) return this.#unsupported(ref, at - 1, type);
    if (head.kind === 'var') {
      const known = this.#env.typeOf(head);
      if (known === undefined) this.#env.setVar(head, keys);
      else if (!unifies(known, keys)) return this.#invalid(ref, at, known, keys, knownKeys(type));
    } else if (head.kind === 'ref') {
      const known = this.#env.typeOfRef(head.terms);
      if (known !== undefined && !unifies(known, keys)) return this.#invalid(ref, at, known, keys, knownKeys(type));
    } else if (head.kind === 'scalar') {
      const key = constantKey(head);
      const child = key === undefined ? anyType : select(type, key);
      return child === undefined
        ? this.#invalid(ref, at, undefined, keys, knownKeys(type))
        : this.#leaf(child, ref, at + 1);
    } else if (!unifyTerm(this.#env, head, keys)) {
      return this.#invalid(ref, at, this.#env.typeOf(head), keys, []);
    }
    return this.#leaf(valuesOfType(type), ref, at + 1);
  }

  #inEmpty(type: Maybe, ref: readonly Term[], at: number, head: Term): RegoError | undefined {
    if (head.kind === 'scalar') return this.#invalid(ref, at, undefined, undefined, []);
    if (head.kind !== 'var') return undefined;
    const known = this.#env.typeOf(head);
    const keys = keysOfType(type);
    if (known === undefined) this.#env.setVar(head, anyType);
    else if (keys !== undefined && !unifies(known, keys)) return this.#invalid(ref, at, known, keys, []);
    return undefined;
  }

  #named(ref: readonly Term[]): Term[] {
    return ref.map((term) => (term.kind === 'var' ? { ...term, name: this.#state.nameOf(term.name) } : term));
  }

  #invalid(ref: readonly Term[], at: number, have: Maybe, want: Maybe, oneOf: readonly Constant[]): RegoError {
    const shown = this.#named(ref);
    const pad = ' '.repeat(refText(shown.slice(0, at)).length + 1);
    const operand = shown[at];
    const found =
      have === undefined ? `have: ${operand === undefined ? '' : termText(operand)}` : `have (type): ${typeText(have)}`;
    const keys = oneOf.map((key) => (typeof key === 'string' ? quote(key) : String(key))).join(' ');
    const wanted =
      oneOf.length > 0 || want === undefined ? `want (one of): [${keys}]` : `want (type): ${typeText(want)}`;
    const details = [refText(shown), `${pad}^`, pad + found, pad + wanted];
    return new RegoError('rego_type_error', `undefined ref: ${refText(shown)}`, ref[0]?.loc, details);
  }

  #unsupported(ref: readonly Term[], at: number, have: Maybe): RegoError {
    const shown = this.#named(ref);
    const marks = '^'.repeat(refText(shown.slice(0, at + 1)).length);
    const details = [refText(shown), marks, `have: ${typeText(have)}`];
    return new RegoError('rego_type_error', `undefined ref: ${refText(shown)}`, ref[0]?.loc, details);
  }
}

function isText(term: Term): boolean {
  return term.kind === 'scalar' && typeof term.value === 'string';
}
