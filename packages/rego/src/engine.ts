import { namesOfCalls, namesOfModules } from './called-names.ts';
import { type CompiledModules, compileModules, compileQuery } from './compile/pipeline.ts';
import type { TreeNode } from './compile/tree.ts';
import { nodeAt } from './compile/tree.ts';
import { compileBody } from './evaluate/bodies.ts';
import { Evaluation, type EvaluationOptions, type Print } from './evaluate/evaluation.ts';
import type { Program } from './evaluate/program.ts';
import { RuleGroup } from './evaluate/rules.ts';
import { type Frame, Scope } from './evaluate/step.ts';
import { loadBuiltins } from './load-builtins.ts';
import { CompiledModulesSource } from './modules.ts';
import type { Module, Rule, Term } from './syntax/ast.ts';
import { RegoError, RegoErrors } from './syntax/error.ts';
import { parseQuery } from './syntax/module-parser.ts';
import { exprText, refText } from './syntax/print.ts';
import { type Declaration, declarations } from './types/declarations.ts';
import type { Value } from './values/value.ts';

export interface CompileOptions {
  /** `auto` tries v1, then v0, module by module. */
  readonly dialect?: 'auto' | 'v0' | 'v1';
  /** Unused and shadowed names, deprecated built-ins and duplicate imports are errors in v0 too. */
  readonly strict?: boolean;
  /** Names of the built-ins policies may call; all when left out. */
  readonly allowed?: ReadonlySet<string>;
  /** Report coverage and trace events; slower. */
  readonly observed?: boolean;
}

/** One result of a query. */
export interface QueryResult {
  /** Values of the query's variables. */
  readonly bindings: ReadonlyMap<string, Value>;
  /** Value of each expression of the query: `true` where it is a condition. */
  readonly expressions: readonly { readonly value: Value; readonly text: string }[];
}

/** What an evaluation gave. */
export interface Outcome {
  readonly results: readonly QueryResult[];
  readonly prints: readonly Print[];
}

/** A query that can be evaluated many times. */
export interface PreparedQuery {
  /** Throws `RegoError`. `input` is read in place and must not change meanwhile. */
  evaluate(input: Value | undefined, options?: EvaluationOptions): Outcome;
}

/** Policies compiled together. */
export class Compiled {
  readonly modules: readonly Module[];
  readonly #compiled: CompiledModules;
  readonly #options: CompileOptions;
  readonly #groups = new Map<TreeNode, RuleGroup | undefined>();
  readonly #moduleOf = new Map<Rule, Module>();

  constructor(compiled: CompiledModules, options: CompileOptions) {
    this.modules = compiled.modules;
    this.#compiled = compiled;
    this.#options = options;
    for (const module of compiled.modules) {
      for (const rule of module.rules) {
        for (let at: Rule | undefined = rule; at !== undefined; at = at.else) this.#moduleOf.set(at, module);
      }
    }
  }

