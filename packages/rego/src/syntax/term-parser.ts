import { parseNumber } from '../values/number.ts';
import type { CallTerm, Expr, Term } from './ast.ts';
import type { Location } from './location.ts';
import { ParserCore } from './parser-core.ts';
import { termText } from './print.ts';
import type { TokenType } from './scanner.ts';

const relations = ['equal', 'neq', 'lt', 'gt', 'lte', 'gte'];

/** Binary operators by how tight they bind, loosest first, below `in`. */
const levels: readonly (readonly string[])[] = [relations, ['or'], ['and'], ['plus', 'minus'], ['mul', 'div', 'rem']];

/** Terms: scalars, references, calls, collections, comprehensions, infix operators. */
export abstract class TermParser extends ParserCore {
  /** A term with all its operators. `undefined` when there is none: an error is then recorded. */
  parseTermInfix(): Term | undefined {
    return this.#in(undefined, true, this.token.offset);
  }

  /** The same inside a list, where a comma separates terms. */
  parseTermInList(): Term | undefined {
    return this.#in(undefined, false, this.token.offset);
  }

  #in(start: Term | undefined, keyValue: boolean, offset: number): Term | undefined {
    const lhs = start ?? this.#binary(0, offset);
    if (lhs === undefined) return undefined;
    if (keyValue && this.at(',')) {
      const state = this.save();
      this.scan();
      const middle = this.#binary(0, offset);
      const op = middle === undefined ? undefined : this.#operator('internal', 'member_3', ['in']);
      if (middle !== undefined && op !== undefined) {
        const rhs = this.#binary(0, this.token.offset);
        if (rhs !== undefined) return this.#moreIn(this.#call(op, [lhs, middle, rhs], lhs, offset), keyValue, offset);
      }
      this.restore(state);
    }
    this.keywordAsRefHead();
    const op = this.#operator('internal', 'member_2', ['in']);
    if (op === undefined) return lhs;
    const rhs = this.#binary(0, this.token.offset);
    return rhs === undefined ? lhs : this.#moreIn(this.#call(op, [lhs, rhs], lhs, offset), keyValue, offset);
  }

  #moreIn(call: Term, keyValue: boolean, offset: number): Term | undefined {
    return this.at('in') ? this.#in(call, keyValue, offset) : call;
  }

  #binary(level: number, offset: number): Term | undefined {
    const operators = levels[level];
    if (operators === undefined) return this.parseTerm();
    let lhs = this.#binary(level + 1, offset);
    while (lhs !== undefined && this.atAny(...operators)) {
      const op = this.#operator(undefined, this.token.type, operators);
      const rhs = this.#binary(level + 1, this.token.offset);
      if (op === undefined || rhs === undefined) return lhs;
      lhs = this.#call(op, [lhs, rhs], lhs, offset);
    }
    return lhs;
  }

  /** The operator as the reference of the built-in it calls, if the token is one of `types`. */
  #operator(prefix: string | undefined, name: string, types: readonly TokenType[]): Term | undefined {
    if (!this.atAny(...types)) return undefined;
    const loc = this.here();
    const terms: Term[] = [{ kind: 'var', name: prefix ?? name, loc }];
    if (prefix !== undefined) terms.push({ kind: 'scalar', value: name, loc });
    this.scan();
    return { kind: 'ref', terms, loc };
  }

  /** `=` or `:=` as an operator. */
  protected assignmentOperator(): Term | undefined {
    return this.#operator(undefined, this.token.type, ['assign', 'eq']);
  }

  #call(operator: Term, args: Term[], first: Term, offset: number): CallTerm {
    return { kind: 'call', operator, args, loc: this.spanFrom(first.loc, offset) };
  }

  parseTerm(): Term | undefined {
    return this.cached(() => this.#term());
  }

  #term(): Term | undefined {
    // `and(` and `or(` where a term must stand are the functions of these names.
    if (this.atAny('logical and', 'logical or') && this.peekSpace() === '(') {
      this.token = { ...this.token, type: 'identifier' };
    }
    if (!this.at('minus')) return this.#finish(this.#head());
    const loc = this.here();
    const state = this.save();
    this.scan();
    if (!this.atAny('identifier', 'contains')) {
      this.restore(state);
      return this.#finish(this.#number());
    }
    const term = this.#finish(this.parseVar());
    if (term === undefined) return undefined;
    const operator: Term = { kind: 'ref', terms: [{ kind: 'var', name: 'minus', loc }], loc };
    const zero: Term = { kind: 'scalar', value: 0, loc };
    return { kind: 'call', operator, args: [zero, term], loc: this.spanFrom(loc) };
  }

  #head(): Term | undefined {
    const loc = this.here();
    switch (this.token.type) {
      case 'null':
        return { kind: 'scalar', value: null, loc };
      case 'true':
        return { kind: 'scalar', value: true, loc };
      case 'false':
        return { kind: 'scalar', value: false, loc };
      case '.':
      case 'number':
        return this.#number();
      case 'string':
        return this.#string();
      case 'template-string-part':
      case 'template-string-end':
        return this.#template(false);
      case 'raw-template-string-part':
      case 'raw-template-string-end':
        return this.#template(true);
      case 'identifier':
      case 'contains':
        return this.parseVar();
      case '[':
        return this.#array();
      case '{':
        return this.#setOrObject();
      case '(':
        return this.#group();
      default:
        this.illegal();
        return undefined;
    }
  }

  #group(): Term | undefined {
    const { offset } = this.token;
    this.scan();
    const term = this.parseTermInfix();
    if (term === undefined) return undefined;
    if (!this.at(')')) {
      this.error(this.here(), 'non-terminated expression');
      return undefined;
    }
    term.loc = { ...term.loc, offset, end: this.token.end };
    return term;
  }

  /** Goes on behind a term: a reference, a call, or nothing. */
  #finish(head: Term | undefined): Term | undefined {
    if (head === undefined) return undefined;
    const { offset } = this.token;
    this.scanSpace();
    return this.refOrTerm(head, offset);
  }

  protected refOrTerm(head: Term, offset: number): Term | undefined {
    if (this.atAny('(', '.', '[')) return this.#ref(head, offset);
    if (this.at('whitespace')) this.scan();
    if (head.kind === 'var' && (head.name === 'input' || head.name === 'data')) {
      return { kind: 'ref', terms: [head], loc: head.loc };
    }
    return head;
  }

  #number(): Term | undefined {
    const loc = this.here();
    let prefix = '';
    if (this.at('minus')) {
      prefix = '-';
      this.scan();
      if (!this.atAny('number', '.')) return this.#fail('expected number');
    }
    if (this.at('.')) {
      prefix += '.';
      this.scan();
      if (!this.at('number')) return this.#fail('expected number');
    }
    const digits = this.token.text;
    if (!prefix.endsWith('.') && /^0(?![.eE]|$)/.test(digits))
      return this.#fail('expected number without leading zero');
    const text = prefix.endsWith('.') ? `${prefix.slice(0, -1)}0.${digits}` : prefix + digits;
    const value = parseNumber(text);
    if (value === undefined) return this.#fail('illegal number');
    // OPA refuses what its floats cannot hold.
    const exponent = Number(/[eE]([+-]?\d+)$/.exec(text)?.[1] ?? 0);
    if (Math.abs(exponent) > 100_000 || text.length > 100_000) {
      this.error(this.here(), 'number too big');
      return undefined;
    }
    return { kind: 'scalar', value, loc };
  }

  #fail(note: string): undefined {
    this.illegal(note);
    return undefined;
  }

  #string(): Term | undefined {
    const { text } = this.token;
    const loc = this.here();
    if (text.startsWith('`')) return { kind: 'scalar', value: text.slice(1, -1), loc };
    const value = unquote(text);
    if (value === undefined) {
      this.error(loc, `illegal string literal: ${text}`);
      return undefined;
    }
    return { kind: 'scalar', value, loc };
  }

  #template(raw: boolean): Term | undefined {
    const loc = this.here();
    const parts: (Term | Expr)[] = [];
    for (;;) {
      const { text } = this.token;
      const inner = text.slice(1, -1);
      const value = raw ? inner : unquote(`"${inner}"`);
      if (value === undefined) {
        this.error(this.here(), `illegal template-string part: ${text}`);
        return undefined;
      }
      if (value !== '') parts.push({ kind: 'scalar', value, loc: this.here() });
      if (this.token.type.endsWith('-end')) break;
      const part = this.#templatePart();
      if (part === undefined) return undefined;
      parts.push(part);
      if (!this.at('}')) {
        this.error(this.here(), 'expected } to end template string expression');
        return undefined;
      }
      this.scanTemplate(raw);
    }
    return { kind: 'template', parts, loc: this.spanFrom(loc, loc.offset, this.token.end) };
  }

  #templatePart(): Term | Expr | undefined {
    const comments = this.comments.length;
    this.scan();
    const hadComments = this.comments.length !== comments;
    const expr = this.parseLiteral();
    if (expr === undefined) {
      this.error(this.here(), 'invalid template-string expression');
      return undefined;
    }
    const wrong = notForTemplates(expr);
    if (wrong !== undefined) {
      this.error(expr.loc, `unexpected ${wrong} in template-string expression`);
      return undefined;
    }
    const { body } = expr;
    return body.kind === 'term' && body.term.kind === 'scalar' && !hadComments ? body.term : expr;
  }

  #ref(head: Term, offset: number): Term | undefined {
    const { loc } = head;
    if (head.kind === 'scalar' || head.kind === 'ref' || head.kind === 'template') {
      this.error(loc, `illegal ref (head cannot be ${termName(head)})`);
    }
    const terms: Term[] = [head];
    for (;;) {
      switch (this.token.type) {
        case '.':
          this.scanSpace();
          if (!this.at('identifier') && !this.isRefKeyword(this.token.type)) return this.#fail('expected identifier');
          terms.push({ kind: 'scalar', value: this.token.text, loc: this.here() });
          this.scanSpace();
          break;
        case '(':
          return this.#callRef(terms, loc, offset);
        case '[': {
          this.scan();
          const operand = this.parseTermInfix();
          if (operand === undefined) return undefined;
          if (!this.at(']')) return this.#fail('expected [');
          terms.push(operand);
          this.scanSpace();
          break;
        }
        default: {
          const span = this.spanFrom(loc, offset);
          if (this.at('whitespace')) this.scan();
          return { kind: 'ref', terms, loc: span };
        }
      }
    }
  }

  #callRef(terms: Term[], loc: Location, offset: number): Term | undefined {
    const operator: Term = { kind: 'ref', terms, loc: this.spanFrom(loc, offset, this.token.offset) };
    const term = this.#arguments(operator, loc, offset);
    if (term === undefined) return undefined;
    if (this.at('whitespace')) this.scan();
    else if (this.atAny('.', '[')) return this.#ref(term, offset);
    return term;
  }

  #arguments(operator: Term, loc: Location, offset: number): Term | undefined {
    this.scan();
    const args = this.at(')') ? [] : this.#list(')', []);
    if (args === undefined) return undefined;
    const span = this.spanFrom(loc, offset, this.token.end);
    this.scanSpace();
    const name = operator.kind === 'ref' && operator.terms.length === 1 ? operator.terms[0] : undefined;
    if (args.length === 0 && name?.kind === 'var' && name.name === 'set') return { kind: 'set', items: [], loc: span };
    return { kind: 'call', operator, args, loc: span };
  }

  #array(): Term | undefined {
    const loc = this.here();
    const finish = (): Location => this.spanFrom(loc, loc.offset, this.token.end);
    this.scan();
    if (this.at(']')) return { kind: 'array', items: [], loc: finish() };
    const maybeComprehension = !this.at(',');
    if (!maybeComprehension) this.scan();
    const state = this.save();
    const head = this.parseTerm();
    if (head === undefined) return undefined;
    if (this.at(']')) return { kind: 'array', items: [head], loc: finish() };
    if (this.at(',')) {
      this.scan();
      const items = this.#list(']', [head]);
      return items === undefined ? undefined : { kind: 'array', items, loc: finish() };
    }
    if (this.at('or') && maybeComprehension) {
      this.scan();
      const body = this.parseBody(']');
      if (body !== undefined) {
        return { kind: 'comprehension', of: 'array', key: undefined, term: head, body, loc: finish() };
      }
      if (!this.at(',')) return undefined;
    }
    this.restore(state);
    const items = this.#list(']', []);
    return items === undefined ? undefined : { kind: 'array', items, loc: finish() };
  }

  #setOrObject(): Term | undefined {
    const loc = this.here();
    const finish = (): Location => this.spanFrom(loc, loc.offset, this.token.end);
    this.scan();
    if (this.at('}')) return { kind: 'object', entries: [], loc: finish() };
    const maybeComprehension = !this.at(',');
    if (!maybeComprehension) this.scan();
    const state = this.save();
    let head = this.parseTerm();
    if (head === undefined) return undefined;
    if (this.at('or') && maybeComprehension) return this.#setComprehension(state, head, finish);
    if (this.atAny('}', ',')) return this.#set(head, finish);
    if (this.at(':')) return this.#object(head, maybeComprehension, finish);
    this.restore(state);
    head = this.parseTermInList();
    if (head === undefined) return undefined;
    if (this.atAny('}', ',')) return this.#set(head, finish);
    if (this.at(':')) return this.#object(head, maybeComprehension, finish);
    return this.#fail('non-terminated set');
  }

  #set(head: Term, finish: () => Location): Term | undefined {
    let items: Term[] | undefined = [head];
    if (this.at(',')) {
      this.scan();
      items = this.#list('}', items);
    }
    return items === undefined ? undefined : { kind: 'set', items, loc: finish() };
  }

  #setComprehension(state: ReturnType<ParserCore['save']>, head: Term, finish: () => Location): Term | undefined {
    this.scan();
    const body = this.parseBody('}');
    if (body !== undefined) {
      return { kind: 'comprehension', of: 'set', key: undefined, term: head, body, loc: finish() };
    }
    if (!this.at(',')) return undefined;
    this.restore(state);
    const items = this.#list('}', []);
    return items === undefined ? undefined : { kind: 'set', items, loc: finish() };
  }

  #object(key: Term, maybeComprehension: boolean, finish: () => Location): Term | undefined {
    this.scan();
    const state = this.save();
    let value = this.parseTerm();
    if (value === undefined) return undefined;
    if (maybeComprehension) {
      if (this.atAny('}', ',')) return this.#objectRest(key, value, true, finish);
      if (this.at('or')) {
        const term = this.#objectRest(key, value, true, finish);
        if (term !== undefined) return term;
      }
    }
    this.restore(state);
    value = this.parseTermInList();
    if (value === undefined) return undefined;
    if (this.atAny('}', ',')) return this.#objectRest(key, value, false, finish);
    return this.#fail('non-terminated object');
  }

  #objectRest(key: Term, value: Term, maybeComprehension: boolean, finish: () => Location): Term | undefined {
    if (this.at('}')) return { kind: 'object', entries: [[key, value]], loc: finish() };
    if (this.at('or')) {
      if (!maybeComprehension) return this.#fail('non-terminated object');
      this.scan();
      const body = this.parseBody('}');
      return body === undefined
        ? undefined
        : { kind: 'comprehension', of: 'object', key, term: value, body, loc: finish() };
    }
    if (!this.at(',')) return undefined;
    this.scan();
    const entries = this.#pairs([[key, value]]);
    return entries === undefined ? undefined : { kind: 'object', entries: lastOfEqual(entries), loc: finish() };
  }

  #list(end: TokenType, terms: Term[]): Term[] | undefined {
    while (!this.at(end)) {
      const term = this.parseTermInList();
      if (term === undefined) return undefined;
      terms.push(term);
      if (this.at(end)) break;
      if (!this.at(',')) return this.#fail(`expected "," or "${end}"`);
      this.scan();
    }
    return terms;
  }

  #pairs(entries: (readonly [Term, Term])[]): (readonly [Term, Term])[] | undefined {
    while (!this.at('}')) {
      const key = this.parseTermInList();
      if (key === undefined) return undefined;
      if (!this.at(':')) return this.#fail('expected ":"');
      this.scan();
      const value = this.parseTermInList();
      if (value === undefined) return undefined;
      entries.push([key, value]);
      if (this.at('}')) break;
      if (!this.at(',')) return this.#fail('expected "," or "}"');
      this.scan();
    }
    return entries;
  }
}

