import type { Expr, Rule, Term, With } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import type { Location } from '../syntax/location.ts';
import { refText } from '../syntax/print.ts';
import { termName } from '../syntax/term-parser.ts';
import { walkTerm } from '../syntax/walk.ts';
import { declaredVars } from './resolve.ts';
import { type Occurrence, Scopes } from './scopes.ts';
import { type CompileState, equation, isAssignment, isRoot, scalarTerm, varTerm } from './state.ts';
import { isGenerated, isWildcard, varsOfArgs, varsOfBody, varsOfExpr, varsOfTerm } from './vars.ts';

/** Gives every local variable a name of its own, and turns `:=` and `some` into plain equations. */
export function renameLocals(state: CompileState): void {
  for (const module of state.modules) for (const rule of module.rules) renameInRule(state, rule);
}

function renameInRule(state: CompileState, first: Rule): void {
  const unused = state.strict ? varsOfArgs(first) : new Set<string>();
  for (let rule: Rule | undefined = first; rule !== undefined; rule = rule.else) {
    const renamer = new Renamer(state, new Scopes(state.rewritten));
    const argNames = [...unused];
    renamer.args(rule);
    renamer.rule(rule, unused);
    if (renamer.errors.length > 0) state.add(...renamer.errors);
    if (renamer.unused.length > 0) state.addRecoverable(...renamer.unused);
    for (const name of argNames) if (renamer.scopes.count(name) > 1) unused.delete(name);
  }
  if (!state.strict) return;
  for (const name of unused) {
    if (isWildcard(name)) continue;
    const message = `unused argument ${name}. (hint: use _ (wildcard variable) instead)`;
    state.addRecoverable(new RegoError('rego_compile_error', message, first.head.loc));
  }
}

/** Renames the locals of a query. The bindings of the result carry the names of the source. */
export function renameInQuery(state: CompileState, body: readonly Expr[]): Expr[] {
  const renamer = new Renamer(state, new Scopes(state.rewritten));
  const result = renamer.body(body, new Set());
  state.add(...renamer.errors, ...renamer.unused);
  return result;
}

class Renamer {
  readonly errors: RegoError[] = [];
  readonly unused: RegoError[] = [];
  readonly scopes: Scopes;
  readonly #state: CompileState;

  constructor(state: CompileState, scopes: Scopes) {
    this.#state = state;
    this.scopes = scopes;
  }

