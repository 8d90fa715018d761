/** A value written in an expression. `bigint` is an int, `number` a double. */
export type Literal = bigint | number | string | boolean | null | Uint8Array | { readonly uint: bigint };

/** A node of a parsed expression. `at` is the offset in the source. Operators are calls of names such as `_+_`. */
export type Node =
  | { readonly is: 'literal'; readonly at: number; readonly value: Literal }
  | { readonly is: 'ident'; readonly at: number; readonly name: string }
  | {
      readonly is: 'select';
      readonly at: number;
      readonly target: Node;
      readonly field: string;
      readonly form: 'value' | 'optional' | 'test';
    }
  | {
      readonly is: 'call';
      readonly at: number;
      readonly name: string;
      readonly target: Node | undefined;
      readonly args: readonly Node[];
    }
  | {
      readonly is: 'list';
      readonly at: number;
      readonly items: readonly Node[];
      readonly optional: ReadonlySet<number>;
    }
  | {
      readonly is: 'map';
      readonly at: number;
      readonly entries: readonly (readonly [Node, Node])[];
      readonly optional: ReadonlySet<number>;
    }
  | {
      readonly is: 'each';
      readonly at: number;
      readonly macro: EachMacro;
      readonly target: Node;
      readonly names: readonly string[];
      readonly bodies: readonly Node[];
    };

/** The macros that walk a list or map, or the value of an optional. */
export type EachMacro =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'filter'
  | 'map'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'optMap'
  | 'optFlatMap';

/** An expression that cannot be read or does not fit its types. `at` is the offset in the source. */
export class CelSyntaxError extends Error {
  override readonly name = 'CelSyntaxError';
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
