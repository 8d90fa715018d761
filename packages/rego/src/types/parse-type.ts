import { type Argument, anyType, type FunctionType, type Property, type Type } from './type.ts';

/** Reads a function type in OPA's notation, e.g. `(x: number, y: any<string, null>) => result: set[any]`. */
export function parseFunctionType(text: string): FunctionType {
  const reader = new TypeReader(text);
  reader.expect('(');
  const args: Argument[] = [];
  let variadic: Type | undefined;
  while (!reader.take(')')) {
    const argument = reader.argument();
    if (reader.take('...')) variadic = argument.type;
    else args.push(argument);
    reader.take(', ');
  }
  reader.expect(' => ');
  if (reader.take('???')) return { kind: 'function', args, variadic, result: undefined };
  const { name, type } = reader.argument();
  return { kind: 'function', args, variadic, result: type, resultName: name };
}

class TypeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw new TypeError(`type notation: ${token} expected at ${this.#at} of ${this.#text}`);
  }

  argument(): Argument {
    const name = this.#name();
    return { name, type: this.type() };
  }

  /** A name and its colon, if one stands here. */
  #name(): string | undefined {
    const match = /^([A-Za-z_][\w -]*): /.exec(this.#text.slice(this.#at));
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match[1];
  }

  type(): Type {
    const word = /^[a-z]+/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += word.length;
    switch (word) {
      case 'null':
      case 'boolean':
      case 'number':
      case 'string':
        return { kind: word };
      case 'any':
        return this.take('<') ? { kind: 'any', of: this.#list() } : anyType;
      case 'set':
        return { kind: 'set', of: this.#bracketed() };
      case 'array':
        return { kind: 'array', items: this.take('<') ? this.#list() : [], rest: this.#bracketed() };
      case 'object':
        return this.#object();
      default:
        throw new TypeError(`type notation: unknown type at ${this.#at} of ${this.#text}`);
    }
  }

  #list(): Type[] {
    const types: Type[] = [];
    while (!this.take('>')) {
      types.push(this.type());
      this.take(', ');
    }
    return types;
  }

  #bracketed(): Type | undefined {
    if (!this.take('[')) return undefined;
    const type = this.type();
    this.expect(']');
    return type;
  }

  #object(): Type {
    const properties: Property[] = [];
    if (this.take('<')) {
      while (!this.take('>')) {
        properties.push({ key: this.#name() ?? '', value: this.type() });
        this.take(', ');
      }
    }
    if (!this.take('[')) return { kind: 'object', properties, rest: undefined };
    const key = this.type();
    this.expect(': ');
    const value = this.type();
    this.expect(']');
    return { kind: 'object', properties, rest: { key, value } };
  }
}
