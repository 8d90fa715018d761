import type { Rule } from './ast.ts';
import { RegoError } from './error.ts';
import { isKeyword } from './parser-core.ts';

/** Whether a rule makes the members of a set (OPA's multi-value rule). */
export function isMultiValue(rule: Rule): boolean {
  const { head } = rule;
  return head.args === undefined && head.key !== undefined && head.value === undefined;
}

/** What v1 asks of a rule and of its `else` branches beyond the grammar. */
export function checkV1(rule: Rule): RegoError[] {
  const errors: RegoError[] = [];
  for (let at: Rule | undefined = rule; at !== undefined; at = at.else) {
    const kind = at.head.args === undefined ? 'rule' : 'function';
    const fail = (message: string): void => {
      errors.push(new RegoError('rego_parse_error', message, at?.loc));
    };
    const { head } = at;
    if (head.ref.length < 2 && isKeyword(head.name, 'v1')) fail(`${head.name} keyword cannot be used for rule name`);
    if (at.generatedBody && head.generatedValue) fail(`${kind} must have value assignment and/or body declaration`);
    if (!at.generatedBody && !head.keywords.has('if') && !at.default) {
      fail(`\`if\` keyword is required before ${kind} body`);
    }
    if (isMultiValue(at) && !head.keywords.has('contains'))
      fail('`contains` keyword is required for partial set rules');
  }
  return errors;
}
