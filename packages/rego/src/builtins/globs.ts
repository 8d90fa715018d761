import { isArray, type Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError } from './builtin.ts';
import { arrayOperand, builtin, elementError, operandError, stringOperand } from './operands.ts';
import { compilePattern } from './regexes.ts';

const special = /[\\^$.*+?()[\]{}|/-]/g;
const plain = (text: string): string => text.replace(special, '\\$&');

function delimitersOf(args: readonly Value[]): readonly string[] {
  const value = args[1] ?? null;
  if (value === null) return [];
  if (!isArray(value)) throw operandError(2, value, 'array', 'null');
  const letters = arrayOperand(args, 2).map((one) => {
    if (typeof one !== 'string' || Array.from(one).length !== 1) throw elementError(2, value, one, 'rune');
    return one;
  });
  return letters.length === 0 ? ['.'] : letters;
}

/** A glob as a pattern of RE2. Wildcards stop at delimiters, `**` and lists do not. */
class GlobReader {
  readonly #points: readonly string[];
  readonly #single: string;
  #at = 0;
  #depth = 0;

  constructor(glob: string, delimiters: readonly string[]) {
    this.#points = Array.from(glob);
    this.#single = delimiters.length === 0 ? '.' : `[^${delimiters.map(plain).join('')}]`;
  }

  toPattern(): string {
    let pattern = '';
    while (this.#at < this.#points.length) pattern += this.#next();
    if (this.#depth > 0) throw this.#fail('unclosed `{`');
    return `(?s)^(?:${pattern})$`;
  }

  #fail(why: string): BuiltinError {
    return new BuiltinError(`glob: syntax error at offset ${this.#at}: ${why}`);
  }

  #next(): string {
    const letter = this.#points[this.#at++] ?? '';
    switch (letter) {
      case '*':
        if (this.#points[this.#at] !== '*') return `${this.#single}*`;
        this.#at++;
        return '.*';
      case '?':
        return this.#single;
      case '[':
        return this.#list();
      case '{':
        this.#depth++;
        return '(?:';
      case '\\':
        return plain(this.#escaped());
    }
    if (this.#depth > 0 && letter === ',') return '|';
    if (this.#depth > 0 && letter === '}') {
      this.#depth--;
      return ')';
    }
    return plain(letter);
  }

  #escaped(): string {
    const letter = this.#points[this.#at++];
    if (letter === undefined) throw this.#fail('trailing backslash');
    return letter;
  }

  /** `[abc]`, `[a-z]`, and either with `!` in front: one letter of them, or one of all others. */
  #list(): string {
    const isNot = this.#points[this.#at] === '!';
    if (isNot) this.#at++;
    const letters = this.#points[this.#at + 1] === '-' ? this.#range() : this.#letters();
    if (this.#points[this.#at++] !== ']') throw this.#fail('expected close range character');
    return `[${isNot ? '^' : ''}${letters}]`;
  }

  #range(): string {
    const [low, high] = [this.#points[this.#at], this.#points[this.#at + 2]];
    this.#at += 3;
    if (low === undefined || high === undefined) throw this.#fail('unexpected end of input');
    if ((low.codePointAt(0) ?? 0) > (high.codePointAt(0) ?? 0))
      throw this.#fail('hi character should be greater than lo');
    return `${plain(low)}-${plain(high)}`;
  }

  #letters(): string {
    let letters = '';
    for (let letter = this.#points[this.#at]; letter !== ']'; letter = this.#points[this.#at]) {
      if (letter === undefined) throw this.#fail('unexpected end of input');
      this.#at++;
      letters += plain(letter === '\\' ? this.#escaped() : letter);
    }
    if (letters === '') throw this.#fail('empty range');
    return letters;
  }
}

function matches(args: readonly Value[], context: BuiltinContext): boolean {
  const glob = stringOperand(args, 1);
  const delimiters = delimitersOf(args);
  const text = stringOperand(args, 3);
  const key = `glob:${glob}-${delimiters.join('')}`;
  const known = context.cache.get(key);
  const pattern = typeof known === 'string' ? known : new GlobReader(glob, delimiters).toPattern();
  context.cache.set(key, pattern);
  return compilePattern(pattern, context).matcher(text).find();
}

/** Globs as file names have them. */
export const builtins = [
  builtin('glob.match', matches),
  builtin('glob.quote_meta', (args) => stringOperand(args, 1).replace(/[*?\\[\]{}]/g, '\\$&')),
];
