import type { Dialect, Expr, Import, Module, Package, RefTerm, Rule, Term } from './ast.ts';
import { RegoError, RegoErrors } from './error.ts';
import { isKeyword } from './parser-core.ts';
import { refText } from './print.ts';
import { ruleFromBody } from './rule-from-expr.ts';
import { RuleParser } from './rule-parser.ts';
import { baseKeywords, futureKeywords } from './scanner.ts';
import { termName } from './term-parser.ts';
import { checkV1 } from './v1-checks.ts';

type Statement = Package | Import | Rule | readonly Expr[];

const importRoots = ['data', 'future', 'input', 'rego'];

/** A whole module, or a query. */
class ModuleParser extends RuleParser {
  /** Reads all statements; the errors found are in `problems`. */
  statements(rules: boolean): Statement[] {
    const statements: Statement[] = [];
    try {
      this.scan();
      while (!this.at('eof')) if (!this.#statement(statements, rules)) break;
    } catch (error) {
      // The stack is the limit of nesting: a policy written by people does not come near.
      if (!(error instanceof RangeError)) throw error;
      this.error(this.here(), 'max parsing recursion depth exceeded');
    }
    return statements;
  }

  /** Makes a future keyword known before reading starts. */
  activateKeyword(word: string): void {
    this.scanner.addKeyword(word);
  }

  get problems(): readonly RegoError[] {
    return this.errors;
  }

  get allComments(): Module['comments'] {
    return this.comments;
  }

  /** Reads one statement; `false` when the rest cannot be read. */
  #statement(statements: Statement[], rules: boolean): boolean {
    if (rules && this.keywordRuleName(false)) return false;
    for (const read of [() => this.#package(), () => this.#import()]) {
      const state = this.save();
      const statement = read();
      if (statement !== undefined) {
        if (this.at('minus')) {
          this.illegal();
          return false;
        }
        if (statement.node === 'import') this.#activate(statement);
        statements.push(statement);
        return true;
      }
      if (this.errors.length > 0) return false;
      this.restore(state);
    }
    if (rules) {
      const state = this.save();
      const parsed = this.parseRules();
      if (parsed !== undefined) {
        statements.push(...parsed);
        return true;
      }
      if (this.errors.length > 0) return false;
      this.restore(state);
    }
    const body = this.parseQuery(true, 'eof');
    if (body === undefined) return false;
    statements.push(body);
    return true;
  }

  /** Steps over `package` or `import`; `false` when it is the head of a reference. */
  #pathFollows(): boolean {
    this.scanSpace();
    if (this.atAny('.', '[')) return false;
    if (this.at('whitespace')) this.scan();
    if (this.at('identifier')) return true;
    if (!this.isRefKeyword(this.token.type)) {
      this.illegal();
      return false;
    }
    this.token = { ...this.token, type: 'identifier' };
    return true;
  }

  #package(): Package | undefined {
    if (!this.at('package')) return undefined;
    const loc = this.here();
    if (!this.#pathFollows()) return undefined;
    const term = this.parseTerm();
    if (term === undefined) return undefined;
    if (term.kind !== 'var' && term.kind !== 'ref') {
      this.illegal();
      return undefined;
    }
    const terms = term.kind === 'var' ? [term] : term.terms;
    const path: Term[] = [{ kind: 'var', name: 'data', loc: term.loc }];
    for (const [i, part] of terms.entries()) {
      if (i === 0 && part.kind === 'var') path.push({ kind: 'scalar', value: part.name, loc: part.loc });
      else if (i > 0 && part.kind === 'scalar' && typeof part.value === 'string') path.push(part);
      else {
        this.error(part.loc, `unexpected ${termName(part)} token: expecting ${i === 0 ? 'var' : 'string'}`);
        return undefined;
      }
    }
    return { node: 'package', path, loc: this.spanFrom(loc) };
  }

