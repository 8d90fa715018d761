import {
  CelSyntaxError,
  compile,
  type Node,
  type Program,
  parse,
  schemaType,
  type Type,
  typeCheck,
  types,
} from '../cel/index.ts';
import type { RuleText, Schema } from '../schema/schema.ts';

/** A rule made ready to run. */
export interface RuleProgram {
  readonly text: RuleText;
  /** True for a transition rule: one that looks at `oldSelf`. */
  readonly usesOld: boolean;
  readonly test: Program;
  readonly message: Program | undefined;
  readonly node: Node;
}

/** The rule cannot be compiled. `part` is the field of the rule that is wrong; `detail` is the sentence. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly part: 'rule' | 'messageExpression';

  constructor(part: 'rule' | 'messageExpression', detail: string) {
    super(detail);
    this.part = part;
  }
}

const variables: ReadonlySet<string> = new Set(['self', 'oldSelf']);

/** Compiles a rule of a schema. Throws RuleError. `isResource` is true at the root and at embedded resources. */
export function compileRule(text: RuleText, schema: Schema, isResource: boolean): RuleProgram {
  const self = schemaType(schema, isResource);
  if (self === undefined) throw new RuleError('rule', 'no type information for self');
  const scope = new Map<string, Type>([
    ['self', self],
    ['oldSelf', text.optionalOldSelf ? { t: 'optional', of: self } : self],
  ]);
  const node = checked('rule', text.rule, scope, types.bool);
  const usesOld = mentions(node, 'oldSelf');
  const message =
    text.messageExpression === undefined
      ? undefined
      : checked('messageExpression', text.messageExpression, scope, types.string);
  return {
    text,
    usesOld: usesOld || text.optionalOldSelf,
    test: compile(node, variables),
    message: message && compile(message, variables),
    node,
  };
}

function checked(part: RuleError['part'], source: string, scope: ReadonlyMap<string, Type>, wanted: Type): Node {
  try {
    const node = parse(source);
    const type = typeCheck(node, scope);
    const isFine =
      (type.t === 'simple' && wanted.t === 'simple' && type.name === wanted.name) ||
      (type.t === 'simple' && type.name === 'dyn' && part === 'rule');
    if (isFine) return node;
    throw new RuleError(part, part === 'rule' ? 'cel expression must evaluate to a bool' : 'must evaluate to a string');
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    throw new RuleError(part, `compilation failed: ${located(error, source)}`);
  }
}

function located(error: CelSyntaxError, source: string): string {
  const before = source.slice(0, error.at).split('\n');
  const line = before.length;
  const column = (before[line - 1] ?? '').length;
  const text = source.split('\n')[line - 1] ?? '';
  return `ERROR: <input>:${line}:${column + 1}: ${error.message}\n | ${text}\n | ${'.'.repeat(column)}^`;
}

/** Whether an expression names a variable that no macro of its own declares. */
export function mentions(node: Node, name: string): boolean {
  switch (node.is) {
    case 'literal':
      return false;
    case 'ident':
      return node.name === name;
    case 'select':
      return mentions(node.target, name);
    case 'list':
      return node.items.some((item) => mentions(item, name));
    case 'map':
      return node.entries.some(([key, value]) => mentions(key, name) || mentions(value, name));
    case 'each':
      return mentions(node.target, name) || node.bodies.some((body) => mentions(body, name));
    case 'call':
      return (node.target !== undefined && mentions(node.target, name)) || node.args.some((arg) => mentions(arg, name));
  }
}
