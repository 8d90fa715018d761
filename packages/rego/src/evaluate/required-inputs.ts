import type { Expr, Rule, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import type { Value } from '../values/value.ts';
import { inputAt, inputPath } from './input-paths.ts';
import type { Step } from './step.ts';

type Path = readonly Value[];

/**
 * OPA's index leaves out a rule that reads a path of the input that is not there, before it evaluates anything of it:
 * an error in an earlier expression of that rule is then never met. Evaluation here goes in order, so such an error is
 * taken back when it is met.
 */
export function withoutUnreachedErrors(rule: Rule, step: Step): Step {
  const required = requiredInputs(rule);
  if (required.length === 0) return step;
  return (evaluation, frame) => {
    try {
      return step(evaluation, frame);
    } catch (error) {
      if (!isOfPolicy(error) || required.every((path) => inputAt(evaluation, path) !== undefined)) throw error;
      return false;
    }
  };
}

/** Whether it is the policy's error, not that of a limit or a host that gave up. */
function isOfPolicy(error: unknown): boolean {
  return error instanceof RegoError && error.code.startsWith('eval_') && error.code !== 'eval_cancel_error';
}

/** Paths of the input a rule cannot hold without: those its expressions read outside `not`, `with` and inner bodies. */
function requiredInputs({ body, head }: Rule): readonly Path[] {
  const paths: Path[] = [];
  for (const expr of body) for (const term of requiredTerms(expr)) collect(term, paths);
  for (const term of [head.key, head.value]) if (term !== undefined) collect(term, paths);
  return paths;
}

function requiredTerms({ body, negated, with: modifiers }: Expr): readonly Term[] {
  // The values of modifiers are read before them, whatever they change.
  if (modifiers.length > 0) return modifiers.map(({ value }) => value);
  if (negated) return [];
  if (body.kind === 'term') return [body.term];
  return body.kind === 'call' ? body.args : [];
}

function collect(term: Term, paths: Path[]): void {
  switch (term.kind) {
    case 'ref':
      collectRef(term.terms, paths);
      break;
    case 'call':
      for (const arg of term.args) collect(arg, paths);
      break;
    case 'array':
    case 'set':
      for (const item of term.items) collect(item, paths);
      break;
    case 'object':
      for (const [key, value] of term.entries) {
        collect(key, paths);
        collect(value, paths);
      }
      break;
    default:
      break;
  }
}

function collectRef(terms: readonly Term[], paths: Path[]): void {
  for (const operand of terms.slice(1)) collect(operand, paths);
  const path = inputPath(terms);
  if (path !== undefined) paths.push(path);
}
