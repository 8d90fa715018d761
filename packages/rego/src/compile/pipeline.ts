import type { Expr, Module, Rule, Term } from '../syntax/ast.ts';
import { RegoError, RegoErrors } from '../syntax/error.ts';
import { walkBody, walkTerm } from '../syntax/walk.ts';
import type { Declaration } from '../types/declarations.ts';
import { checkConflicts } from './conflicts.ts';
import { type Dependents, dependentsOf } from './dependents.ts';
import { Expander, Flattener, moveOutOfHead, moveOutOfReference } from './expand.ts';
import { arityOf, checkCalls, checkForbidden, moveWithValues } from './functions.ts';
import { renameInQuery, renameLocals } from './locals.ts';
import { replaceMetadataCalls } from './metadata.ts';
import { buildGraph, checkRecursion, type Graph } from './recursion.ts';
import { resolveQuery, resolveReferences } from './resolve.ts';
import { capturePrints, checkVoidCalls, replaceTemplates, replaceTemplatesInQuery } from './rewrites.ts';
import { type Arity, checkSafety, reorder, reserved, safetyErrors } from './safety.ts';
import { CompileState, operatorName, TooManyErrors } from './state.ts';
import { checkDeprecated, checkDuplicateImports, checkRootShadowing } from './strictness.ts';
import { buildTree, type TreeNode } from './tree.ts';
import { checkQueryTypes, checkTypes } from './type-check.ts';
import type { TypeEnv } from './type-env.ts';
import { varsOfArgs } from './vars.ts';

/** Modules after all stages: their rules in evaluation order, and the tree they make. */
export interface CompiledModules {
  readonly modules: readonly Module[];
  readonly tree: TreeNode;
  readonly builtins: ReadonlyMap<string, Declaration>;
  readonly rewritten: Map<string, string>;
  /** The types of the rules. */
  readonly types: TypeEnv;
  readonly dependents: Dependents;
}

/** Runs all stages over parsed modules, which it changes. Throws `RegoErrors`. */
export function compileModules(
  modules: readonly Module[],
  builtins: ReadonlyMap<string, Declaration>,
  strict: boolean,
): CompiledModules {
  const state = new CompileState(modules, builtins, strict);
  let result: Pick<CompiledModules, 'tree' | 'types' | 'dependents'> | undefined;
  try {
    result = runStages(state);
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
    throw new RegoErrors([...sorted(state.errors), new RegoError('rego_compile_error', 'error limit reached')]);
  }
  if (state.errors.length > 0 || result === undefined) throw new RegoErrors(sorted(state.errors));
  return { modules, ...result, builtins, rewritten: state.rewritten };
}

/** The stages, in OPA's order. An error that later stages could trip over ends the run. */
function runStages(state: CompileState): Pick<CompiledModules, 'tree' | 'types' | 'dependents'> | undefined {
  let types: TypeEnv | undefined;
  let graph: Graph = new Map();
  let dependents: Dependents = () => [];
  resolveReferences(state);
  if (state.failed) return undefined;
  state.eachRule((rule) => moveOutOfReference(state, rule));
  checkRootShadowing(state);
  checkDuplicateImports(state);
  const tree = buildTree(state);
  const arity: Arity = (operator) => arityOf(state, tree, operator);
  const stages: (() => void)[] = [
    () => renameLocals(state),
    () => state.eachRule((rule) => replaceTemplates(state, tree, arity, rule)),
    () => state.eachRule((rule) => checkVoidCalls(state, rule, rule.body)),
    () => state.eachRule((rule) => capturePrintsInRule(state, arity, rule)),
    () => state.eachRule((rule) => new Expander(state).rule(rule)),
    () => replaceMetadataCalls(state),
    () => state.eachRule((rule) => moveOutOfComprehensions(state, rule)),
    () => state.eachRule((rule) => moveOutOfHead(state, rule)),
    () =>
      state.eachRule((rule) => {
        rule.body = moveWithValues(state, tree, rule.body);
      }),
    () => checkConflicts(state, tree),
    () => state.eachRule((rule) => checkCalls(state, tree, rule.body)),
    () => checkSafety(state, arity),
    () => state.eachRule(comparisonsToEquations),
    () =>
      state.eachRule((rule) => {
        rule.body = new Flattener(state).body(rule.body);
      }),
    () => {
      graph = buildGraph(state, tree);
      checkRecursion(state, tree, graph);
    },
    () => {
      dependents = dependentsOf(tree, graph, state.modules);
      types = checkTypes(state, graph, dependents);
    },
    () => state.eachRule((rule) => checkForbidden(state, rule.body)),
    () => checkDeprecated(state),
  ];
  for (const stage of stages) {
    stage();
    if (state.failed) return undefined;
  }
  return types === undefined ? undefined : { tree, types, dependents };
}

