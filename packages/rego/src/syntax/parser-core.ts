import type { Comment, Dialect, Expr, Term, VarTerm } from './ast.ts';
import { RegoError } from './error.ts';
import type { Location } from './location.ts';
import { baseKeywords, futureKeywords, type Position, Scanner, type Token, type TokenType } from './scanner.ts';

/** Everything that trying something and going back has to restore. All values in it are replaced, never changed. */
interface State {
  readonly scanner: Position;
  readonly token: Token;
  readonly lastEnd: number;
  readonly skippedNewline: boolean;
  readonly errors: readonly RegoError[];
  readonly comments: readonly Comment[];
  readonly hints: readonly string[];
  readonly wildcards: number;
}

/** A term parsed before: the state behind it, and the errors found inside it alone. */
interface Parsed {
  readonly term: Term | undefined;
  readonly post: State;
  readonly added: readonly RegoError[];
}

const keywordsV0: ReadonlySet<string> = new Set([
  'not',
  'package',
  'import',
  'as',
  'default',
  'else',
  'with',
  'null',
  'true',
  'false',
  'some',
]);
const keywordsV1: ReadonlySet<string> = new Set([...keywordsV0, 'if', 'contains', 'in', 'every']);

/** Whether a word is reserved in a dialect. */
export function isKeyword(word: string, dialect: Dialect): boolean {
  return (dialect === 'v0' ? keywordsV0 : keywordsV1).has(word);
}

/** Tokens, look-ahead and errors: what all parts of the parser stand on. */
export abstract class ParserCore {
  readonly file: string;
  readonly source: string;
  readonly dialect: Dialect;
  protected readonly scanner: Scanner;
  protected token: Token;
  protected lastEnd = 0;
  protected skippedNewline = false;
  protected errors: readonly RegoError[] = [];
  protected comments: readonly Comment[] = [];
  protected hints: readonly string[] = [];
  /** `import future.keywords.not` makes `not { … }` a body. */
  protected notBodies = false;
  #wildcards = 0;
  #cache = new Map<string, Parsed>();

  constructor(file: string, source: string, dialect: Dialect) {
    this.file = file;
    this.source = source;
    this.dialect = dialect;
    this.scanner = new Scanner(source);
    if (dialect === 'v1') for (const word of ['in', 'every', 'contains', 'if']) this.scanner.addKeyword(word);
    this.token = { type: 'illegal', text: '', offset: 0, end: 0, row: 1, column: 0, errors: [] };
  }

  abstract parseBody(end: TokenType): Expr[] | undefined;
  abstract parseLiteral(): Expr | undefined;

  protected at(type: TokenType): boolean {
    return this.token.type === type;
  }

  protected atAny(...types: readonly TokenType[]): boolean {
    return types.includes(this.token.type);
  }

  /** The place of the current token. */
  protected here(): Location {
    const { row, column, offset, end } = this.token;
    return { file: this.file, row, column, offset, end };
  }

  /** The place of `start`, reaching to the end of the last token read. */
  protected spanFrom(start: Location, offset = start.offset, end = this.lastEnd): Location {
    return { ...start, offset, end: Math.max(end, offset) };
  }

  protected text(location: Location): string {
    return this.source.slice(location.offset, location.end);
  }

  protected save(): State {
    return {
      scanner: this.scanner.position,
      token: this.token,
      lastEnd: this.lastEnd,
      skippedNewline: this.skippedNewline,
      errors: this.errors,
      comments: this.comments,
      hints: this.hints,
      wildcards: this.#wildcards,
    };
  }

  protected restore(state: State): void {
    this.scanner.moveTo(state.scanner);
    this.token = state.token;
    this.lastEnd = state.lastEnd;
    this.skippedNewline = state.skippedNewline;
    this.errors = state.errors;
    this.comments = state.comments;
    this.hints = state.hints;
    this.#wildcards = state.wildcards;
  }

  /** A term parsed at this very place before: trying the same text again must not cost exponential time. */
  protected cached(parse: () => Term | undefined): Term | undefined {
    // A keyword may have become a name since: the token's type belongs to the place.
    const place = `${this.token.offset} ${this.token.type}`;
    const known = this.#cache.get(place);
    if (known !== undefined) {
      this.restore({ ...known.post, errors: [...this.errors, ...known.added] });
      return known.term;
    }
    const before = this.errors.length;
    const term = parse();
    this.#cache.set(place, { term, post: this.save(), added: this.errors.slice(before) });
    return term;
  }

