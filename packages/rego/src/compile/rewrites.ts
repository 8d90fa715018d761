import type { Expr, Rule, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { refText, termText } from '../syntax/print.ts';
import { isMultiValue } from '../syntax/v1-checks.ts';
import { walkExpr, walkTerm } from '../syntax/walk.ts';
import { inClosures } from './functions.ts';
import { type Arity, outputsOfBody, reserved } from './safety.ts';
import { type CompileState, equation, isTrueBody, operatorName, varTerm } from './state.ts';
import { nodeAt, type TreeNode } from './tree.ts';
import { isGenerated, safetyVars, varsOfArgs, varsOfBody, varsOfTerm } from './vars.ts';

/** A call without a result used where a value must stand. */
export function checkVoidCalls(state: CompileState, rule: Rule | undefined, body: readonly Expr[]): void {
  const visit = (term: Term): boolean => {
    if (term.kind === 'call' && term.operator.kind === 'ref') {
      const declaration = state.builtins.get(refText(term.operator.terms));
      if (declaration !== undefined && declaration.type.result === undefined) {
        state.error('rego_type_error', `${termText(term)} used as value`, term.loc);
      }
    }
    return true;
  };
  const { key, value } = rule?.head ?? {};
  for (const term of [key, value]) if (term !== undefined) walkTerm(term, { term: visit });
  for (const expr of body) walkExpr(expr, { term: visit });
}

/** Wraps the arguments of `print`, so that an undefined one does not undo the body. */
export function capturePrints(
  state: CompileState,
  arity: Arity,
  globals: ReadonlySet<string>,
  body: readonly Expr[],
): Expr[] {
  return body.map((expr, i) => {
    const safe = new Set([...globals, ...outputsOfBody(body.slice(0, i), arity, globals)]);
    if (expr.body.kind === 'every') {
      varsOfTerm(expr.body.value, {}, safe);
      if (expr.body.key !== undefined) varsOfTerm(expr.body.key, {}, safe);
    }
    inClosures(expr, (inner) => capturePrints(state, arity, safe, inner));
    if (operatorName(expr) !== 'print' || expr.body.kind !== 'call') return expr;
    for (const name of varsOfBody(body.slice(0, i), {}, new Set())) if (isGenerated(name)) safe.add(name);
    const terms = expr.body.args.map((arg) => {
      undeclared(state, arg, safe);
      return captured(state, arg, []);
    });
    const { loc } = expr;
    const operator: Term = {
      kind: 'ref',
      terms: [varTerm('internal', loc), { kind: 'scalar', value: 'print', loc }],
      loc,
    };
    return { ...expr, body: { kind: 'call', operator, args: [{ kind: 'array', items: terms, loc }] } };
  });
}

function undeclared(state: CompileState, term: Term, safe: ReadonlySet<string>): void {
  for (const name of [...varsOfTerm(term, safetyVars, new Set())].sort()) {
    if (safe.has(name)) continue;
    state.error('rego_compile_error', `var ${state.nameOf(name)} is undeclared`, term.loc);
  }
}

/** `{x | x = term}`: empty where the term is undefined. */
function captured(state: Pick<CompileState, 'local'>, term: Term, withs: Expr['with']): Term {
  const { loc } = term;
  const output = varTerm(state.local(), loc);
  const capture = { ...equation(output, term, loc), with: withs };
  return {
    kind: 'comprehension',
    of: 'set',
    key: undefined,
    term: varTerm(output.kind === 'var' ? output.name : '', loc),
    body: [capture],
    loc,
  };
}

/** Replaces the template strings of a rule by calls. */
export function replaceTemplates(state: CompileState, root: TreeNode, arity: Arity, rule: Rule): void {
  const globals = new Set([...reserved, ...varsOfArgs(rule)]);
  const replacer = new TemplateReplacer(state, root, arity);
  const safe = new Set([...globals, ...outputsOfBody(rule.body, arity, globals)]);
  rule.body = replacer.body(rule.body, globals);
  const { head } = rule;
  head.args = head.args?.map((arg) => replacer.term(arg, safe));
  head.ref = head.ref.map((term, i) => (i === 0 ? term : replacer.term(term, safe)));
  if (head.key !== undefined) head.key = replacer.term(head.key, safe);
  if (head.value !== undefined) head.value = replacer.term(head.value, safe);
}

export function replaceTemplatesInQuery(
  state: CompileState,
  root: TreeNode,
  arity: Arity,
  body: readonly Expr[],
): Expr[] {
  return new TemplateReplacer(state, root, arity).body(body, reserved);
}

class TemplateReplacer {
  readonly #state: CompileState;
  readonly #root: TreeNode;
  readonly #arity: Arity;

  constructor(state: CompileState, root: TreeNode, arity: Arity) {
    this.#state = state;
    this.#root = root;
    this.#arity = arity;
  }

  body(body: readonly Expr[], globals: ReadonlySet<string>): Expr[] {
    const safe = new Set([...globals, ...outputsOfBody(body, this.#arity, globals)]);
    for (const expr of body) this.#expr(expr, safe);
    return [...body];
  }

  #expr(expr: Expr, safe: ReadonlySet<string>): void {
    const { body } = expr;
    switch (body.kind) {
      case 'term':
        body.term = this.term(body.term, safe);
        break;
      case 'call':
        body.args = body.args.map((arg) => this.term(arg, safe));
        break;
      case 'every': {
        body.domain = this.term(body.domain, safe);
        const inner = varsOfTerm(body.value, {}, new Set(safe));
        if (body.key !== undefined) varsOfTerm(body.key, {}, inner);
        body.body = this.body(body.body, inner);
        break;
      }
      case 'not':
        body.body = this.body(body.body, safe);
        break;
      case 'and':
      case 'or':
        body.lhs = this.body(body.lhs, safe);
        body.rhs = this.body(body.rhs, safe);
        break;
      default:
    }
    for (const modifier of expr.with) modifier.value = this.term(modifier.value, safe);
  }

  term(term: Term, safe: ReadonlySet<string>): Term {
    switch (term.kind) {
      case 'template':
        return this.#template(term, safe);
      case 'array':
      case 'set':
        term.items = term.items.map((item) => this.term(item, safe));
        return term;
      case 'ref':
        term.terms = term.terms.map((item) => this.term(item, safe));
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [this.term(key, safe), this.term(value, safe)]);
        return term;
      case 'call':
        term.args = term.args.map((arg) => this.term(arg, safe));
        return term;
      case 'comprehension': {
        const inner = new Set([...safe, ...outputsOfBody(term.body, this.#arity, safe)]);
        term.body = this.body(term.body, safe);
        if (term.key !== undefined) term.key = this.term(term.key, inner);
        term.term = this.term(term.term, inner);
        return term;
      }
      default:
        return term;
    }
  }

  #template(term: Extract<Term, { kind: 'template' }>, safe: ReadonlySet<string>): Term {
    const { loc } = term;
    const items = term.parts.map((part) => ('node' in part ? this.#part(part, safe) : part));
    if (items.length === 0) items.push({ kind: 'scalar', value: '', loc });
    const operator: Term = {
      kind: 'ref',
      terms: [varTerm('internal', loc), { kind: 'scalar', value: 'template_string', loc }],
      loc,
    };
    return { kind: 'call', operator, args: [{ kind: 'array', items, loc }], loc };
  }

  #part(part: Expr, safe: ReadonlySet<string>): Term {
    const { body } = part;
    let term: Term;
    if (body.kind === 'term') term = body.term;
    else if (body.kind === 'call') {
      const name = operatorName(part);
      if (this.#state.builtins.get(name)?.relation === true) {
        const message = `illegal call to relation built-in '${name}' that may cause multiple outputs`;
        this.#state.add(new RegoError('rego_compile_error', message, part.loc));
      }
      term = { kind: 'call', operator: body.operator, args: body.args, loc: part.loc };
    } else {
      this.#state.error('rego_compile_error', 'unexpected template-string expression type', part.loc);
      return { kind: 'scalar', value: '', loc: part.loc };
    }
    if (term.kind === 'var' || (term.kind === 'ref' && this.#isDefined(term.terms))) {
      return { kind: 'set', items: [term], loc: term.loc };
    }
    term = this.term(term, safe);
    undeclared(this.#state, term, safe);
    return captured(this.#state, term, part.with);
  }

  /** Whether a reference names a rule that always has a value. */
  #isDefined(ref: readonly Term[]): boolean {
    const rules = nodeAt(this.#root, ref)?.rules ?? [];
    const first = rules[0];
    if (first === undefined || first.head.args !== undefined) return false;
    if (isMultiValue(first) || rules.some((rule) => rule.default)) return true;
    return rules.length === 1 && isTrueBody(first.body) && first.head.value?.kind === 'scalar';
  }
}