  #import(): Import | undefined {
    if (!this.at('import')) return undefined;
    const loc = this.here();
    if (!this.#pathFollows()) return undefined;
    const term = this.withFuture('none', () => this.parseTerm());
    const path = this.#importPath(term);
    if (path === undefined) return undefined;
    const [root] = path.terms;
    if (root?.kind !== 'var' || !importRoots.includes(root.name)) {
      this.hint('if this is unexpected, try updating OPA');
      const got = root === undefined ? '' : refText([root]);
      this.error(path.loc, `unexpected import path, must begin with one of: {data, future, input, rego}, got: ${got}`);
      return undefined;
    }
    if (this.at('as')) {
      const alias = this.#alias();
      return alias === undefined ? undefined : { node: 'import', path, alias, loc: this.spanFrom(loc) };
    }
    const last = path.terms.at(-1);
    const name = last?.kind === 'var' ? last.name : last?.kind === 'scalar' ? String(last.value) : '';
    if (last !== undefined && root.name !== 'future' && isKeyword(name, this.dialect)) {
      this.hint('import a different path or use an alias');
      this.error(last.loc, `unexpected import path, must not end with a keyword, got: ${name}`);
    }
    return { node: 'import', path, alias: undefined, loc: this.spanFrom(loc) };
  }

  #importPath(term: Term | undefined): RefTerm | undefined {
    if (term?.kind === 'var') return { kind: 'ref', terms: [term], loc: term.loc };
    if (term?.kind !== 'ref') {
      this.error(this.here(), 'expected path');
      return undefined;
    }
    const wrong = term.terms.slice(1).find((part) => part.kind !== 'scalar' || typeof part.value !== 'string');
    if (wrong === undefined) return term;
    this.error(wrong.loc, `unexpected ${termName(wrong)} token: expecting string`);
    return undefined;
  }

  #alias(): string | undefined {
    this.scan();
    if (!this.at('identifier')) {
      this.illegal('expected var');
      return undefined;
    }
    const alias = this.parseTerm();
    if (alias?.kind === 'var') return alias.name;
    if (alias?.kind === 'ref' && alias.terms.length === 1) {
      this.error(alias.loc, `unexpected import alias, must not be a reserved name, got: ${refText(alias.terms)}`);
    } else this.illegal('expected var');
    return undefined;
  }

  /** What `import future…` and `import rego…` turn on. */
  #activate({ path, alias, loc }: Import): void {
    const [root, second, third, ...more] = path.terms.map((term) =>
      term.kind === 'var' ? term.name : term.kind === 'scalar' ? String(term.value) : '',
    );
    if (root === 'rego') {
      if ((second !== 'v1' && second !== 'v2') || third !== undefined) {
        this.error(path.loc, `invalid import \`${refText(path.terms)}\`, must be one of: \`rego.v1\`, \`rego.v2\``);
      } else if (alias !== undefined) this.error(loc, '`rego` imports cannot be aliased');
      else this.#keywords(second === 'v2' ? Object.keys(futureKeywords) : ['in', 'every', 'contains', 'if']);
      return;
    }
    if (root !== 'future') return;
    const known = this.dialect === 'v0' || this.dialect === 'v1' ? Object.keys(futureKeywords).sort() : [];
    if (second !== 'keywords') this.error(path.loc, 'invalid import, must be `future.keywords`');
    else if (alias !== undefined) this.error(loc, '`future` imports cannot be aliased');
    else if (third === undefined) this.#keywords(known);
    else if (more.length > 0 || !known.includes(third)) {
      this.error(path.loc, `unexpected keyword, must be one of [${known.join(' ')}]`);
    } else this.#keywords([third]);
  }

  #keywords(words: readonly string[]): void {
    for (const word of words) {
      if (word === 'not') this.notBodies = true;
      this.scanner.addKeyword(word);
    }
    this.forgetCache();
    // The token behind the import was read before the word became a keyword.
    const type = this.scanner.keywords.get(this.token.text);
    if (this.at('identifier') && type !== undefined && !baseKeywords.includes(type))
      this.token = { ...this.token, type };
  }
}

/**
 * Parses a module. Throws `RegoErrors` with OPA's messages and places.
 * `builtins` are the names no rule may take when written as `f(x)` alone.
 */
