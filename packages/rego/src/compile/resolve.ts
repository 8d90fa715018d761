import type { Expr, Import, Module, Rule, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { refText } from '../syntax/print.ts';
import { walkBody, walkTerm } from '../syntax/walk.ts';
import { type CompileState, isAssignment, isRoot } from './state.ts';
import { varsOfTerm } from './vars.ts';

/** What a name of the module's level stands for. */
interface Global {
  readonly ref: readonly Term[];
  used: boolean;
}

/** The name an import makes known. */
export function importName({ alias, path }: Import): string {
  if (alias !== undefined) return alias;
  const last = path.terms.at(-1);
  if (last?.kind === 'var') return last.name;
  return last?.kind === 'scalar' ? String(last.value) : '';
}

function isKeywordImport({ path }: Import): boolean {
  const head = path.terms[0];
  return head?.kind === 'var' && (head.name === 'future' || head.name === 'rego');
}

/** Replaces names of rules and imports by full references, from `data` or `input` on. */
export function resolveReferences(state: CompileState): void {
  const names = namesByPackage(state.modules);
  for (const module of state.modules) {
    const globals = globalsOf(module, names.get(refText(module.package.path)) ?? new Set());
    const resolver = new Resolver(globals);
    for (const rule of module.rules) {
      for (let at: Rule | undefined = rule; at !== undefined; at = at.else) {
        const shadowed = resolver.rule(at);
        if (shadowed !== undefined) {
          state.error('rego_compile_error', `args must not shadow ${shadowed} (use a different variable name)`, at.loc);
        }
      }
    }
    if (!state.strict) continue;
    for (const item of module.imports) {
      if (isKeywordImport(item)) continue;
      const global = globals.get(importName(item));
      if (global !== undefined && !global.used) {
        state.addRecoverable(new RegoError('rego_compile_error', `${importText(item)} unused`, item.loc));
      }
    }
  }
}

export function importText({ path, alias }: Import): string {
  return `import ${refText(path.terms)}${alias === undefined ? '' : ` as ${alias}`}`;
}

/** Resolves the names of a query against the module it is asked in, or none. */
export function resolveQuery(body: readonly Expr[], module: Module | undefined): Expr[] {
  const resolver = new Resolver(module === undefined ? new Map() : globalsOf(module, new Set()));
  return resolver.scoped(declaredVars(body), () => resolver.body(body));
}

function namesByPackage(modules: readonly Module[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const module of modules) {
    const path = refText(module.package.path);
    const known = names.get(path) ?? new Set();
    for (const { head } of module.rules) if (head.ref[0]?.kind === 'var') known.add(head.ref[0].name);
    names.set(path, known);
  }
  return names;
}

function globalsOf(module: Module, rules: ReadonlySet<string>): Map<string, Global> {
  const globals = new Map<string, Global>();
  const { path, loc } = module.package;
  for (const name of rules) globals.set(name, { ref: [...path, { kind: 'scalar', value: name, loc }], used: false });
  for (const item of module.imports) {
    if (!isKeywordImport(item)) globals.set(importName(item), { ref: item.path.terms, used: false });
  }
  return globals;
}

/** Names declared by `:=` and `some` in a body, comprehensions aside. */
export function declaredVars(body: readonly Expr[]): Set<string> {
  const declared = new Set<string>();
  walkBody(body, {
    term: (term) => term.kind !== 'comprehension',
    expr: (expr) => {
      if (isAssignment(expr) && expr.body.kind === 'call' && expr.body.args.length === 2) {
        if (expr.body.args[0] !== undefined) varsOfTerm(expr.body.args[0], {}, declared);
      } else if (expr.body.kind === 'some') {
        for (const symbol of expr.body.symbols) {
          if (symbol.kind === 'var') declared.add(symbol.name);
          else if (symbol.kind === 'call') for (const arg of symbol.args.slice(0, -1)) varsOfTerm(arg, {}, declared);
        }
      }
      return true;
    },
  });
  return declared;
}

class Resolver {
  readonly #globals: ReadonlyMap<string, Global>;
  readonly #ignored: ReadonlySet<string>[] = [];

  constructor(globals: ReadonlyMap<string, Global>) {
    this.#globals = globals;
  }

  /** Resolves a rule in place; gives the root document an argument shadows, if one does. */
  rule(rule: Rule): string | undefined {
    const args = new Set<string>();
    let shadowed: string | undefined;
    for (const arg of rule.head.args ?? []) {
      walkTerm(arg, {
        term: (term) => {
          if (isRoot(term)) shadowed ??= term.kind === 'ref' ? refText(term.terms) : undefined;
          if (term.kind === 'var') args.add(term.name);
          if (term.kind === 'object') for (const [, value] of term.entries) varsOfTerm(value, {}, args);
          return term.kind !== 'set' && term.kind !== 'comprehension' && term.kind !== 'call' && term.kind !== 'object';
        },
      });
    }
    if (shadowed !== undefined) return shadowed;
    this.scoped(args, () =>
      this.scoped(declaredVars(rule.body), () => {
        const { head } = rule;
        head.ref = head.ref.map((term, i) => (i === 0 ? term : this.term(term)));
        if (head.key !== undefined) head.key = this.term(head.key);
        if (head.value !== undefined) head.value = this.term(head.value);
        rule.body = this.body(rule.body);
      }),
    );
    return undefined;
  }

  scoped<T>(names: ReadonlySet<string>, inside: () => T): T {
    this.#ignored.push(names);
    const result = inside();
    this.#ignored.pop();
    return result;
  }

  body(body: readonly Expr[]): Expr[] {
    return body.map((expr) => this.#expr(expr));
  }

  #global(name: string): readonly Term[] | undefined {
    const global = this.#globals.get(name);
    if (global === undefined || this.#ignored.some((names) => names.has(name))) return undefined;
    global.used = true;
    return global.ref;
  }

  #terms(terms: readonly Term[]): Term[] {
    return terms.map((term) => this.term(term));
  }

  #expr(expr: Expr): Expr {
    const { body } = expr;
    switch (body.kind) {
      case 'term':
        body.term = this.term(body.term);
        break;
      case 'call':
        body.operator = this.term(body.operator);
        body.args = this.#terms(body.args);
        break;
      case 'some':
        if (body.symbols[0]?.kind === 'call') body.symbols = this.#terms(body.symbols);
        break;
      case 'every': {
        const names = varsOfTerm(body.value, {}, new Set());
        if (body.key !== undefined) varsOfTerm(body.key, {}, names);
        body.domain = this.scoped(names, () => this.term(body.domain));
        body.body = this.scoped(names, () => this.body(body.body));
        break;
      }
      case 'not':
        body.body = this.body(body.body);
        break;
      default:
        body.lhs = this.body(body.lhs);
        body.rhs = this.body(body.rhs);
    }
    for (const modifier of expr.with) {
      modifier.target = this.term(modifier.target);
      modifier.value = this.term(modifier.value);
    }
    return expr;
  }

  term(term: Term): Term {
    switch (term.kind) {
      case 'var': {
        const ref = this.#global(term.name);
        return ref === undefined ? term : { kind: 'ref', terms: placed(ref, term), loc: term.loc };
      }
      case 'ref':
        term.terms = this.#ref(term.terms);
        return term;
      case 'array':
      case 'set':
        term.items = this.#terms(term.items);
        return term;
      case 'object':
        term.entries = term.entries.map(([key, value]) => [this.term(key), this.term(value)]);
        return term;
      case 'call':
        term.operator = this.term(term.operator);
        term.args = this.#terms(term.args);
        return term;
      case 'comprehension':
        this.scoped(declaredVars(term.body), () => {
          if (term.key !== undefined) term.key = this.term(term.key);
          term.term = this.term(term.term);
          term.body = this.body(term.body);
        });
        return term;
      case 'template':
        for (const part of term.parts) if ('node' in part) this.#expr(part);
        return term;
      default:
        return term;
    }
  }

  #ref(terms: readonly Term[]): Term[] {
    const [head, ...rest] = terms;
    if (head === undefined) return [];
    const global = head.kind === 'var' ? this.#global(head.name) : undefined;
    const first = global !== undefined ? placed(global, head) : [head.kind === 'var' ? head : this.term(head)];
    return [...first, ...rest.map((term) => this.term(term))];
  }
}

/** A global's reference at the place of the name that stands for it. */
function placed(ref: readonly Term[], { loc }: Term): Term[] {
  return ref.map((term) => ({ ...term, loc }));
}