  #fail(message: string, loc: Location): void {
    this.errors.push(new RegoError('rego_compile_error', message, loc));
  }

  args(rule: Rule): void {
    rule.head.args = rule.head.args?.map((arg) => this.#arg(arg));
  }

  #arg(term: Term): Term {
    switch (term.kind) {
      case 'var': {
        let renamed = this.scopes.renamed(term.name);
        if (renamed === undefined) {
          renamed = this.#state.local();
          this.scopes.insert(term.name, renamed, 'arg');
        } else this.scopes.seen(term.name);
        return varTerm(renamed, term.loc);
      }
      case 'array':
        term.items = term.items.map((item) => this.#arg(item));
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [key, this.#arg(value)]);
        return term;
      case 'ref':
        term.terms = term.terms.map((item) => this.#arg(item));
        return term;
      case 'call':
        this.#fail('rule arguments cannot contain calls', term.loc);
        return term;
      default:
        return term;
    }
  }

  rule(rule: Rule, unusedArgs: Set<string>): void {
    const { head } = rule;
    // Comprehensions in the head have scopes of their own, below the arguments only.
    head.ref = head.ref.map((term, i) => (i === 0 ? term : this.#nested(term)));
    if (head.key !== undefined) head.key = this.#nested(head.key);
    if (head.value !== undefined) head.value = this.#nested(head.value);
    const used = new Set<string>();
    for (const term of head.ref.slice(1)) varsOfTerm(term, {}, used);
    if (head.key !== undefined) varsOfTerm(head.key, {}, used);
    if (head.value !== undefined) {
      const inValue = varsOfTerm(head.value, {}, new Set());
      for (const name of inValue) {
        used.add(name);
        unusedArgs.delete(name);
      }
    }
    this.#builtinNames(rule);
    rule.body = this.body(rule.body, used);
    const names = this.scopes.top.names;
    const rename = (term: Term): Term => replaceVars(term, names);
    head.ref = head.ref.map((term, i) => (i === 0 ? term : rename(term)));
    if (head.key !== undefined) head.key = rename(head.key);
    if (head.value !== undefined) head.value = rename(head.value);
  }

  /** A variable that has the name of a built-in must not be taken for it later. */
  #builtinNames(rule: Rule): void {
    const declared = declaredVars(rule.body);
    const inWith = new Set<string>();
    for (const expr of rule.body) {
      for (const { target, value } of expr.with) {
        varsOfTerm(target, { skipRefCallHead: true }, inWith);
        varsOfTerm(value, { skipRefCallHead: true }, inWith);
      }
    }
    const options = { skipRefCallHead: true, skipClosures: true };
    for (const name of [...varsOfBody(rule.body, options, new Set())].sort()) {
      if (!this.#state.builtins.has(name) || declared.has(name) || inWith.has(name)) continue;
      if (this.scopes.renamed(name) === undefined) this.scopes.insert(name, this.#state.local(), 'seen');
    }
  }

  /** Comprehensions and templates inside a term of the head. */
  #nested(term: Term): Term {
    switch (term.kind) {
      case 'comprehension':
        this.#withFreshScopes(() => this.#comprehension(term));
        return term;
      case 'template':
        this.#withFreshScopes(() => this.#template(term.parts));
        return term;
      case 'array':
      case 'set':
        term.items = term.items.map((item) => this.#nested(item));
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [this.#nested(key), this.#nested(value)]);
        return term;
      case 'ref':
        term.terms = term.terms.map((item) => this.#nested(item));
        return term;
      case 'call':
        term.args = term.args.map((item) => this.#nested(item));
        return term;
      default:
        return term;
    }
  }

  #withFreshScopes(run: (this: Renamer) => void): void {
    const inner = new Renamer(this.#state, new Scopes(this.#state.rewritten));
    run.call(inner);
    this.errors.push(...inner.errors);
    this.unused.push(...inner.unused);
  }

  body(body: readonly Expr[], used: ReadonlySet<string>): Expr[] {
    const result: Expr[] = [];
    for (const expr of body) {
      const renamed = this.#expr(expr);
      if (renamed !== undefined) result.push(renamed);
    }
    const first = body[0];
    if (result.length === 0 && first !== undefined) {
      const term = scalarTerm(true, first.loc);
      result.push({ node: 'expr', body: { kind: 'term', term }, negated: false, with: [], loc: first.loc });
    }
    this.#checkAssigned(body, used);
    this.#checkDeclared(body, result, used);
    return result;
  }

  #expr(expr: Expr): Expr | undefined {
    const { body } = expr;
    if (isAssignment(expr)) return this.#assignment(expr);
    if (body.kind === 'some') return this.#some(expr);
    if (body.kind === 'every') return this.#every(expr);
    if (body.kind === 'not') {
      if (body.explicit) body.body = this.scopes.inside(() => this.body(body.body, new Set()));
      else body.body = this.#implicit(body.body, 'cannot assign vars inside negated expression');
    } else if (body.kind === 'and' || body.kind === 'or') {
      const message = `cannot assign vars inside operand of \`${body.kind}\` expression`;
      const operand = (inner: Expr[], explicit: boolean): Expr[] =>
        explicit ? this.scopes.inside(() => this.body(inner, new Set())) : this.#implicit(inner, message);
      body.lhs = operand(body.lhs, body.explicitLhs);
      body.rhs = operand(body.rhs, body.explicitRhs);
    } else this.#terms(expr);
    this.#withs(expr.with);
    return expr;
  }

  #implicit(body: Expr[], message: string): Expr[] {
    return body.map((expr) => {
      if (isAssignment(expr)) {
        this.#fail(message, expr.loc);
        return expr;
      }
      return this.#expr(expr) ?? expr;
    });
  }

  #terms(expr: Expr): void {
    const { body } = expr;
    if (body.kind === 'term') body.term = this.term(body.term);
    if (body.kind === 'call') {
      body.operator = this.#operator(body.operator);
      body.args = body.args.map((arg) => this.term(arg));
    }
  }

  /** The operator of an expression: its head is a function unless a local has the name. */
  #operator(operator: Term): Term {
    return operator.kind === 'ref' ? { ...operator, terms: operator.terms.map((term) => this.term(term)) } : operator;
  }

  #withs(withs: readonly With[]): void {
    for (const modifier of withs) {
      const before = modifier.target;
      modifier.target = this.term(modifier.target);
      // `with input as` means the document even where a local has the name.
      const head = before.kind === 'ref' ? before.terms[0] : before;
      if (head?.kind === 'var' && head.name === 'input') {
        const rest = before.kind === 'ref' ? before.terms.slice(1).map((term) => this.term(term)) : [];
        modifier.target = { kind: 'ref', terms: [varTerm('input', head.loc), ...rest], loc: before.loc };
      }
      modifier.value = this.term(modifier.value);
    }
  }

  #assignment(expr: Expr): Expr {
    const { body } = expr;
    if (expr.negated) {
      this.#fail('cannot assign vars inside negated expression', expr.loc);
      return expr;
    }
    if (body.kind !== 'call' || body.args.length !== 2) return expr;
    const [left, right] = body.args as [Term, Term];
    const newRight = this.term(right);
    for (const modifier of expr.with) modifier.value = this.term(modifier.value);
    const errors = this.errors.length;
    body.args = [this.#assignee(left), newRight];
    if (this.errors.length === errors) {
      const { loc } = body.operator;
      body.operator = { kind: 'ref', terms: [varTerm('eq', loc)], loc };
      expr.fromAssignment = true;
    }
    return expr;
  }

  #assignee(term: Term): Term {
    switch (term.kind) {
      case 'var':
        return varTerm(this.#declare(term.name, 'assigned', term.loc), term.loc);
      case 'array':
        term.items = term.items.map((item) => this.#assignee(item));
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [key, this.#assignee(value)]);
        return term;
      default: {
        const head = term.kind === 'ref' ? term.terms[0] : undefined;
        if (isRoot(term) && head?.kind === 'var') {
          return varTerm(this.#declare(head.name, 'assigned', term.loc), term.loc);
        }
        this.#fail(`cannot assign to ${termName(term)}`, term.loc);
        return term;
      }
    }
  }

  #declare(name: string, occurrence: Occurrence, loc: Location): string {
    const known = this.scopes.occurrence(name);
    if (known === undefined) {
      const renamed = this.#state.local();
      this.scopes.insert(name, renamed, occurrence);
      return renamed;
    }
    const shown = isWildcard(name) ? '_' : name;
    if (known === 'seen') this.#fail(`var ${shown} referenced above`, loc);
    else if (known === 'arg') this.#fail(`arg ${shown} redeclared`, loc);
    else this.#fail(`var ${shown} ${known} above`, loc);
    return name;
  }

  #some(expr: Expr): Expr | undefined {
    const { body } = expr;
    if (body.kind !== 'some') return expr;
    for (const symbol of body.symbols) {
      if (symbol.kind === 'call') return this.#someIn(expr, symbol.args, body.loc);
      if (symbol.kind === 'var') {
        const errors = this.errors.length;
        this.#declare(symbol.name, 'declared', body.loc);
        if (this.errors.length > errors) return undefined;
      }
    }
    return undefined;
  }

  /** `some k, v in xs` is `v = xs[k]` with the variables of `k` and `v` declared. */
  #someIn(expr: Expr, args: readonly Term[], loc: Location): Expr | undefined {
    const container = args.at(-1);
    const value = args.at(-2);
    if (container === undefined || value === undefined) return undefined;
    const key = args.length === 3 && args[0] !== undefined ? args[0] : varTerm(this.#state.local(), loc);
    const options = { skipRefHead: true, skipObjectKeys: true, skipClosures: true };
    const bound = varsOfTerm(value, options, varsOfTerm(key, options, new Set()));
    const inDomain = varsOfTerm(container, { skipClosures: true }, new Set());
    const again = [...bound].filter((name) => inDomain.has(name) && !isWildcard(name)).sort();
    if (again.length > 0) {
      for (const name of again) this.#fail(`var ${name} assigned before`, loc);
      return undefined;
    }
    const right: Term = {
      kind: 'ref',
      terms: container.kind === 'ref' ? [...container.terms, key] : [container, key],
      loc: container.loc,
    };
    const result: Expr = { ...equation(value, right, expr.loc), with: expr.with };
    for (const name of [...bound].sort()) {
      if (isGenerated(name) && !isWildcard(name)) continue;
      const errors = this.errors.length;
      this.#declare(name, 'declared', loc);
      if (this.errors.length > errors) return undefined;
    }
    this.#terms(result);
    this.#withs(result.with);
    return result;
  }

  #every(expr: Expr): Expr | undefined {
    const { body } = expr;
    if (body.kind !== 'every') return expr;
    body.domain = this.term(body.domain);
    const errors = this.errors.length;
    const failed = this.scopes.inside(() => {
      const declare = (term: Term): Term =>
        term.kind === 'var' && !isWildcard(term.name)
          ? varTerm(this.#declare(term.name, 'declared', body.loc), term.loc)
          : term;
      body.key = body.key === undefined ? varTerm(this.#state.local(), body.loc) : declare(body.key);
      if (this.errors.length > errors) return true;
      body.value = declare(body.value);
      if (this.errors.length > errors) return true;
      body.body = this.body(body.body, new Set());
      return false;
    });
    if (failed) return undefined;
    this.#withs(expr.with);
    return expr;
  }

  term(term: Term): Term {
    switch (term.kind) {
      case 'var': {
        const renamed = this.scopes.renamed(term.name);
        if (renamed !== undefined) {
          this.scopes.seen(term.name);
          return renamed === term.name ? term : varTerm(renamed, term.loc);
        }
        if (this.scopes.occurrence(term.name) === undefined) this.scopes.insert(term.name, term.name, 'seen');
        return term;
      }
      case 'ref':
        return this.#ref(term);
      case 'array':
      case 'set':
        term.items = term.items.map((item) => this.term(item));
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [this.term(key), this.term(value)]);
        return term;
      case 'call':
        return this.#call(term);
      case 'comprehension':
        this.#comprehension(term);
        return term;
      case 'template':
        this.#template(term.parts);
        return term;
      default:
        return term;
    }
  }

  #ref(term: Extract<Term, { kind: 'ref' }>): Term {
    const head = term.terms[0];
    if (isRoot(term) && head?.kind === 'var') {
      const occurrence = this.scopes.anyOccurrence(head.name);
      const renamed = this.scopes.renamed(head.name);
      if (occurrence === undefined || occurrence === 'seen' || renamed === undefined) return term;
      return varTerm(renamed, term.loc);
    }
    term.terms = term.terms.map((item) => this.term(item));
    return term;
  }

  #call(term: Extract<Term, { kind: 'call' }>): Term {
    const { operator } = term;
    for (const name of varsOfTerm(operator, {}, new Set())) {
      const renamed = this.scopes.renamed(name);
      if (renamed !== undefined && renamed !== name) {
        const text = operator.kind === 'ref' ? refText(operator.terms) : name;
        this.#fail(`called function ${text} shadowed`, term.loc);
      }
    }
    term.args = term.args.map((arg) => this.term(arg));
    return term;
  }

  #comprehension(term: Extract<Term, { kind: 'comprehension' }>): void {
    const used = varsOfTerm(term.term, {}, new Set());
    if (term.key !== undefined) varsOfTerm(term.key, {}, used);
    this.scopes.inside(() => {
      term.body = this.body(term.body, used);
      if (term.key !== undefined) term.key = this.term(term.key);
      term.term = this.term(term.term);
    });
  }

  #template(parts: readonly (Term | Expr)[]): void {
    for (const part of parts) {
      if (!('node' in part)) continue;
      this.scopes.inside(() => {
        this.#terms(part);
        this.#withs(part.with);
      });
    }
  }

  #checkAssigned(body: readonly Expr[], used: ReadonlySet<string>): void {
    if (!this.#state.strict || this.errors.length > 0 || this.unused.length > 0) return;
    const { names, occurrences } = this.scopes.top;
    for (const [name, occurrence] of occurrences) {
      if (occurrence !== 'assigned' || isWildcard(name) || this.scopes.count(name) > 1) continue;
      const renamed = names.get(name) ?? name;
      if (used.has(renamed) || used.has(name)) continue;
      const at = body.find((expr) => varsOfExpr(expr, {}, new Set()).has(renamed)) ?? body[0];
      this.unused.push(new RegoError('rego_compile_error', `assigned var ${name} unused`, at?.loc));
    }
  }

  #checkDeclared(body: readonly Expr[], result: readonly Expr[], used: ReadonlySet<string>): void {
    if (this.errors.length > 0 || this.unused.length > 0) return;
    const { names, occurrences } = this.scopes.top;
    if (![...occurrences.values()].includes('declared')) return;
    const inBody = varsOfBody(result, {}, new Set());
    for (const name of used) inBody.add(this.scopes.renamed(name) ?? name);
    for (const [name, occurrence] of occurrences) {
      const renamed = names.get(name) ?? name;
      if (occurrence !== 'declared' || inBody.has(renamed) || isGenerated(name)) continue;
      const at = body.find((expr) => declaredVars([expr]).has(name)) ?? body[0];
      this.unused.push(new RegoError('rego_compile_error', `declared var ${name} unused`, at?.loc));
    }
  }
}

/** The term with variables renamed, everywhere in it. */
export function replaceVars(term: Term, names: ReadonlyMap<string, string>): Term {
  if (names.size === 0) return term;
  const rename = (at: Term): void => {
    if (at.kind === 'var') at.name = names.get(at.name) ?? at.name;
  };
  if (term.kind === 'var') return varTerm(names.get(term.name) ?? term.name, term.loc);
  walkTerm(term, {
    term: (at) => {
      rename(at);
      return true;
    },
  });
  return term;
}