  /** Runs `parse` with the future keywords given (all, or none), and goes back to the keywords of now. */
  protected withFuture<T>(words: readonly string[] | 'none', parse: () => T): T {
    const cache = this.#cache;
    const keywords = new Map(this.scanner.keywords);
    this.#cache = new Map();
    if (words === 'none') {
      for (const word of Object.keys(futureKeywords)) this.scanner.keywords.delete(word);
    } else for (const word of words) this.scanner.addKeyword(word);
    try {
      return parse();
    } finally {
      this.scanner.keywords.clear();
      for (const [word, type] of keywords) this.scanner.keywords.set(word, type);
      this.#cache = cache;
    }
  }

  protected forgetCache(): void {
    this.#cache.clear();
  }

  /** The next token, white space skipped. */
  protected scan(): void {
    this.#advance(true, () => this.scanner.scan());
  }

  /** The next token; white space is one. */
  protected scanSpace(): void {
    this.#advance(false, () => this.scanner.scan());
  }

  protected scanTemplate(raw: boolean): void {
    this.#advance(false, () => this.scanner.continueTemplate(raw));
  }

  #advance(skipSpace: boolean, read: () => Token): void {
    if (this.token.type !== 'whitespace') {
      this.lastEnd = this.token.end;
      this.skippedNewline = false;
    }
    for (;;) {
      const token = read();
      this.token = token;
      if (token.errors.length > 0) {
        for (const message of token.errors) this.error(this.here(), message);
        this.token = { ...token, type: 'illegal' };
      }
      if (this.token.type === 'whitespace') {
        if (token.text === '\n') this.skippedNewline = true;
        if (skipSpace) continue;
      }
      if (this.token.type !== 'comment') return;
      this.comments = [...this.comments, { text: token.text.slice(1), loc: this.here() }];
    }
  }

  /** The token after this one, white space counted. */
  protected peekSpace(): TokenType {
    const state = this.save();
    this.scanSpace();
    const { type } = this.token;
    this.restore(state);
    return type;
  }

  protected peek(): TokenType {
    const state = this.save();
    this.scan();
    const { type } = this.token;
    this.restore(state);
    return type;
  }

  protected hint(text: string): void {
    this.hints = [...this.hints, text];
  }

  protected error(location: Location, message: string): void {
    const [first, ...more] = this.hints;
    let full = message;
    if (first !== undefined) full += more.length === 0 ? ` (hint: ${first})` : ` (hints: ${this.hints.join(', ')})`;
    this.errors = [...this.errors, new RegoError('rego_parse_error', full, location)];
    this.hints = [];
  }

  /** The current token may not stand here. */
  protected illegal(note = ''): void {
    const { type } = this.token;
    if (type === 'illegal') {
      this.error(this.here(), 'illegal token');
      return;
    }
    const kind = baseKeywords.includes(type) || futureTokens.has(type) ? 'keyword' : 'token';
    const message = `unexpected ${tokenName(type)} ${kind}`;
    this.error(this.here(), note === '' ? message : `${message}: ${note}`);
  }

  /** Whether a keyword may stand as a name inside a reference. */
  protected isRefKeyword(type: TokenType): boolean {
    const word = tokenName(type);
    if (type === 'and' || type === 'or') return false;
    return isKeyword(word, this.dialect) || this.scanner.keywords.has(word);
  }

  /** Takes a keyword as a name when a reference goes on behind it. */
  protected keywordAsRefHead(): boolean {
    if (!this.isRefKeyword(this.token.type)) return false;
    const next = this.peekSpace();
    if (next !== '.' && next !== '[') return false;
    this.token = { ...this.token, type: 'identifier' };
    return true;
  }

  protected parseVar(): VarTerm {
    const name = this.token.text === '_' ? this.wildcard() : this.token.text;
    return { kind: 'var', name, loc: this.here() };
  }

  protected wildcard(): string {
    return `$${this.#wildcards++}`;
  }
}

const futureTokens: ReadonlySet<string> = new Set(Object.values(futureKeywords));

/** The name OPA prints for a token. */
export function tokenName(type: TokenType): string {
  if (type === 'logical and') return 'and';
  return type === 'logical or' ? 'or' : type;
}