  /** Makes a query ready. Throws `RegoErrors`. `module` is the file whose imports and package it may use. */
  async prepare(query: string, module?: string): Promise<PreparedQuery> {
    const dialect = this.#options.dialect === 'v0' ? 'v0' : 'v1';
    const parsed = parseQuery(query, dialect);
    const texts = parsed.map((expr) => query.slice(expr.loc.offset, expr.loc.end) || exprText(expr));
    const context = module === undefined ? undefined : this.modules.find(({ file }) => file === module);
    const captures = captureValues(parsed, (operator) => arityOfCall(this.#compiled, operator));
    const { body, names } = compileQuery(captures.body, this.#compiled, context);
    const builtins = await loadBuiltins([...namesOfModules(this.modules), ...namesOfCalls(body)]);
    const program = this.#program(builtins);
    const scope = new Scope();
    const builder = compileBody(body, scope, program);
    const shown = [...scope.bound].filter((name) => !name.startsWith('$'));
    const visible = shown
      .map((name) => ({ name: names.get(name) ?? name, slot: scope.slot(name) }))
      .filter(({ name }) => !name.startsWith('__local') && !name.startsWith('$'));
    const values = captures.names.map((name) => {
      if (name === undefined) return undefined;
      return scope.slot([...names].find(([, original]) => original === name)?.[0] ?? name);
    });
    const collect: QueryResult[][] = [];
    const step = builder((_, frame) => {
      const bindings = new Map<string, Value>();
      for (const { name, slot } of visible) {
        if (isCapture(name)) continue;
        const value = frame[slot];
        if (value !== undefined) bindings.set(name, value);
      }
      const expressions = texts.map((text, i) => {
        const slot = values[i];
        return { text, value: slot === undefined ? true : (frame[slot] ?? true) };
      });
      collect.at(-1)?.push({ bindings, expressions });
      return false;
    });
    return {
      evaluate(input, options = {}) {
        const evaluation = new Evaluation(input, options);
        const results: QueryResult[] = [];
        collect.push(results);
        try {
          evaluation.check();
          const frame: Frame = new Array(scope.size);
          step(evaluation, frame);
        } catch (error) {
          throw located(error);
        } finally {
          collect.pop();
        }
        return { results, prints: evaluation.prints };
      },
    };
  }

  #program(builtins: Program['builtins']): Program {
    const { tree } = this.#compiled;
    const groups = this.#groups;
    const program: Program = {
      tree,
      builtins,
      declarations: this.#compiled.builtins,
      moduleOf: this.#moduleOf,
      observed: this.#options.observed ?? false,
      nameOf: (name) => this.#compiled.rewritten.get(name) ?? name,
      group(node) {
        if (node.rules.length === 0) return undefined;
        let group = groups.get(node);
        if (group === undefined) {
          group = new RuleGroup(groups.size, node, program);
          groups.set(node, group);
        }
        return group;
      },
    };
    return program;
  }
}

function arityOfCall(compiled: CompiledModules, operator: Term): number {
  if (operator.kind !== 'ref') return -1;
  const declared = compiled.builtins.get(refText(operator.terms))?.arity;
  return declared ?? nodeAt(compiled.tree, operator.terms)?.rules[0]?.head.args?.length ?? -1;
}

const capturePrefix = '__capture';

function isCapture(name: string): boolean {
  return name.startsWith(capturePrefix);
}

/** A query's terms become equations, so that their values can be told, false ones too. */
function captureValues(
  body: ReturnType<typeof parseQuery>,
  arity: (operator: Term) => number,
): {
  body: ReturnType<typeof parseQuery>;
  names: (string | undefined)[];
} {
  const names: (string | undefined)[] = [];
  const changed = body.map((expr, i) => {
    const inner = expr.body;
    const term =
      inner.kind === 'term'
        ? inner.term
        : inner.kind === 'call' && !isAssignmentLike(inner.operator) && arity(inner.operator) === inner.args.length
          ? ({ kind: 'call', operator: inner.operator, args: inner.args, loc: expr.loc } as const)
          : undefined;
    if (term === undefined || expr.negated || isVoid(inner)) {
      names.push(undefined);
      return expr;
    }
    const name = `${capturePrefix}${i}`;
    names.push(name);
    const { loc } = expr;
    const operator = { kind: 'ref', terms: [{ kind: 'var', name: 'eq', loc }], loc } as const;
    return {
      ...expr,
      body: {
        kind: 'call',
        operator: { ...operator, terms: [...operator.terms] },
        args: [{ kind: 'var', name, loc }, term],
      },
    } as typeof expr;
  });
  return { body: changed, names };
}

function isVoid(body: ReturnType<typeof parseQuery>[number]['body']): boolean {
  if (body.kind !== 'call' || body.operator.kind !== 'ref') return false;
  const head = body.operator.terms[0];
  return body.operator.terms.length === 1 && head?.kind === 'var' && head.name === 'print';
}

function isAssignmentLike(operator: Term): boolean {
  if (operator.kind !== 'ref' || operator.terms.length !== 1) return false;
  const head = operator.terms[0];
  return head?.kind === 'var' && (head.name === 'eq' || head.name === 'assign');
}

/** Errors of the machine that a policy can provoke, as errors of the policy. */
function located(error: unknown): unknown {
  if (error instanceof RangeError) {
    return new RegoError(
      'limit_error',
      `the evaluation is nested too deep or builds a value too large: ${error.message}`,
    );
  }
  return error;
}

/** Compiles modules, given by file name. Throws `RegoErrors` with everything that is wrong. */
export async function compile(modules: ReadonlyMap<string, string>, options: CompileOptions = {}): Promise<Compiled> {
  const known = allowedDeclarations(options.allowed);
  const parsed = await new CompiledModulesSource(modules, options.dialect ?? 'auto', new Set(known.keys())).parse();
  try {
    return new Compiled(compileModules(parsed, known, options.strict ?? false), options);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new RegoErrors([new RegoError('limit_error', 'the policy is nested too deep')]);
    }
    throw error;
  }
}

function allowedDeclarations(allowed: ReadonlySet<string> | undefined): ReadonlyMap<string, Declaration> {
  if (allowed === undefined) return declarations;
  return new Map(
    [...declarations].filter(
      ([name, { infix }]) => allowed.has(name) || infix !== undefined || name.startsWith('internal.'),
    ),
  );
}
