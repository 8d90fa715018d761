/** Tokens by the names OPA prints; the two words it prints alike (`&` and `and`) are told apart here. */
export type TokenType = string;

export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly offset: number;
  readonly end: number;
  readonly row: number;
  readonly column: number;
  readonly errors: readonly string[];
}

const symbols: Readonly<Record<string, TokenType>> = {
  '[': '[',
  ']': ']',
  '{': '{',
  '}': '}',
  '(': '(',
  ')': ')',
  ',': ',',
  ':': ':',
  '+': 'plus',
  '-': 'minus',
  '*': 'mul',
  '/': 'div',
  '%': 'rem',
  '&': 'and',
  '|': 'or',
  '=': 'eq',
  '>': 'gt',
  '<': 'lt',
  ';': ';',
  '.': '.',
};

const doubled: Readonly<Record<string, TokenType>> = {
  ':': 'assign',
  '=': 'equal',
  '>': 'gte',
  '<': 'lte',
};

/** Words that are keywords in every dialect. */
export const baseKeywords: readonly string[] = [
  'package',
  'import',
  'as',
  'default',
  'else',
  'not',
  'some',
  'with',
  'null',
  'true',
  'false',
];

/** Future keywords and the token of each. */
export const futureKeywords: Readonly<Record<string, TokenType>> = {
  in: 'in',
  every: 'every',
  contains: 'contains',
  if: 'if',
  not: 'not',
  and: 'logical and',
  or: 'logical or',
};

/** Where the scanner stands: cheap to save and restore. */
export interface Position {
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Cuts a module's text into tokens. Rows and columns are those of OPA: a newline counts to the next row
 * as column 0, the end of the text has the place of the last character.
 */
export class Scanner {
  readonly text: string;
  readonly keywords: Map<string, TokenType>;
  #offset = 0;
  #row = 1;
  #column = 0;
  /** Code point under the cursor, -1 at the end. */
  #current = -1;
  #errors: string[] = [];

