import type { Expr, Head, Rule, Term } from './ast.ts';
import { ExprParser } from './expr-parser.ts';
import type { Location } from './location.ts';
import { tokenName } from './parser-core.ts';
import { refText } from './print.ts';
import { termName } from './term-parser.ts';
import { isGroundTerm } from './walk.ts';

const nameFollowers = ['assign', 'eq', 'if', 'contains', '('];
const operatorFollowers = ['assign', 'eq', 'if', 'contains'];
const pathFollowers = ['assign', 'eq', '('];

/** Keywords that are no names of rules, with the tokens that show one was meant as a name. */
const followers: Readonly<Record<string, readonly string[]>> = {
  every: nameFollowers,
  if: nameFollowers,
  in: nameFollowers,
  some: nameFollowers,
  as: nameFollowers,
  package: pathFollowers,
  import: pathFollowers,
  not: operatorFollowers,
  'logical and': operatorFollowers,
  'logical or': operatorFollowers,
  contains: ['if', 'contains'],
};

/** Rules: heads, bodies, `else`, chains of bodies. */
export abstract class RuleParser extends ExprParser {
  /** Whether a keyword stands where a rule's name belongs; the error is then recorded. */
  protected keywordRuleName(afterDefault: boolean): boolean {
    const tokens = followers[this.token.type];
    if (tokens === undefined) return false;
    if (!afterDefault && !tokens.includes(this.peek())) return false;
    this.error(this.here(), `${tokenName(this.token.type)} keyword cannot be used for rule name`);
    return true;
  }

  /** One rule, or several when bodies are chained. `undefined` without an error: this is no rule. */
  protected parseRules(): Rule[] | undefined {
    const loc = this.here();
    this.keywordAsRefHead();
    let isDefault = false;
    if (this.at('default')) {
      this.scan();
      isDefault = true;
      this.keywordAsRefHead();
    }
    if (!this.at('identifier')) {
      if (isDefault) this.keywordRuleName(true);
      return undefined;
    }
    const parsed = this.#head(isDefault);
    if (parsed === undefined) return undefined;
    const { head, contains } = parsed;
    if (contains) head.keywords.add('contains');
    const rule = newRule(head, loc);
    rule.default = isDefault;
    if (isDefault) {
      if (!this.#defaultIsValid(rule)) return undefined;
      rule.body = trueBody(loc);
      rule.loc = this.spanFrom(loc);
      return [rule];
    }
    if (!this.#shape(head, contains)) return undefined;
    return this.#rest(rule, contains);
  }

  /** Decides what `p[x]` means: an element, or a member of a partial set. */
  #shape(head: Head, contains: boolean): boolean {
    const second = head.ref.length === 2 ? head.ref[1] : undefined;
    if (this.at('if') && !contains && second !== undefined) {
      if ((!isGroundTerm(second) || second.kind === 'ref') && head.args === undefined) head.key = second;
      if (head.value === undefined) {
        head.generatedValue = true;
        head.value = { kind: 'scalar', value: true, loc: head.loc };
      } else if (head.ref[0]?.kind !== 'var') return false;
      else head.name = head.ref[0].name;
      return true;
    }
    if (!this.at('if') && !contains && head.args === undefined && second !== undefined) {
      if (head.ref[0]?.kind !== 'var') return false;
      head.name = head.ref[0].name;
      head.key = second;
      if (head.value === undefined) head.ref = head.ref.slice(0, 1);
    }
    return true;
  }

  #rest(rule: Rule, contains: boolean): Rule[] | undefined {
    const { head, loc } = rule;
    if (this.at('if')) {
      head.keywords.add('if');
      this.scan();
      if (!this.#ifBody(rule)) return undefined;
    } else if (this.at('{')) {
      const body = this.#braces();
      if (body === undefined) return undefined;
      rule.body = body;
    } else if (contains) {
      rule.body = trueBody(loc);
      rule.generatedBody = true;
      rule.loc = head.loc;
      return [rule];
    } else return undefined;
    if (this.at('else') && !this.keywordAsRefHead() && !this.#firstElse(rule)) return undefined;
    rule.loc = this.spanFrom(loc);
    return this.#chained(rule);
  }

  #ifBody(rule: Rule): boolean {
    const state = this.save();
    const brace = this.at('{');
    const expr = this.parseLiteral();
    if (expr !== undefined && !(brace && expr.body.kind === 'term' && expr.body.term.kind === 'set')) {
      rule.body = [expr];
      return true;
    }
    if (!brace) return false;
    this.restore(state);
    const body = this.#braces();
    if (body === undefined) return false;
    rule.body = body;
    return true;
  }

  #braces(): Expr[] | undefined {
    this.scan();
    const body = this.parseBody('}');
    if (body !== undefined) this.scan();
    return body;
  }