/** A quoted string's value by the rules of JSON. */
function unquote(quoted: string): string | undefined {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    // A raw tab is fine in Rego, not in JSON.
    const text: unknown = JSON.parse(
      quoted.replace(/[\u0000-\u001f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
    return typeof text === 'string' ? text.toWellFormed() : undefined;
  } catch {
    return undefined;
  }
}

function notForTemplates(expr: Expr): string | undefined {
  if (expr.negated) return "negation ('not')";
  const { body } = expr;
  if (body.kind === 'every' || body.kind === 'some') return `'${body.kind}'`;
  if (body.kind !== 'call' || body.operator.kind !== 'ref') return undefined;
  const name = body.operator.terms[0];
  if (name?.kind !== 'var' || body.operator.terms.length > 1) return undefined;
  if (name.name === 'eq') return "unification ('=')";
  return name.name === 'assign' ? "assignment (':=')" : undefined;
}

/** The name OPA has for a kind of term in messages. */
export function termName(term: Term): string {
  switch (term.kind) {
    case 'scalar':
      if (term.value === null) return 'null';
      return typeof term.value === 'object' ? 'number' : typeof term.value;
    case 'comprehension':
      return `${term.of}comprehension`;
    case 'template':
      return 'templatestring';
    default:
      return term.kind;
  }
}

/** As OPA: of entries with the same key only the last one's value is there at all; what stands before it is never looked at. */
function lastOfEqual(entries: readonly (readonly [Term, Term])[]): (readonly [Term, Term])[] {
  const byKey = new Map<string, readonly [Term, Term]>();
  for (const [key, value] of entries) {
    const text = termText(key);
    byKey.set(text, [byKey.get(text)?.[0] ?? key, value]);
  }
  return [...byKey.values()];
}