  constructor(text: string, keywords?: Map<string, TokenType>) {
    this.text = text;
    this.keywords = keywords ?? new Map(baseKeywords.map((word) => [word, word]));
    this.#offset = -1;
    this.#read(0);
    if (this.#current === 0xfeff) this.#next();
  }

  get position(): Position {
    return { offset: this.#offset, row: this.#row, column: this.#column };
  }

  /** Goes back to a place `position` gave. */
  moveTo({ offset, row, column }: Position): void {
    this.#offset = offset;
    this.#row = row;
    this.#column = column;
    this.#current = offset < this.text.length ? (this.text.codePointAt(offset) ?? -1) : -1;
    this.#errors = [];
  }

  addKeyword(word: string): void {
    this.keywords.set(word, futureKeywords[word] ?? word);
    if (word === 'every') this.keywords.set('in', 'in');
  }

  /** The next token; white space and comments are tokens too. */
  scan(): Token {
    return this.#token(() => this.#scanToken());
  }

  /** The rest of a template string after an expression's `}`. */
  continueTemplate(raw: boolean): Token {
    // The cursor stands right behind the brace, which takes the place of the opening quote.
    return this.#token(() => this.#template(raw, this.#offset - 1));
  }

  #token(scan: () => readonly [TokenType, string]): Token {
    const { offset, row, column } = this.position;
    const [type, text] = scan();
    const errors = this.#errors;
    if (errors.length > 0) this.#errors = [];
    return { type, text, offset, end: this.#offset, row, column, errors };
  }

  #scanToken(): readonly [TokenType, string] {
    const start = this.#offset;
    const code = this.#current;
    if (isSpace(code)) {
      this.#next();
      return ['whitespace', String.fromCodePoint(code)];
    }
    if (isLetter(code)) {
      while (isLetter(this.#current) || isDigit(this.#current)) this.#next();
      const word = this.text.slice(start, this.#offset);
      return [this.keywords.get(word) ?? 'identifier', word];
    }
    if (isDecimal(code)) return ['number', this.#number(start)];
    if (code === -1) return ['eof', ''];
    this.#next();
    return this.#symbol(String.fromCodePoint(code), start);
  }

  #symbol(letter: string, start: number): readonly [TokenType, string] {
    switch (letter) {
      case '#':
        while (this.#current !== 10 && this.#current !== -1) this.#next();
        return ['comment', this.text.slice(start, this.#offset).replace(/\r+$/, '')];
      case '"':
        return ['string', this.#string(start)];
      case '`':
        return ['string', this.#rawString(start)];
      case '!':
        if (this.#take('=')) return ['neq', '!='];
        this.#error('illegal ! character');
        return ['illegal', letter];
      case '\u00a0':
        this.#error('illegal non-breaking space character, use a regular space instead');
        return ['illegal', letter];
      case '$':
        if (this.#take('`')) return this.#template(true, this.#offset - 1);
        if (this.#take('"')) return this.#template(false, this.#offset - 1);
        this.#error('illegal $ character');
        return ['illegal', letter];
      default: {
        const twice = doubled[letter];
        if (twice !== undefined && this.#take('=')) return [twice, `${letter}=`];
        return [symbols[letter] ?? 'illegal', letter];
      }
    }
  }

  #number(start: number): string {
    while (isDecimal(this.#current)) this.#next();
    if (this.#take('.')) this.#digits('expected fraction');
    if (this.#current === 101 || this.#current === 69) {
      this.#next();
      if (!this.#take('+')) this.#take('-');
      this.#digits('expected exponent');
    }
    if (isLetter(this.#current)) {
      this.#error('illegal number format');
      while (isLetter(this.#current) || isDigit(this.#current)) this.#next();
    }
    return this.text.slice(start, this.#offset);
  }

  #digits(missing: string): void {
    if (!isDecimal(this.#current)) this.#error(missing);
    while (isDecimal(this.#current)) this.#next();
  }

  #string(start: number): string {
    for (;;) {
      const code = this.#current;
      if (code === 10 || code < 0) {
        this.#error('non-terminated string');
        break;
      }
      this.#next();
      if (code === 34) break;
      if (code === 92) this.#escape();
    }
    return this.text.slice(start, this.#offset);
  }

  #escape(): void {
    if (this.#current === 117) for (let i = 0; i < 4; i++) this.#next();
    else if (this.#current >= 0 && '\\"/bfnrt'.includes(String.fromCodePoint(this.#current))) this.#next();
    else this.#error('illegal escape sequence');
  }

  #rawString(start: number): string {
    for (;;) {
      const code = this.#current;
      this.#next();
      if (code === 96) break;
      if (code < 0) {
        this.#error('non-terminated string');
        break;
      }
    }
    return this.text.slice(start, this.#offset);
  }

  /** A part of a template up to `{` or the end; the text keeps one delimiter at each side. */
  #template(raw: boolean, start: number): readonly [TokenType, string] {
    const kind = raw ? 'raw-template-string' : 'template-string';
    let text = this.text.charAt(start);
    let from = this.#offset;
    for (;;) {
      const code = this.#current;
      if (code < 0 || (!raw && code === 10)) {
        this.#error('non-terminated string');
        return [`${kind}-part`, `${text}${this.text.slice(from, this.#offset)}"`];
      }
      this.#next();
      if (code === (raw ? 96 : 34)) return [`${kind}-end`, text + this.text.slice(from, this.#offset)];
      if (code === 123) return [`${kind}-part`, text + this.text.slice(from, this.#offset)];
      if (code !== 92) continue;
      if (this.#current === 123) {
        // `\{` stands for a brace: the backslash is left out.
        text += this.text.slice(from, this.#offset - 1);
        from = this.#offset;
        this.#next();
      } else if (!raw) this.#escape();
    }
  }

  #take(letter: string): boolean {
    if (this.#current !== letter.charCodeAt(0)) return false;
    this.#next();
    return true;
  }

  #next(): void {
    if (this.#current === -1) return;
    this.#read(this.#offset + (this.#current > 0xffff ? 2 : 1));
  }

  #read(offset: number): void {
    this.#offset = offset;
    if (offset >= this.text.length) {
      this.#current = -1;
      return;
    }
    const code = this.text.codePointAt(offset) ?? -1;
    this.#current = code;
    if (code === 10) {
      this.#row++;
      this.#column = 0;
      return;
    }
    this.#column++;
    if (code === 0) this.#error('illegal null character');
    else if (code === 0xfeff && offset > 0) this.#error('illegal byte-order mark');
    else if (code >= 0xd800 && code <= 0xdfff) this.#error('illegal utf-8 character');
  }

  #error(message: string): void {
    this.#errors.push(message);
  }
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

function isDecimal(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isDigit(code: number): boolean {
  return isDecimal(code) || (code > 127 && /^\p{Nd}$/u.test(String.fromCodePoint(code)));
}
