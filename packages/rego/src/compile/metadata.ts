import type { Annotations, Expr, Module, Rule, Term } from '../syntax/ast.ts';
import type { Location } from '../syntax/location.ts';
import { walkBody } from '../syntax/walk.ts';
import type { Value } from '../values/value.ts';
import { ruleRef } from './conflicts.ts';
import { inClosures } from './functions.ts';
import { appended, type CompileState, equation, groundPrefix, operatorName, varTerm } from './state.ts';
import { operandValue } from './tree.ts';

const chainName = 'rego.metadata.chain';
const ruleName = 'rego.metadata.rule';

/** Calls of `rego.metadata.chain` and `rego.metadata.rule` get what the annotations say, as a constant. */
export function replaceMetadataCalls(state: CompileState): void {
  const all = state.modules.flatMap((module) => module.annotations.map((annotation) => ({ annotation, module })));
  state.eachRule((rule, module) => {
    const used = callsIn(rule.body);
    if (used.size === 0) return;
    const names = new Map<string, string>();
    const added: Expr[] = [];
    for (const [name, loc] of used) {
      const value = name === chainName ? chainOf(state, rule, module, all) : ruleMetadata(rule, all);
      const local = state.local();
      names.set(name, local);
      added.push(equation(varTerm(local, loc), literal(value, loc), loc));
    }
    rule.body = appended(added, replaceIn(rule.body, names));
  });
}

interface Entry {
  readonly annotation: Annotations;
  readonly module: Module;
}

function callsIn(body: readonly Expr[]): Map<string, Location> {
  const found = new Map<string, Location>();
  walkBody(body, {
    expr: (expr) => {
      const name = operatorName(expr);
      if ((name === chainName || name === ruleName) && !found.has(name)) found.set(name, expr.loc);
      return true;
    },
  });
  return found;
}

function replaceIn(body: readonly Expr[], names: ReadonlyMap<string, string>): Expr[] {
  return body.map((expr) => {
    inClosures(expr, (inner) => replaceIn(inner, names));
    const local = names.get(operatorName(expr));
    if (local === undefined || expr.body.kind !== 'call') return expr;
    const { loc } = expr;
    const [output] = expr.body.args;
    if (output === undefined) return { ...expr, body: { kind: 'term', term: varTerm(local, loc) } };
    return { ...equation(output, varTerm(local, loc), loc), generated: true };
  });
}

function byPlace(a: Entry, b: Entry): number {
  return a.annotation.loc.row - b.annotation.loc.row;
}

function ruleMetadata(rule: Rule, all: readonly Entry[]): Value {
  const [first] = all
    .filter(({ annotation }) => annotation.scope === 'rule' && annotation.target === rule)
    .sort(byPlace);
  return first?.annotation.data ?? {};
}

/** The annotations that hold for a rule, the nearest first. */
function chainOf(state: CompileState, rule: Rule, module: Module, all: readonly Entry[]): Value {
  const path = pathOf(groundPrefix(ruleRef(state, rule, module)));
  const packagePath = pathOf(module.package.path);
  const own = all.filter(({ annotation }) => annotation.scope === 'rule' && annotation.target === rule).sort(byPlace);
  const links: Value[] = own.reverse().map(({ annotation }) => ({ annotations: annotation.data, path }));
  if (links.length === 0) links.push({ path });
  for (const { annotation, module: other } of all) {
    if (annotation.scope !== 'document' || annotation.target.node !== 'rule') continue;
    const target = pathOf(groundPrefix(ruleRef(state, annotation.target, other)));
    if (same(target, path)) links.push({ annotations: annotation.data, path: target });
  }
  for (const { annotation, module: other } of all) {
    const target = pathOf(other.package.path);
    if (annotation.scope === 'package' && same(target, packagePath)) {
      links.push({ annotations: annotation.data, path: target });
    }
  }
  const around = all
    .map(({ annotation, module: other }) => ({ annotation, target: pathOf(other.package.path) }))
    .filter(
      ({ annotation, target }) =>
        annotation.scope === 'subpackages' && same(target, packagePath.slice(0, target.length)),
    )
    .sort((a, b) => b.target.length - a.target.length);
  for (const { annotation, target } of around) links.push({ annotations: annotation.data, path: target });
  return links;
}

function same(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}

/** The operands of a reference, without `data`. */
function pathOf(ref: readonly Term[]): Value[] {
  return ref.slice(1).flatMap((term) => operandValue(term) ?? []);
}

/** A value as a term. */
function literal(value: Value, loc: Location): Term {
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item: Value) => literal(item, loc)), loc };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as { readonly [key: string]: Value });
    return {
      kind: 'object',
      entries: entries.map(([key, inner]) => [{ kind: 'scalar', value: key, loc }, literal(inner, loc)] as const),
      loc,
    };
  }
  return { kind: 'scalar', value: value as string | number | boolean | null, loc };
}
