/** Where in a template something stands, counted from 1. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** A value that is written down or looked up. */
export type Term =
  | { readonly is: 'literal'; readonly value: string | number | boolean }
  /** `@index`, `@first`, `@last`, `this`, or a name and its members. */
  | { readonly is: 'path'; readonly segments: readonly string[]; readonly place: Place };

export interface FilterCall {
  readonly name: string;
  readonly args: readonly (string | number | boolean)[];
  readonly place: Place;
}

/** A term, and what is done to it, from left to right. */
export interface Expression {
  readonly term: Term;
  readonly filters: readonly FilterCall[];
  readonly place: Place;
}

export interface Condition {
  readonly left: Expression;
  readonly negated: boolean;
  readonly compare?: { readonly operator: '==' | '!='; readonly right: Expression };
}

/** A template, taken apart. */
export type Node =
  | { readonly do: 'text'; readonly text: string }
  | { readonly do: 'value'; readonly expression: Expression }
  | {
      readonly do: 'if';
      readonly branches: readonly { readonly condition: Condition; readonly body: readonly Node[] }[];
      readonly otherwise: readonly Node[];
    }
  | {
      readonly do: 'each';
      readonly list: Expression;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };
