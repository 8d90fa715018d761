import type { BigNumber } from '../values/number.ts';
import type { Value } from '../values/value.ts';
import type { Location } from './location.ts';

/** A scalar as it stands in the source. */
export interface ScalarTerm {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string | BigNumber;
  loc: Location;
}

/** A variable. Wildcards are `$0`, `$1`, …; locals made by the compiler `__local#N__`. */
export interface VarTerm {
  readonly kind: 'var';
  name: string;
  loc: Location;
}

/** A reference: a head and at least zero operands (`input` alone is one of length 1). */
export interface RefTerm {
  readonly kind: 'ref';
  terms: Term[];
  loc: Location;
}

export interface ArrayTerm {
  readonly kind: 'array';
  items: Term[];
  loc: Location;
}

export interface SetTerm {
  readonly kind: 'set';
  items: Term[];
  loc: Location;
}

export interface ObjectTerm {
  readonly kind: 'object';
  entries: (readonly [Term, Term])[];
  loc: Location;
}

export interface ComprehensionTerm {
  readonly kind: 'comprehension';
  readonly of: 'array' | 'set' | 'object';
  /** The key of an object comprehension. */
  key: Term | undefined;
  term: Term;
  body: Expr[];
  loc: Location;
}

/** A call in the place of a term. */
export interface CallTerm {
  readonly kind: 'call';
  operator: Term;
  args: Term[];
  loc: Location;
}

/** `$"text {expression} …"`. */
export interface TemplateTerm {
  readonly kind: 'template';
  parts: (Term | Expr)[];
  loc: Location;
}

export type Term =
  | ScalarTerm
  | VarTerm
  | RefTerm
  | ArrayTerm
  | SetTerm
  | ObjectTerm
  | ComprehensionTerm
  | CallTerm
  | TemplateTerm;

/** What an expression holds. */
export type ExprBody =
  | { readonly kind: 'term'; term: Term }
  | { readonly kind: 'call'; operator: Term; args: Term[] }
  | { readonly kind: 'some'; symbols: Term[]; loc: Location }
  | { readonly kind: 'every'; key: Term | undefined; value: Term; domain: Term; body: Expr[]; loc: Location }
  | { readonly kind: 'not'; body: Expr[]; readonly explicit: boolean; loc: Location }
  | {
      readonly kind: 'and' | 'or';
      lhs: Expr[];
      rhs: Expr[];
      /** Whether braces were written around the operand: only then may it declare variables. */
      readonly explicitLhs: boolean;
      readonly explicitRhs: boolean;
      loc: Location;
    };

export interface Expr {
  readonly node: 'expr';
  body: ExprBody;
  negated: boolean;
  with: With[];
  loc: Location;
  /** Made by the compiler, with the output as the last argument; not written. */
  generated?: boolean;
  /** Written with `:=`, an equation by now. */
  fromAssignment?: boolean;
}

export interface With {
  target: Term;
  value: Term;
  loc: Location;
}

export interface Head {
  /** `p`, `p.q`, `p[x]`: for `p[x]` of v0 partial sets the reference is `p` and `key` is `x`. */
  ref: Term[];
  /** The name of old: the first variable for heads of one or two terms. */
  name: string;
  args: Term[] | undefined;
  key: Term | undefined;
  value: Term | undefined;
  assign: boolean;
  generatedValue: boolean;
  keywords: Set<'if' | 'contains'>;
  loc: Location;
}

export interface Rule {
  readonly node: 'rule';
  default: boolean;
  head: Head;
  body: Expr[];
  else: Rule | undefined;
  generatedBody: boolean;
  loc: Location;
  annotations: Annotations[];
}

export interface Import {
  readonly node: 'import';
  path: RefTerm;
  alias: string | undefined;
  loc: Location;
}

export interface Package {
  readonly node: 'package';
  /** With `data` in front. */
  path: Term[];
  loc: Location;
}

export interface Comment {
  readonly text: string;
  readonly loc: Location;
}

/** A METADATA block that was attached to a statement. `data` is what `rego.metadata` gives of it. */
export interface Annotations {
  readonly scope: 'rule' | 'document' | 'package' | 'subpackages';
  readonly data: { readonly [name: string]: Value };
  readonly target: Rule | Package;
  readonly loc: Location;
}

/** v0 and v1 as asked for; v2 when the module imports `rego.v2`. */
export type Dialect = 'v0' | 'v1';

export interface Module {
  readonly file: string;
  readonly source: string;
  readonly dialect: Dialect;
  /** Whether the rules of v1 hold: dialect v1, or `import rego.v1`. */
  readonly strictV1: boolean;
  package: Package;
  imports: Import[];
  rules: Rule[];
  comments: readonly Comment[];
  annotations: Annotations[];
}
