import type { Expr, Rule, Term } from '../syntax/ast.ts';
import { appended, type CompileState, equation, varTerm } from './state.ts';

/** Calls inside terms become expressions of their own, with an output variable. */
export class Expander {
  readonly #state: Pick<CompileState, 'local'>;

  constructor(state: Pick<CompileState, 'local'>) {
    this.#state = state;
  }

  rule(rule: Rule): void {
    const { head } = rule;
    const move = (term: Term): Term => {
      const support: Expr[] = [];
      const output = this.#term(term, support);
      rule.body = appended(rule.body, support);
      return output;
    };
    head.args = head.args?.map(move);
    if (head.key !== undefined) head.key = move(head.key);
    if (head.value !== undefined) head.value = move(head.value);
    rule.body = this.body(rule.body);
  }

  body(body: readonly Expr[]): Expr[] {
    return body.flatMap((expr) => this.#expr(expr));
  }

  #expr(expr: Expr): Expr[] {
    const result: Expr[] = [];
    for (const modifier of expr.with) modifier.value = this.#term(modifier.value, result);
    const before = result.length;
    const { body } = expr;
    switch (body.kind) {
      case 'term':
        body.term = this.#term(body.term, result);
        break;
      case 'call':
        body.args = body.args.map((arg) => this.#term(arg, result));
        break;
      case 'every': {
        const domain = varTerm(this.#state.local(), body.domain.loc);
        const eq = equation(domain, body.domain, body.domain.loc);
        eq.generated = true;
        eq.with = expr.with;
        result.push(...this.#expr(eq));
        body.domain = domain;
        body.body = this.body(body.body);
        break;
      }
      case 'not':
        body.body = this.body(body.body);
        break;
      case 'and':
      case 'or':
        body.lhs = this.body(body.lhs);
        body.rhs = this.body(body.rhs);
        break;
      default:
    }
    if (expr.with.length > 0) for (const extra of result.slice(before)) extra.with = expr.with;
    result.push(expr);
    return result;
  }

  /** The term without calls; the expressions that stand for them are added to `support`. */
  #term(term: Term, support: Expr[]): Term {
    switch (term.kind) {
      case 'call': {
        const args = term.args.map((arg) => this.#term(arg, support));
        const output = varTerm(this.#state.local(), term.loc);
        support.push({
          node: 'expr',
          body: { kind: 'call', operator: term.operator, args: [...args, output] },
          negated: false,
          with: [],
          loc: term.loc,
          generated: true,
        });
        return output;
      }
      case 'ref':
        return this.#ref(term, support);
      case 'array':
      case 'set':
        term.items = term.items.map((item) => this.#term(item, support));
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [this.#term(key, support), this.#term(value, support)]);
        return term;
      case 'comprehension': {
        const inner: Expr[] = [];
        if (term.key !== undefined) term.key = this.#term(term.key, inner);
        term.term = this.#term(term.term, inner);
        term.body = this.body(appended(term.body, inner));
        return term;
      }
      default:
        return term;
    }
  }

  #ref(term: Extract<Term, { kind: 'ref' }>, support: Expr[]): Term {
    term.terms = term.terms.map((item) => this.#term(item, support));
    const head = term.terms[0];
    if (head !== undefined && head.kind !== 'var' && head.kind !== 'ref' && head.kind !== 'scalar') {
      const output = varTerm(this.#state.local(), head.loc);
      support.push(equation(output, head, head.loc));
      term.terms[0] = output;
    }
    return term;
  }
}

/** Whether a term needs evaluation: it has a reference, a call or a comprehension in it. */
export function requiresEval(term: Term | undefined): boolean {
  switch (term?.kind) {
    case 'ref':
    case 'call':
    case 'comprehension':
    case 'template':
      return true;
    case 'array':
    case 'set':
      return term.items.some(requiresEval);
    case 'object':
      return term.entries.some(([key, value]) => requiresEval(key) || requiresEval(value));
    default:
      return false;
  }
}

/** Moves what must be evaluated out of a rule's head into its body. */
export function moveOutOfHead(state: Pick<CompileState, 'local'>, rule: Rule): void {
  const { head } = rule;
  const move = (term: Term): Term => {
    if (!requiresEval(term)) return term;
    const output = varTerm(state.local(), term.loc);
    rule.body = appended(rule.body, [equation(output, term, term.loc)]);
    return output;
  };
  if (head.key !== undefined) head.key = move(head.key);
  if (head.value !== undefined) head.value = move(head.value);
  head.args = head.args?.map(move);
}

/** Gives every operand of a rule's reference that is no constant a variable. */
export function moveOutOfReference(state: Pick<CompileState, 'local'>, rule: Rule): void {
  const { head } = rule;
  head.ref = head.ref.map((term, i) => {
    if (i === 0 || term.kind === 'var' || term.kind === 'scalar') return term;
    const output = varTerm(state.local(), term.loc);
    if (i === head.ref.length - 1 && head.key === term) head.key = output;
    rule.body = appended(rule.body, [equation(output, term, term.loc)]);
    return output;
  });
}

/** Moves references and comprehensions out of arguments and operands, so that each is evaluated once, in its place. */
export class Flattener {
  readonly #state: Pick<CompileState, 'local'>;

  constructor(state: Pick<CompileState, 'local'>) {
    this.#state = state;
  }

  body(body: readonly Expr[]): Expr[] {
    const result: Expr[] = [];
    for (const expr of body) {
      this.#expr(expr, result);
      result.push(expr);
    }
    return result;
  }

  #expr(expr: Expr, result: Expr[]): void {
    const { body } = expr;
    switch (body.kind) {
      case 'term':
        body.term = this.#shallow(body.term, expr, result);
        return;
      case 'call': {
        const isEq = body.args.length === 2 && isEqOperator(body.operator);
        body.args = body.args.map((arg) => (isEq ? this.#shallow(arg, expr, result) : this.#deep(arg, expr, result)));
        return;
      }
      case 'every':
        body.domain = this.#deep(body.domain, expr, result);
        body.body = this.body(body.body);
        return;
      case 'not':
        body.body = this.body(body.body);
        return;
      case 'and':
      case 'or':
        body.lhs = this.body(body.lhs);
        body.rhs = this.body(body.rhs);
        return;
      default:
    }
  }

  /** The outermost reference or comprehension stays. */
  #shallow(term: Term, origin: Expr, result: Expr[]): Term {
    if (term.kind === 'ref') {
      term.terms = term.terms.map((item, i) => (i === 0 ? item : this.#deep(item, origin, result)));
      return term;
    }
    if (term.kind === 'comprehension') {
      term.body = this.body(term.body);
      return term;
    }
    return this.#deep(term, origin, result);
  }

  #deep(term: Term, origin: Expr, result: Expr[]): Term {
    switch (term.kind) {
      case 'ref':
        term.terms = term.terms.map((item, i) => (i === 0 ? item : this.#deep(item, origin, result)));
        return this.#moved(term, origin, result);
      case 'comprehension':
        term.body = this.body(term.body);
        return this.#moved(term, origin, result);
      case 'array':
      case 'set':
        term.items = term.items.map((item) => this.#deep(item, origin, result));
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [
          this.#deep(key, origin, result),
          this.#deep(value, origin, result),
        ]);
        return term;
      default:
        return term;
    }
  }

  #moved(term: Term, origin: Expr, result: Expr[]): Term {
    const output = varTerm(this.#state.local(), term.loc);
    const eq = equation(output, term, term.loc);
    eq.with = origin.with;
    result.push(eq);
    return output;
  }
}

function isEqOperator(operator: Term): boolean {
  const head = operator.kind === 'ref' && operator.terms.length === 1 ? operator.terms[0] : undefined;
  return head?.kind === 'var' && head.name === 'eq';
}
