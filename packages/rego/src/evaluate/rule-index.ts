import { isEquation } from '../compile/state.ts';
import type { Rule, Term } from '../syntax/ast.ts';
import { type PlainKey, plainKey } from '../values/key.ts';
import type { Value } from '../values/value.ts';
import type { Evaluation } from './evaluation.ts';
import { inputAt, inputPath } from './input-paths.ts';

/** Finds the rules that can succeed without running all of them. */
export interface RuleIndex<R> {
  candidates(evaluation: Evaluation, args: readonly Value[] | undefined): readonly R[];
}

/** Fewer rules than this are run one by one. */
const worthwhile = 4;

/** What an equation compares with a constant: a path into the input, or an argument. */
interface Subject {
  readonly key: string;
  read(evaluation: Evaluation, args: readonly Value[] | undefined): Value | undefined;
}

/** An index on the equation that most rules have; `undefined` when it would not help. */
export function buildIndex<R extends { readonly rule: Rule }>(rules: readonly R[]): RuleIndex<R> | undefined {
  if (rules.length < worthwhile) return undefined;
  const subjects = new Map<string, { subject: Subject; values: Map<R, PlainKey> }>();
  for (const runnable of rules) {
    const { rule } = runnable;
    // An `else` branch may hold where the rule's own equation does not.
    if (rule.else !== undefined) continue;
    for (const [subject, value] of equations(rule)) {
      const entry = subjects.get(subject.key) ?? { subject, values: new Map<R, PlainKey>() };
      if (!entry.values.has(runnable)) entry.values.set(runnable, value);
      subjects.set(subject.key, entry);
    }
  }
  let best: { subject: Subject; values: Map<R, PlainKey> } | undefined;
  for (const entry of subjects.values()) if (entry.values.size > (best?.values.size ?? 1)) best = entry;
  if (best === undefined) return undefined;
  return indexOn(rules, best.subject, best.values);
}

function indexOn<R>(rules: readonly R[], subject: Subject, values: ReadonlyMap<R, PlainKey>): RuleIndex<R> {
  const others = rules.filter((rule) => !values.has(rule));
  const byValue = new Map<PlainKey, R[]>();
  for (const rule of rules) {
    const value = values.get(rule);
    if (value === undefined) continue;
    const known = byValue.get(value);
    if (known === undefined) byValue.set(value, [rule]);
    else known.push(rule);
  }
  if (others.length > 0) {
    // Rules without the equation run for every value, in their place among the rest.
    const places = new Map(rules.map((rule, i) => [rule, i]));
    const place = (rule: R): number => places.get(rule) ?? 0;
    for (const list of byValue.values()) {
      list.push(...others);
      list.sort((x, y) => place(x) - place(y));
    }
  }
  return {
    candidates(evaluation, args) {
      const found = subject.read(evaluation, args);
      if (found === undefined) return others;
      const key = plainKey(found);
      return (key === undefined ? undefined : byValue.get(key)) ?? others;
    },
  };
}

function* equations(rule: Rule): Iterable<readonly [Subject, PlainKey]> {
  const args = new Map<string, number>();
  rule.head.args?.forEach((arg, i) => {
    if (arg.kind === 'var') args.set(arg.name, i);
  });
  for (const [i, arg] of (rule.head.args ?? []).entries()) {
    const value = constantKey(arg);
    if (value !== undefined) yield [argSubject(i), value];
  }
  const aliases = new Map<string, Term>();
  for (const expr of rule.body) {
    if (expr.negated || expr.with.length > 0 || expr.body.kind !== 'call') continue;
    const [a, b] = expr.body.args;
    if (a === undefined || b === undefined) continue;
    const equal = isEquation(expr) || isEqual(expr.body.operator);
    if (!equal || expr.body.args.length !== 2) continue;
    if (isEquation(expr) && a.kind === 'var' && b.kind === 'ref') aliases.set(a.name, b);
    for (const [side, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const value = constantKey(other);
      const subject = value === undefined ? undefined : subjectOf(side, args, aliases);
      if (subject !== undefined && value !== undefined) yield [subject, value];
    }
  }
}

function isEqual(operator: Term): boolean {
  const head = operator.kind === 'ref' && operator.terms.length === 1 ? operator.terms[0] : undefined;
  return head?.kind === 'var' && head.name === 'equal';
}

function constantKey(term: Term): PlainKey | undefined {
  return term.kind === 'scalar' ? plainKey(term.value) : undefined;
}

function argSubject(i: number): Subject {
  return { key: `arg ${i}`, read: (_, args) => args?.[i] };
}

function subjectOf(
  term: Term,
  args: ReadonlyMap<string, number>,
  aliases: ReadonlyMap<string, Term>,
): Subject | undefined {
  if (term.kind === 'var') {
    const i = args.get(term.name);
    if (i !== undefined) return argSubject(i);
    const alias = aliases.get(term.name);
    return alias === undefined ? undefined : subjectOf(alias, args, new Map());
  }
  if (term.kind !== 'ref') return undefined;
  const path = inputPath(term.terms);
  if (path === undefined) return undefined;
  return { key: `input ${JSON.stringify(path)}`, read: (evaluation) => inputAt(evaluation, path) };
}
