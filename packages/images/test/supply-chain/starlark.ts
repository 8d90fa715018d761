/**
 * Evaluates the little of Starlark that the supply-chain templates use, so that their tests need no program of others. Where `ytt` is on
 * PATH, the same tests run with it too. Source: github.com/bazelbuild/starlark, spec.md; ytt's blocks end with `end`.
 */
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value } | Callable;
export type Callable = (...args: Value[]) => Value;
type Scope = Map<string, Value>;

interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'sign' | 'line' | 'end';
  readonly text: string;
}

const tokenPattern =
  /[ \t]+|(?<name>[A-Za-z_]\w*)|(?<string>"(?:[^"\\]|\\.)*")|(?<number>\d+)|(?<sign>==|!=|[-+=()[\]{}:,.])|(?<line>\n)/y;

function tokenize(code: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < code.length) {
    const at = tokenPattern.lastIndex;
    const groups = tokenPattern.exec(code)?.groups;
    if (groups === undefined) {
      if (tokenPattern.lastIndex === 0) throw new Error(`not Starlark as we know it: ${code.slice(at, at + 40)}`);
      continue;
    }
    const found = Object.entries(groups).find(([, text]) => text !== undefined);
    if (found === undefined) continue;
    const [kind, text] = found as [Token['kind'], string];
    if (text === '(' || text === '[' || text === '{') depth++;
    if (text === ')' || text === ']' || text === '}') depth--;
    // Lines end no statement inside brackets.
    if (kind !== 'line' || depth === 0) tokens.push({ kind, text });
  }
  return [...tokens, { kind: 'line', text: '\n' }, { kind: 'end', text: '' }];
}

/** What a statement did: nothing, or return with a value. */
type Outcome = { readonly returned: Value } | undefined;
type Statement = (scope: Scope) => Outcome;
type Expression = (scope: Scope) => Value;

class Parser {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(code: string) {
    this.#tokens = tokenize(code);
  }