  #firstElse(rule: Rule): boolean {
    const { head } = rule;
    if (head.ref.length > 1 && !head.ref.slice(1).every(isGroundTerm)) {
      this.error(this.here(), 'else keyword cannot be used on rules with variables in head');
      return false;
    }
    if (head.key !== undefined) {
      this.error(this.here(), 'else keyword cannot be used on multi-value rules');
      return false;
    }
    rule.else = this.#else(head);
    return rule.else !== undefined;
  }

  #chained(rule: Rule): Rule[] | undefined {
    const rules = [rule];
    while (this.at('{')) {
      if (rule.else !== undefined) {
        this.error(this.here(), 'expected else keyword');
        return undefined;
      }
      const loc = this.here();
      const body = this.#braces();
      if (body === undefined) return undefined;
      const next = newRule(this.#copyHead(rule.head), this.spanFrom(loc));
      next.head.loc = next.loc;
      next.body = body;
      rules.push(next);
    }
    return rules;
  }

  #copyHead(head: Head): Head {
    const copy = structuredCloneHead(head);
    for (const arg of copy.args ?? []) if (arg.kind === 'var' && arg.name.startsWith('$')) arg.name = this.wildcard();
    return copy;
  }

  #else(head: Head): Rule | undefined {
    const loc = this.here();
    const rule = newRule(this.#copyHead(head), loc);
    rule.head.generatedValue = false;
    rule.head.loc = loc;
    rule.head.keywords = new Set();
    this.scan();
    if (this.atAny('{', 'if')) {
      rule.head.generatedValue = true;
      rule.head.value = { kind: 'scalar', value: true, loc };
    } else if (this.atAny('assign', 'eq')) {
      rule.head.assign = this.at('assign');
      this.scan();
      const value = this.parseTermInfix();
      if (value === undefined) return undefined;
      rule.head.value = value;
      rule.head.loc = this.spanFrom(loc);
    } else {
      this.illegal('expected else value term or rule body');
      return undefined;
    }
    return this.#elseBody(rule, head, loc);
  }

  #elseBody(rule: Rule, head: Head, loc: Location): Rule | undefined {
    if (!this.atAny('if', '{')) {
      rule.body = trueBody(loc);
      rule.generatedBody = true;
      rule.loc = this.spanFrom(loc);
      return rule;
    }
    if (this.at('if')) {
      rule.head.keywords.add('if');
      this.scan();
    }
    if (this.at('{')) {
      const body = this.#braces();
      if (body === undefined) return undefined;
      rule.body = body;
    } else if (this.at('eof')) {
      this.illegal('rule body expected');
      return undefined;
    } else {
      const expr = this.parseLiteral();
      if (expr === undefined) return undefined;
      rule.body = [expr];
    }
    if (this.at('else')) {
      rule.else = this.#else(head);
      if (rule.else === undefined) return undefined;
    }
    rule.loc = this.spanFrom(loc);
    return rule;
  }

  #head(isDefault: boolean): { head: Head; contains: boolean } | undefined {
    const loc = this.here();
    const first = this.parseVar();
    const term = this.#headRef(first);
    if (term === undefined) {
      this.illegal('expected rule head name');
      return undefined;
    }
    const head = headOf(term, loc);
    if (head === undefined) return undefined;
    if (head.ref[0]?.kind !== 'var') {
      if (term.kind === 'call') this.illegal(`rule head ref ${refText(head.ref)} invalid`);
      return undefined;
    }
    const contains = this.#headValue(head, isDefault);
    head.loc = this.spanFrom(loc);
    return { head, contains };
  }

  #headRef(first: Term): Term | undefined {
    const { offset } = this.token;
    this.scanSpace();
    if (
      ['plus', 'minus', 'mul', 'div', 'rem', 'and', 'or', 'equal', 'neq', 'gt', 'gte', 'lt', 'lte'].includes(
        this.token.type,
      )
    ) {
      this.illegal();
    } else if (this.at('whitespace')) this.scan();
    return this.refOrTerm(first, offset);
  }

  #headValue(head: Head, isDefault: boolean): boolean {
    const name = refText(head.ref);
    if (this.at('contains')) {
      if (head.args !== undefined) {
        this.illegal(
          `the contains keyword can only be used with multi-value rule definitions (e.g., ${name} contains <VALUE> { ... })`,
        );
      }
      this.scan();
      head.key = this.parseTermInfix();
      if (head.key === undefined) this.illegal(`expected rule key term (e.g., ${name} contains <VALUE> { ... })`);
      return true;
    }
    if (this.atAny('eq', 'assign')) {
      head.assign = this.at('assign');
      this.scan();
      head.value = this.parseTermInfix();
      if (head.value === undefined) this.illegal(this.#missingValue(head, name, isDefault));
    }
    if (head.value === undefined && head.key === undefined && (head.ref.length !== 2 || (head.args ?? []).length > 0)) {
      head.generatedValue = true;
      head.value = { kind: 'scalar', value: true, loc: head.loc };
    }
    return false;
  }

  #missingValue(head: Head, name: string, isDefault: boolean): string {
    if (!head.assign) return `expected rule value term (e.g., ${name}[%!s(*ast.Term=<nil>)] = <VALUE> { ... })`;
    if ((head.args ?? []).length > 0) return `expected function value term (e.g., ${name}(...) := <VALUE> { ... })`;
    if (isDefault) return `expected default rule value term (e.g., default ${name} := <VALUE>)`;
    return `expected rule value term (e.g., ${name} := <VALUE> { ... })`;
  }

  #defaultIsValid(rule: Rule): boolean {
    const { value, args } = rule.head;
    if (value === undefined) {
      this.error(rule.loc, 'illegal default rule (must have a value)');
      return false;
    }
    const wrong = firstNotConstant(value);
    if (wrong !== undefined) {
      this.error(rule.loc, `illegal default rule (value cannot contain ${wrong})`);
      return false;
    }
    const seen = new Set<string>();
    for (const arg of args ?? []) {
      if (arg.kind !== 'var') {
        this.error(rule.loc, `illegal default rule (arguments cannot contain ${termName(arg)})`);
        return false;
      }
      if (seen.has(arg.name)) {
        this.error(rule.loc, `illegal default rule (arguments cannot be repeated ${arg.name})`);
        return false;
      }
      seen.add(arg.name);
    }
    return true;
  }
}

