import type { Expr, ExprBody, Term, With } from './ast.ts';
import type { Location } from './location.ts';
import type { TokenType } from './scanner.ts';
import { TermParser } from './term-parser.ts';

/** An operand of `and`, `or`, `not`: its expressions, and whether braces were written around them. */
interface Operand {
  readonly body: Expr[];
  readonly explicit: boolean;
  readonly loc: Location;
}

/** Expressions and bodies. */
export abstract class ExprParser extends TermParser {
  parseBody(end: TokenType): Expr[] | undefined {
    return this.parseQuery(false, end);
  }

  /** Expressions up to `end`, which is not taken; a newline or semicolon separates them. */
  protected parseQuery(semicolonOnly: boolean, end: TokenType): Expr[] | undefined {
    if (this.at(end)) {
      this.error(this.here(), 'found empty body');
      return undefined;
    }
    const body: Expr[] = [];
    for (;;) {
      const expr = this.parseLiteral();
      if (expr === undefined) return undefined;
      body.push(expr);
      if (this.at(';')) {
        this.scan();
        continue;
      }
      if (this.at(end) || semicolonOnly) return body;
      if (this.skippedNewline) continue;
      if (this.errors.length === 0) {
        this.#hintInfix();
        this.illegal(`expected \\n or ; or ${end === 'eof' ? 'eof' : end}`);
      }
      return undefined;
    }
  }

  parseLiteral(): Expr | undefined {
    const loc = this.here();
    const expr = this.#literal();
    if (expr !== undefined) {
      expr.loc = this.spanFrom(loc);
      if (expr.body.kind === 'not' && !expr.body.explicit) for (const inner of expr.body.body) inner.loc = expr.loc;
    }
    return expr;
  }