  get #now(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #is(text: string): boolean {
    return this.#now.text === text && this.#now.kind !== 'string';
  }

  #take(text?: string): string {
    const { text: got } = this.#now;
    if (text !== undefined && !this.#is(text)) throw new Error(`wanted ${text}, got ${JSON.stringify(got)}`);
    this.#at++;
    return got;
  }

  #skip(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  program(): Statement {
    const block = this.#block([]);
    if (this.#now.kind !== 'end') throw new Error(`not expected: ${this.#now.text}`);
    return block;
  }

  /** One expression and nothing after it. */
  only(): Expression {
    const expression = this.#expression();
    this.#take('\n');
    if (this.#now.kind !== 'end') throw new Error(`not expected: ${this.#now.text}`);
    return expression;
  }

  #block(enders: readonly string[]): Statement {
    const statements: Statement[] = [];
    for (;;) {
      while (this.#now.kind === 'line') this.#at++;
      if (this.#now.kind === 'end' || enders.some((ender) => this.#is(ender))) break;
      statements.push(this.#statement());
    }
    return (scope) => {
      for (const statement of statements) {
        const outcome = statement(scope);
        if (outcome !== undefined) return outcome;
      }
      return undefined;
    };
  }

  #statement(): Statement {
    if (this.#skip('def')) return this.#definition();
    if (this.#skip('if')) return this.#condition();
    if (this.#skip('for')) return this.#loop();
    if (this.#skip('return')) {
      const value = this.#expression();
      return (scope) => ({ returned: value(scope) });
    }
    const target = this.#now;
    const start = this.#at;
    const left = this.#expression();
    if (!this.#skip('=')) return (scope) => void left(scope);
    const value = this.#expression();
    if (this.#at > start && this.#tokens[start + 1]?.text === '=')
      return (scope) => void scope.set(target.text, value(scope));
    // `name[key] = value`
    this.#at = start + 2;
    const key = this.#expression();
    this.#take(']');
    this.#take('=');
    this.#expression();
    return (scope) => {
      const holder = scope.get(target.text);
      if (!isDict(holder)) throw new Error(`${target.text} is not a dict`);
      holder[String(key(scope))] = value(scope);
      return undefined;
    };
  }

  #definition(): Statement {
    const name = this.#take();
    this.#take('(');
    this.#take(')');
    this.#take(':');
    const body = this.#block(['end']);
    this.#take('end');
    return (scope) => {
      scope.set(name, () => body(new Map(scope))?.returned ?? null);
      return undefined;
    };
  }

  #condition(): Statement {
    const test = this.#expression();
    this.#take(':');
    const body = this.#block(['end']);
    this.#take('end');
    return (scope) => (isTrue(test(scope)) ? body(scope) : undefined);
  }

  #loop(): Statement {
    const names = [this.#take()];
    while (this.#skip(',')) names.push(this.#take());
    this.#take('in');
    const list = this.#expression();
    this.#take(':');
    const body = this.#block(['end']);
    this.#take('end');
    return (scope) => {
      for (const item of list(scope) as Value[]) {
        for (const [at, name] of names.entries())
          scope.set(name, names.length === 1 ? item : ((item as Value[])[at] ?? null));
        const outcome = body(scope);
        if (outcome !== undefined) return outcome;
      }
      return undefined;
    };
  }

  #expression(): Expression {
    let left = this.#both();
    while (this.#skip('or')) {
      const [first, second] = [left, this.#both()];
      left = (scope) => {
        const value = first(scope);
        return isTrue(value) ? value : second(scope);
      };
    }
    return left;
  }

  #both(): Expression {
    let left = this.#negation();
    while (this.#skip('and')) {
      const [first, second] = [left, this.#negation()];
      left = (scope) => {
        const value = first(scope);
        return isTrue(value) ? second(scope) : value;
      };
    }
    return left;
  }

  #negation(): Expression {
    if (!this.#skip('not')) return this.#comparison();
    const value = this.#negation();
    return (scope) => !isTrue(value(scope));
  }

  #comparison(): Expression {
    const left = this.#sum();
    if (this.#skip('not')) {
      this.#take('in');
      const right = this.#sum();
      return (scope) => !(right(scope) as Value[]).includes(left(scope));
    }
    return left;
  }

  #sum(): Expression {
    let left = this.#postfix();
    while (this.#skip('+')) {
      const [first, second] = [left, this.#postfix()];
      left = (scope) => {
        const [a, b] = [first(scope), second(scope)];
        if (typeof a === 'string' && typeof b === 'string') return a + b;
        if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
        throw new Error(`cannot add ${typeof a} and ${typeof b}`);
      };
    }
    return left;
  }

  #postfix(): Expression {
    let value = this.#primary();
    for (;;) {
      const before = value;
      if (this.#skip('.')) {
        const name = this.#take();
        value = (scope) => attribute(before(scope), name);
      } else if (this.#skip('[')) {
        const key = this.#expression();
        this.#take(']');
        value = (scope) => indexed(before(scope), key(scope));
      } else if (this.#skip('(')) {
        const args = this.#list(')');
        value = (scope) => {
          const callee = before(scope);
          if (typeof callee !== 'function') throw new Error('not a function');
          return callee(...args.map((arg) => arg(scope)));
        };
      } else return value;
    }
  }

  #list(closer: string): readonly Expression[] {
    const items: Expression[] = [];
    while (!this.#skip(closer)) {
      items.push(this.#expression());
      if (!this.#is(closer)) this.#take(',');
    }
    return items;
  }

  #primary(): Expression {
    const { kind, text } = this.#now;
    this.#at++;
    if (kind === 'string') return () => JSON.parse(text) as string;
    if (kind === 'number') return () => Number(text);
    if (text === '(') {
      const inner = this.#expression();
      this.#take(')');
      return inner;
    }
    if (text === '[') {
      const items = this.#list(']');
      return (scope) => items.map((item) => item(scope));
    }
    if (text === '{') return this.#dict();
    if (kind !== 'name') throw new Error(`not expected: ${JSON.stringify(text)}`);
    return (scope) => {
      const value = scope.get(text);
      if (value === undefined) throw new Error(`${text} is not defined`);
      return value;
    };
  }

  #dict(): Expression {
    const pairs: [Expression, Expression][] = [];
    while (!this.#skip('}')) {
      const key = this.#expression();
      this.#take(':');
      pairs.push([key, this.#expression()]);
      if (!this.#is('}')) this.#take(',');
    }
    return (scope) => Object.fromEntries(pairs.map(([key, value]) => [String(key(scope)), value(scope)]));
  }
}

function isDict(value: Value | undefined): value is { [name: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isDict(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function indexed(holder: Value, key: Value): Value {
  const value = isDict(holder) && Object.hasOwn(holder, String(key)) ? holder[String(key)] : undefined;
  const found = Array.isArray(holder) ? holder[Number(key)] : value;
  if (found === undefined) throw new Error(`key ${JSON.stringify(key)} not in ${typeof holder}`);
  return found;
}

/** Methods of strings and dicts, and fields of modules. */
function attribute(holder: Value, name: string): Value {
  if (typeof holder === 'string') {
    if (name === 'split') return (by) => holder.split(String(by));
    if (name === 'replace') return (from, to) => holder.replaceAll(String(from), String(to));
  }
  if (isDict(holder)) {
    if (Object.hasOwn(holder, name)) return holder[name] ?? null;
    if (name === 'get') return (key) => (Object.hasOwn(holder, String(key)) ? (holder[String(key)] ?? null) : null);
    if (name === 'items') return () => Object.entries(holder).map(([key, value]): Value => [key, value]);
  }
  throw new Error(`${typeof holder} has no ${name}`);
}

/** Runs statements in a scope of names. */
export function runStarlark(code: string, scope: Scope): void {
  new Parser(code).program()(scope);
}

/** The value of one expression. */
export function evaluateStarlark(code: string, scope: Scope): Value {
  return new Parser(code).only()(scope);
}