function capturePrintsInRule(state: CompileState, arity: Arity, rule: Rule): void {
  if (!mentionsPrint(rule)) return;
  rule.body = capturePrints(state, arity, new Set([...reserved, ...varsOfArgs(rule)]), rule.body);
}

function mentionsPrint(rule: Rule): boolean {
  let found = false;
  walkBody(rule.body, {
    expr: (expr) => {
      found ||= operatorName(expr) === 'print';
      return !found;
    },
  });
  return found;
}

/** `a == b` with both sides bound is `a = b`: one kind of equation to check, index and run. */
function comparisonsToEquations(rule: Rule): void {
  const expr = (at: Expr): boolean => {
    const { body } = at;
    if (
      operatorName(at) === 'equal' &&
      body.kind === 'call' &&
      body.args.length === 2 &&
      body.operator.kind === 'ref'
    ) {
      const { loc } = body.operator;
      body.operator = { kind: 'ref', terms: [{ kind: 'var', name: 'eq', loc }], loc };
    }
    return true;
  };
  for (const term of [rule.head.key, rule.head.value]) if (term !== undefined) walkTerm(term, { expr });
  walkBody(rule.body, { expr });
}

/** Calls in the heads of comprehensions were moved by the expander; references and comprehensions are moved here. */
function moveOutOfComprehensions(state: CompileState, rule: Rule): void {
  const visit = (term: Term): boolean => {
    if (term.kind === 'comprehension') moveComprehensionHead(state, term);
    return true;
  };
  for (const term of [rule.head.key, rule.head.value]) if (term !== undefined) walkTerm(term, { term: visit });
  walkBody(rule.body, { term: visit });
}

function moveComprehensionHead(
  state: Pick<CompileState, 'local'>,
  term: Extract<Term, { kind: 'comprehension' }>,
): void {
  const holder = { head: { key: term.key, value: term.term, args: undefined }, body: term.body };
  moveOutOfHead(state, holder as unknown as Rule);
  term.key = holder.head.key;
  term.term = holder.head.value;
  term.body = holder.body;
}

function sorted(errors: readonly RegoError[]): RegoError[] {
  return [...errors].sort((a, b) => {
    if (a.file !== b.file) return a.file < b.file ? -1 : 1;
    if (a.row !== b.row) return a.row - b.row;
    if (a.column !== b.column) return a.column - b.column;
    const [x, y] = [String(a), String(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

/** A query after all stages. */
export interface CompiledQuery {
  readonly body: readonly Expr[];
  /** From the local the compiler made to the name in the query. */
  readonly names: ReadonlyMap<string, string>;
}

/** Runs the stages of a query, asked in `module` if one is given. Throws `RegoErrors`. */
export function compileQuery(query: Expr[], compiled: CompiledModules, module: Module | undefined): CompiledQuery {
  const state = new CompileState([], compiled.builtins, false);
  const { tree } = compiled;
  const arity: Arity = (operator) => arityOf(state, tree, operator);
  const stop = (): void => {
    if (state.errors.length > 0) throw new RegoErrors(sorted(state.errors));
  };
  try {
    let body = resolveQuery(query, module);
    body = renameInQuery(state, body);
    stop();
    body = replaceTemplatesInQuery(state, tree, arity, body);
    checkVoidCalls(state, undefined, body);
    body = capturePrints(state, arity, reserved, body);
    stop();
    body = new Expander(state).body(body);
    const visit = (term: Term): boolean => {
      if (term.kind === 'comprehension') moveComprehensionHead(state, term);
      return true;
    };
    walkBody(body, { term: visit });
    body = moveWithValues(state, tree, body);
    stop();
    checkCalls(state, tree, body);
    stop();
    const result = reorder(body, arity, reserved);
    state.add(...safetyErrors(result.unsafe, state));
    stop();
    body = new Flattener(state).body(result.body);
    checkQueryTypes(state, compiled, body);
    stop();
    checkForbidden(state, body);
    stop();
    return { body, names: state.rewritten };
  } catch (error) {
    if (error instanceof TooManyErrors) throw new RegoErrors(sorted(state.errors));
    throw error;
  }
}