  #literal(): Expr | undefined {
    if (this.#logical() && this.atAny('{', '(')) {
      const operand = this.at('{') ? this.#bracedOperand() : this.#groupOperand(false);
      if (operand !== undefined) return this.#tail(operand);
    }
    if (this.keywordAsRefHead()) return this.#plain(false, undefined);
    let notLoc: Location | undefined;
    if (this.#takesNot()) {
      notLoc = this.here();
      this.scan();
    }
    if (notLoc !== undefined && this.notBodies && this.at('{')) {
      const operand = this.#notBody(notLoc);
      return operand === undefined ? undefined : this.#tail(operand);
    }
    if (this.atAny('some', 'every')) {
      if (notLoc !== undefined) {
        this.illegal(`illegal negation of '${this.token.type}'`);
        return undefined;
      }
      return this.at('some') ? this.#some() : this.#every();
    }
    return this.#plain(notLoc !== undefined, notLoc);
  }

  #takesNot(): boolean {
    if (!this.at('not')) return false;
    const next = this.peekSpace();
    return next !== '.' && next !== '[';
  }

  #plain(negated: boolean, notLoc: Location | undefined): Expr | undefined {
    if (notLoc !== undefined && this.notBodies && this.at('(')) {
      const group = this.#groupOperand(true);
      if (group !== undefined) return this.#tail(this.#negate(group, notLoc));
    }
    const start = this.save();
    const loc = this.here();
    const expr = this.#expr();
    if (expr === undefined) return undefined;
    expr.loc = this.spanFrom(loc);
    const withLoc = this.at('with') ? this.here() : undefined;
    if (withLoc !== undefined) {
      const withs = this.#with();
      if (withs === undefined) return undefined;
      expr.with = withs;
    }
    this.#hintEvery(expr, start);
    let done = expr;
    if (negated && this.notBodies && notLoc !== undefined) {
      const withs = expr.with;
      expr.with = [];
      done = this.#node(
        { kind: 'not', body: [expr], explicit: false, loc: this.spanFrom(notLoc) },
        this.spanFrom(notLoc),
      );
      done.with = withs;
    } else expr.negated = negated;
    if (!this.atAny('logical and', 'logical or')) return done;
    if (withLoc !== undefined) {
      this.#withOnOperand(withLoc);
      return undefined;
    }
    return this.#tail({ body: [done], explicit: false, loc: done.loc });
  }

  #hintEvery(expr: Expr, start: ReturnType<ExprParser['save']>): void {
    if (this.dialect !== 'v0' || this.scanner.keywords.has('every')) return;
    if (expr.body.kind !== 'term' || expr.body.term.kind !== 'var' || expr.body.term.name !== 'every') return;
    const now = this.save();
    this.restore(start);
    const works = this.withFuture(['every', 'in'], () => this.#every()) !== undefined;
    this.restore(now);
    if (works) this.hint('`import future.keywords.every` for `every x in xs { ... }` expressions');
  }

  #expr(): Expr | undefined {
    const loc = this.here();
    const lhs = this.parseTermInfix();
    if (lhs === undefined) return undefined;
    const operator = this.assignmentOperator();
    if (operator !== undefined) {
      const rhs = this.parseTermInfix();
      return rhs === undefined ? undefined : this.#node({ kind: 'call', operator, args: [lhs, rhs] }, loc);
    }
    if (lhs.kind === 'call') return this.#node({ kind: 'call', operator: lhs.operator, args: lhs.args }, loc);
    return this.#node({ kind: 'term', term: lhs }, loc);
  }

  #node(body: ExprBody, loc: Location): Expr {
    return { node: 'expr', body, negated: false, with: [], loc };
  }

  #with(): With[] | undefined {
    const withs: With[] = [];
    while (this.at('with')) {
      const loc = this.here();
      this.scan();
      if (!this.at('identifier')) {
        this.illegal('expected ident');
        return undefined;
      }
      const target = this.parseTerm();
      if (target === undefined) return undefined;
      if (target.kind !== 'ref' && target.kind !== 'var') this.illegal('expected with target path');
      if (!this.at('as')) {
        this.illegal('expected as keyword');
        return undefined;
      }
      this.scan();
      const value = this.parseTermInfix();
      if (value === undefined) return undefined;
      withs.push({ target, value, loc: this.spanFrom(loc) });
    }
    return withs;
  }

  #attachWith(expr: Expr): Expr | undefined {
    if (!this.at('with')) return expr;
    const withs = this.#with();
    if (withs === undefined) return undefined;
    expr.with = withs;
    return expr;
  }

  #some(): Expr | undefined {
    const loc = this.here();
    const state = this.save();
    this.scan();
    const term = this.parseTermInfix();
    if (term?.kind === 'call') {
      if (!this.#isMember(term)) {
        this.illegal('expected `x in xs` or `x, y in xs` expression');
        return undefined;
      }
      return this.#attachWith(this.#node({ kind: 'some', symbols: [term], loc }, loc));
    }
    this.restore(state);
    if (this.dialect === 'v0' && !this.scanner.keywords.has('in')) this.#hintSomeIn();
    const symbols: Term[] = [];
    do {
      this.scan();
      if (!this.at('identifier')) {
        this.illegal('expected var');
        return undefined;
      }
      symbols.push(this.parseVar());
      this.scan();
    } while (this.at(','));
    return this.#node({ kind: 'some', symbols, loc }, loc);
  }

  #hintSomeIn(): void {
    const state = this.save();
    this.scan();
    const term = this.withFuture(['in'], () => this.parseTermInfix());
    this.restore(state);
    if (term?.kind === 'call' && this.#isMember(term)) {
      this.hint('`import future.keywords.in` for `some x in xs` expressions');
    }
  }

  #isMember(call: Term): boolean {
    if (call.kind !== 'call' || call.operator.kind !== 'ref') return false;
    const [first, second] = call.operator.terms;
    return first?.kind === 'var' && first.name === 'internal' && second?.kind === 'scalar';
  }

  #every(): Expr | undefined {
    const loc = this.here();
    this.scan();
    const call = this.parseTermInfix();
    if (call === undefined) return undefined;
    if (call.kind !== 'call' || !this.#isMember(call)) {
      this.illegal('expected `x[, y] in xs { ... }` expression');
      return undefined;
    }
    const [domain, value, key] = [...call.args].reverse();
    if (domain === undefined || value === undefined) {
      this.illegal('illegal domain');
      return undefined;
    }
    if (key !== undefined && key.kind !== 'var') {
      this.illegal('expected key to be a variable');
      return undefined;
    }
    if (value.kind !== 'var') {
      this.illegal('expected value to be a variable');
      return undefined;
    }
    if (!this.at('{')) {
      this.illegal('missing body');
      return undefined;
    }
    this.scan();
    const body = this.parseBody('}');
    if (body === undefined) return undefined;
    this.scan();
    return this.#attachWith(this.#node({ kind: 'every', key, value, domain, body, loc }, loc));
  }

  // `and`, `or` and `not { … }`: keywords of the future in v1, imported.

  #logical(): boolean {
    return this.scanner.keywords.has('and') || this.scanner.keywords.has('or');
  }

  /** Folds what follows an operand: `and` before `or`, from the left; then a `with` for the whole. */
  #tail(first: Operand): Expr | undefined {
    if (!this.atAny('logical and', 'logical or')) {
      const only = first.body[0];
      return only === undefined ? undefined : this.#attachWith(only);
    }
    const whole = this.#chain(first);
    return whole === undefined ? undefined : this.#attachWith(whole);
  }

  #chain(first: Operand): Expr | undefined {
    let lhs: Operand | undefined = this.#andChain(first);
    while (lhs !== undefined && this.at('logical or')) {
      this.scan();
      const operand = this.#operand();
      const rhs: Operand | undefined = operand === undefined ? undefined : this.#andChain(operand);
      lhs = rhs === undefined ? undefined : this.#join('or', lhs, rhs);
    }
    return lhs?.body[0];
  }

  #andChain(first: Operand): Operand | undefined {
    let lhs: Operand | undefined = first;
    while (lhs !== undefined && this.at('logical and')) {
      this.scan();
      const rhs = this.#operand();
      lhs = rhs === undefined ? undefined : this.#join('and', lhs, rhs);
    }
    return lhs;
  }

  #join(kind: 'and' | 'or', lhs: Operand, rhs: Operand): Operand {
    const loc = this.spanFrom(lhs.loc);
    const body: ExprBody = {
      kind,
      lhs: lhs.body,
      rhs: rhs.body,
      explicitLhs: lhs.explicit,
      explicitRhs: rhs.explicit,
      loc,
    };
    return { body: [this.#node(body, loc)], explicit: false, loc };
  }

  #operand(): Operand | undefined {
    if (this.at('{')) {
      const loc = this.here();
      this.scan();
      const body = this.parseBody('}');
      if (body === undefined) return undefined;
      this.scan();
      return { body, explicit: true, loc };
    }
    let notLoc: Location | undefined;
    if (this.#takesNot()) {
      notLoc = this.here();
      this.scan();
    }
    if (notLoc !== undefined && this.notBodies && this.at('{')) return this.#notBody(notLoc);
    if (this.at('(') && (notLoc === undefined || this.notBodies)) {
      const group = this.#groupOperand(true);
      if (group !== undefined) return notLoc === undefined ? group : this.#negate(group, notLoc);
    }
    const loc = this.here();
    const expr = this.#expr();
    if (expr === undefined) return undefined;
    expr.loc = this.spanFrom(loc);
    if (notLoc !== undefined && this.notBodies) {
      return this.#negate({ body: [expr], explicit: false, loc: expr.loc }, notLoc);
    }
    expr.negated = notLoc !== undefined;
    return { body: [expr], explicit: false, loc: expr.loc };
  }

  #negate(inner: Operand, notLoc: Location): Operand {
    const loc = this.spanFrom(notLoc);
    const expr = this.#node({ kind: 'not', body: inner.body, explicit: inner.explicit, loc }, loc);
    return { body: [expr], explicit: false, loc };
  }

  #notBody(notLoc: Location): Operand | undefined {
    this.scan();
    const body = this.parseBody('}');
    if (body === undefined) return undefined;
    this.scan();
    return this.#negate({ body, explicit: true, loc: notLoc }, notLoc);
  }

  /** `{ … }` in front of `and` or `or`; anything else is left for the term parser. */
  #bracedOperand(): Operand | undefined {
    const state = this.save();
    const loc = this.here();
    this.scan();
    const body = this.parseBody('}');
    if (body !== undefined) {
      this.scan();
      if (this.atAny('logical and', 'logical or')) return { body, explicit: true, loc };
    }
    this.restore(state);
    this.forgetCache();
    return undefined;
  }

  /** `( … )` around `and`, `or` or `not`; a parenthesized term is left for the term parser. */
  #groupOperand(operand: boolean): Operand | undefined {
    const state = this.save();
    const loc = this.here();
    this.scan();
    const first = this.at(')') ? undefined : this.#operand();
    if (first !== undefined) {
      const kind = first.body[0]?.body.kind;
      if (this.atAny('logical and', 'logical or')) {
        const whole = this.#chain(first);
        const expr = whole === undefined ? undefined : this.#attachWith(whole);
        if (expr !== undefined && this.#closes()) return { body: [expr], explicit: false, loc: this.spanFrom(loc) };
      } else if (this.at('with') && !first.explicit && first.body[0] !== undefined) {
        this.#attachWith(first.body[0]);
        if (this.#closes() && (operand || this.atAny('logical and', 'logical or'))) return first;
      } else if (
        (kind === 'and' || kind === 'or' || kind === 'not' || first.body[0]?.negated === true) &&
        this.#closes()
      ) {
        return { ...first, loc: this.spanFrom(loc) };
      }
    }
    this.restore(state);
    this.forgetCache();
    return undefined;
  }

  #closes(): boolean {
    if (!this.at(')')) return false;
    this.scan();
    return true;
  }

  #withOnOperand(loc: Location): void {
    const word = this.token.text;
    this.hint(
      `Wrap the operand in \`(...)\` or \`{...}\` to scope, or move \`with\` after the \`${word}\` expression to apply it to the whole expression`,
    );
    this.error(loc, `\`with\` modifier is not allowed on operand of \`${word}\``);
  }

  #hintInfix(): void {
    if (this.hints.length > 0) return;
    const examples: Readonly<Record<string, string>> = { in: 'x in xs', and: 'x and y', or: 'x or y' };
    let word = this.token.text;
    if (this.at(',')) {
      const state = this.save();
      this.scan();
      const term = this.withFuture(['in'], () => this.parseTermInfix());
      this.restore(state);
      if (term === undefined || !this.#isMember(term)) return;
      word = 'in';
    } else if (!this.at('identifier')) return;
    const example = Object.hasOwn(examples, word) ? examples[word] : undefined;
    if (example !== undefined) this.hint(`\`import future.keywords.${word}\` for \`${example}\` expressions`);
  }
}