export function parseModule(file: string, source: string, dialect: Dialect, builtins: ReadonlySet<string>): Module {
  const parser = new ModuleParser(file, source, dialect);
  const statements = parser.statements(true);
  if (parser.problems.length > 0) throw new RegoErrors(parser.problems);
  const [first, ...rest] = statements;
  if (first === undefined)
    throw new RegoErrors([new RegoError('rego_parse_error', 'empty module', { file, row: 0, column: 0 })]);
  const errors: RegoError[] = [];
  if (!('node' in first) || first.node !== 'package') {
    const loc = 'node' in first ? first.loc : first[0]?.loc;
    throw new RegoErrors([new RegoError('rego_parse_error', 'package expected', loc)]);
  }
  const imports: Import[] = [];
  const rules: Rule[] = [];
  for (const [i, statement] of rest.entries()) {
    if (!('node' in statement)) {
      const rule = ruleFromBody(statement, builtins);
      if (typeof rule !== 'string') rules.push(rule);
      else
        errors.push(
          new RegoError('rego_parse_error', rule + keywordHint(dialect, imports, rest, i), statement[0]?.loc),
        );
    } else if (statement.node === 'import') imports.push(statement);
    else if (statement.node === 'rule') rules.push(statement);
    else errors.push(new RegoError('rego_parse_error', 'unexpected package', statement.loc));
  }
  const strictV1 = dialect === 'v1' || importsRegoV1(imports);
  if (strictV1) for (const rule of rules) errors.push(...checkV1(rule));
  if (errors.length > 0) throw new RegoErrors(errors);
  return {
    file,
    source,
    dialect,
    strictV1,
    package: first,
    imports,
    rules,
    comments: parser.allComments,
    annotations: [],
  };
}

function importsRegoV1(imports: readonly Import[]): boolean {
  return imports.some(({ path }) => path.terms[0]?.kind === 'var' && path.terms[0].name === 'rego');
}

/** In v0 `p if { … }` without the import reads as the statement `p` and a rule named `if`. */
function keywordHint(dialect: Dialect, imports: readonly Import[], all: readonly Statement[], index: number): string {
  if (dialect !== 'v0' || importsRegoV1(imports)) return '';
  const here = all[index];
  const next = all[index + 1];
  const sameLine = next !== undefined && here !== undefined && rowOf(next) === rowOf(here);
  const word = headWord(here) ?? (sameLine ? headWord(next) : undefined);
  if (word === undefined) return '';
  const example = word === 'if' ? 'p if { ... }' : 'p contains x';
  return ` (hint: \`import future.keywords.${word}\` for \`${example}\` rules)`;
}

function rowOf(statement: Statement): number | undefined {
  return 'node' in statement ? statement.loc.row : statement[0]?.loc.row;
}

function headWord(statement: Statement | undefined): string | undefined {
  if (statement === undefined) return undefined;
  let name: string | undefined;
  if ('node' in statement) name = statement.node === 'rule' ? statement.head.name : undefined;
  else {
    const body = statement.length === 1 ? statement[0]?.body : undefined;
    name = body?.kind === 'term' && body.term.kind === 'var' ? body.term.name : undefined;
  }
  return name === 'if' || name === 'contains' ? name : undefined;
}

/** Parses a query: expressions separated by semicolons or newlines. Throws `RegoErrors`. */
export function parseQuery(source: string, dialect: Dialect, future: readonly string[] = []): Expr[] {
  const parser = new ModuleParser('', source, dialect);
  for (const word of future) parser.activateKeyword(word);
  const statements = parser.statements(false);
  if (parser.problems.length > 0) throw new RegoErrors(parser.problems);
  const body: Expr[] = [];
  for (const statement of statements) {
    if ('node' in statement)
      throw new RegoErrors([
        new RegoError(
          'rego_parse_error',
          `expected body but got *ast.${statement.node === 'import' ? 'Import' : 'Package'}`,
          statement.loc,
        ),
      ]);
    body.push(...statement);
  }
  return body;
}
