import { type Token, tokenize } from './lexer.ts';
import { expandMacro } from './macros.ts';
import { CelSyntaxError, type Node } from './syntax.ts';

const maxDepth = 250;
const maxLength = 100_000;

const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Parses an expression; macros are expanded. Throws CelSyntaxError. */
export function parse(source: string): Node {
  if (source.length > maxLength) throw new CelSyntaxError(`expression code point size exceeds limit: ${maxLength}`, 0);
  return new Parser(tokenize(source)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#expression();
    const left = this.#peek();
    if (left.is !== 'end') throw this.#unexpected(left);
    return node;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { is: 'end', at: 0, text: '' };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #isMark(text: string): boolean {
    const token = this.#peek();
    return token.is === 'mark' && token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#isMark(text)) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected(this.#peek(), text);
  }

  #unexpected(token: Token, expected?: string): CelSyntaxError {
    const found = token.is === 'end' ? '<EOF>' : token.is === 'literal' ? String(token.value) : token.text;
    const why =
      expected === undefined ? `unexpected '${found}'` : `mismatched input '${found}' expecting '${expected}'`;
    return new CelSyntaxError(`Syntax error: ${why}`, token.at);
  }

  #expression(): Node {
    this.#depth += 1;
    if (this.#depth > maxDepth)
      throw new CelSyntaxError(`expression recursion limit exceeded: ${maxDepth}`, this.#peek().at);
    const condition = this.#binary(0);
    const { at } = this.#peek();
    let node = condition;
    if (this.#accept('?')) {
      const yes = this.#binary(0);
      this.#expect(':');
      const no = this.#expression();
      node = { is: 'call', at, name: '_?_:_', target: undefined, args: [condition, yes, no] };
    }
    this.#depth -= 1;
    return node;
  }

  #binary(level: number): Node {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    while (true) {
      const token = this.#peek();
      const isOperator = (token.is === 'mark' || token.is === 'name') && operators.includes(token.text);
      if (!isOperator) return left;
      this.#next += 1;
      const right = this.#binary(level + 1);
      const name = token.text === 'in' ? '@in' : `_${token.text}_`;
      left = { is: 'call', at: token.at, name, target: undefined, args: [left, right] };
    }
  }

  #unary(): Node {
    const token = this.#peek();
    if (token.is === 'mark' && (token.text === '!' || token.text === '-')) {
      let count = 0;
      while (this.#accept(token.text)) count += 1;
      const operand = this.#member();
      if (token.text === '-' && count === 1 && operand.is === 'literal') {
        if (typeof operand.value === 'bigint' || typeof operand.value === 'number') {
          return { ...operand, at: token.at, value: negated(operand.value) };
        }
      }
      if (count % 2 === 0) return operand;
      return { is: 'call', at: token.at, name: `${token.text}_`, target: undefined, args: [operand] };
    }
    return this.#member();
  }

  #member(): Node {
    let node = this.#primary();
    while (true) {
      const token = this.#peek();
      if (token.is !== 'mark') return node;
      if (token.text === '.' || token.text === '.?') {
        this.#next += 1;
        node = this.#afterDot(node, token.text === '.?');
      } else if (token.text === '[' || token.text === '[?') {
        this.#next += 1;
        const index = this.#expression();
        this.#expect(']');
        node = {
          is: 'call',
          at: token.at,
          name: token.text === '[' ? '_[_]' : '_[?_]',
          target: undefined,
          args: [node, index],
        };
      } else return node;
    }
  }

  #afterDot(target: Node, optional: boolean): Node {
    const token = this.#take();
    if (token.is !== 'name') throw this.#unexpected(token);
    const name = token.text;
    if (!optional && this.#accept('(')) {
      const args = this.#list(')');
      return expandMacro(name, target, args, token.at) ?? { is: 'call', at: token.at, name, target, args };
    }
    return { is: 'select', at: token.at, target, field: name, form: optional ? 'optional' : 'value' };
  }

  #list(end: string): Node[] {
    const out: Node[] = [];
    while (!this.#accept(end)) {
      if (out.length > 0) {
        this.#expect(',');
        if (end !== ')' && this.#accept(end)) break;
      }
      out.push(this.#expression());
    }
    return out;
  }

  #primary(): Node {
    const token = this.#take();
    if (token.is === 'literal') return { is: 'literal', at: token.at, value: token.value };
    if (token.is === 'name') return this.#name(token.text, token.at);
    if (token.is === 'mark') {
      if (token.text === '(') {
        const inner = this.#expression();
        this.#expect(')');
        return inner;
      }
      if (token.text === '[' || token.text === '[?') return this.#listLiteral(token.at, token.text === '[?');
      if (token.text === '{') return this.#mapLiteral(token.at);
      if (token.text === '.') return this.#primary();
    }
    throw this.#unexpected(token);
  }

  #name(text: string, at: number): Node {
    if (text === 'true' || text === 'false') return { is: 'literal', at, value: text === 'true' };
    if (text === 'null') return { is: 'literal', at, value: null };
    if (reserved.has(text)) throw new CelSyntaxError(`Syntax error: reserved identifier: ${text}`, at);
    if (this.#accept('(')) {
      const args = this.#list(')');
      return expandMacro(text, undefined, args, at) ?? { is: 'call', at, name: text, target: undefined, args };
    }
    return { is: 'ident', at, name: text };
  }

  #listLiteral(at: number, firstIsOptional: boolean): Node {
    const items: Node[] = [];
    const optional = new Set<number>();
    let isOptional = firstIsOptional;
    while (!this.#accept(']')) {
      if (items.length > 0) {
        this.#expect(',');
        if (this.#accept(']')) break;
        isOptional = this.#accept('?');
      }
      if (isOptional) optional.add(items.length);
      isOptional = false;
      items.push(this.#expression());
    }
    return { is: 'list', at, items, optional };
  }

  #mapLiteral(at: number): Node {
    const entries: (readonly [Node, Node])[] = [];
    const optional = new Set<number>();
    while (!this.#accept('}')) {
      if (entries.length > 0) {
        this.#expect(',');
        if (this.#accept('}')) break;
      }
      if (this.#accept('?')) optional.add(entries.length);
      const key = this.#expression();
      this.#expect(':');
      entries.push([key, this.#expression()]);
    }
    return { is: 'map', at, entries, optional };
  }
}

function negated(value: bigint | number): bigint | number {
  return typeof value === 'bigint' ? -value : -value;
}