function firstNotConstant(term: Term): string | undefined {
  switch (term.kind) {
    case 'var':
    case 'ref':
    case 'call':
      return term.kind;
    case 'array':
    case 'set':
      return term.items.map(firstNotConstant).find((found) => found !== undefined);
    case 'object':
      return term.entries
        .flat()
        .map(firstNotConstant)
        .find((found) => found !== undefined);
    default:
      return undefined;
  }
}

/** The head a term makes. A head's `name` is its variable when the reference has one or two terms. */
export function headOf(term: Term, loc: Location): Head | undefined {
  const operator = term.kind === 'call' ? term.operator : term;
  let ref: Term[];
  if (operator.kind === 'ref') ref = operator.terms;
  else if (operator.kind === 'var') ref = [operator];
  else return undefined;
  const first = ref[0];
  return {
    ref,
    name: first?.kind === 'var' && ref.length < 3 ? first.name : '',
    args: term.kind === 'call' ? [...term.args] : undefined,
    key: undefined,
    value: undefined,
    assign: false,
    generatedValue: false,
    keywords: new Set(),
    loc,
  };
}

export function newRule(head: Head, loc: Location): Rule {
  return {
    node: 'rule',
    default: false,
    head,
    body: [],
    else: undefined,
    generatedBody: false,
    loc,
    annotations: [],
  };
}

/** The body of a rule without one. */
export function trueBody(loc: Location): Expr[] {
  const term: Term = { kind: 'scalar', value: true, loc };
  return [{ node: 'expr', body: { kind: 'term', term }, negated: false, with: [], loc }];
}

function structuredCloneHead(head: Head): Head {
  const { keywords, ...rest } = head;
  return { ...copyTree(rest), keywords: new Set(keywords) };
}

/** A deep copy of a syntax tree; locations are shared. */
export function copyTree<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyTree) as T;
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) copy[name] = name === 'loc' ? inner : copyTree(inner);
  return copy as T;
}
