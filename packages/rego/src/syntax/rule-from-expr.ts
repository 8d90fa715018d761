import type { Expr, Head, Rule, Term } from './ast.ts';
import type { Location } from './location.ts';
import { refText } from './print.ts';
import { headOf, newRule, trueBody } from './rule-parser.ts';
import { termName } from './term-parser.ts';

/** Why an expression is no rule. */
class NoRule extends Error {}

/**
 * A statement of one expression read as a rule: `p = 1`, `p.q[x]`, `f(x) := y`.
 * Returns the rule, or the text of why there is none.
 */
export function ruleFromBody(body: readonly Expr[], builtins: ReadonlySet<string>): Rule | string {
  const expr = body[0];
  if (expr === undefined || body.length > 1) return 'multiple expressions cannot be used for rule head';
  try {
    const rule = fromExpr(expr, builtins);
    rule.generatedBody = true;
    return rule;
  } catch (error) {
    if (error instanceof NoRule) return error.message;
    throw error;
  }
}

function fromExpr(expr: Expr, builtins: ReadonlySet<string>): Rule {
  if (expr.with.length > 0) throw new NoRule('expressions using with keyword cannot be used for rule head');
  if (expr.negated) throw new NoRule('negated expressions cannot be used for rule head');
  const { body } = expr;
  if (body.kind === 'some') throw new NoRule("'some' declarations cannot be used for rule head");
  if (body.kind === 'term') return fromTerm(body.term);
  if (body.kind !== 'call') throw new NoRule('expression cannot be used for rule head');
  const name = body.operator.kind === 'ref' ? refText(body.operator.terms) : '';
  if (name === 'eq' || name === 'assign') {
    const [lhs, rhs] = body.args;
    if (lhs === undefined || rhs === undefined) throw new NoRule('assignment requires two operands');
    const rule = fromEquation(lhs, rhs);
    rule.loc = expr.loc;
    rule.head.loc = expr.loc;
    rule.head.assign = name === 'assign';
    return rule;
  }
  if (builtins.has(name)) throw new NoRule('rule name conflicts with built-in function');
  if (body.args.length === 0) throw new NoRule('rule argument list must take at least one argument');
  const loc = body.operator.loc;
  const head = ruleHead({ kind: 'call', operator: body.operator, args: body.args, loc }, loc);
  head.value = { kind: 'scalar', value: true, loc };
  return withBody(head, loc);
}

function fromTerm(term: Term): Rule {
  if (term.kind !== 'ref') throw new NoRule(`${termName(term)} cannot be used for rule name`);
  const { terms, loc } = term;
  if (terms.length < 2) throw new NoRule('refs cannot be used for rule head');
  const head = ruleHead(term, loc);
  if (terms.length > 2) {
    head.value = { kind: 'scalar', value: true, loc };
    head.generatedValue = true;
  } else {
    head.key = terms[1];
    head.ref = terms.slice(0, 1);
  }
  return withBody(head, loc);
}

function fromEquation(lhs: Term, rhs: Term): Rule {
  if (lhs.kind === 'call') {
    const head = ruleHead(lhs, lhs.loc);
    head.value = rhs;
    return withBody(head, lhs.loc, rhs.loc);
  }
  if (lhs.kind !== 'ref' && lhs.kind !== 'var') throw new NoRule(`${termName(lhs)} cannot be used for rule name`);
  const head = ruleHead(lhs, lhs.loc);
  head.value = rhs;
  if (lhs.kind === 'ref' && lhs.terms.length === 2) head.key = lhs.terms[1];
  return withBody(head, lhs.loc, rhs.loc);
}

function ruleHead(term: Term, loc: Location): Head {
  const head = headOf(term, loc);
  if (head === undefined) throw new NoRule(`${termName(term)}s cannot be used in function signature`);
  if (head.ref[0]?.kind !== 'var') throw new NoRule(`invalid rule head: ${refText(head.ref)}`);
  return head;
}

function withBody(head: Head, loc: Location, bodyLoc = loc): Rule {
  const rule = newRule(head, loc);
  rule.body = trueBody(bodyLoc);
  return rule;
}
