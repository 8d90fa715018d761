import type { Value } from '../values/value.ts';

/**
 * A function of the language. Its signature stands in `../types/declarations.ts` under the same name.
 * `undefined` is an undefined result. A relation (`walk`) has `each` as well.
 */
export interface Builtin {
  readonly name: string;
  /** Arguments are as many as declared, of any kind: check them and throw `BuiltinError`. */
  call(args: readonly Value[], context: BuiltinContext): Value | undefined;
  /** For relations only: every result in turn. */
  each?(args: readonly Value[], context: BuiltinContext): Iterable<Value>;
}

/** What a built-in may know of the evaluation it runs in. */
export interface BuiltinContext {
  /** Nanoseconds since the epoch, the same for the whole evaluation. */
  readonly now: bigint;
  /** Next pseudo-random number in [0, 1), from the seed of the evaluation. */
  random(): number;
  /** Throws when the deadline has passed or the host cancelled; call it inside long loops (cheap). */
  check(): void;
  /** Throws a limit error when a result of about this many bytes would be too big; call it before building one. */
  reserve(bytes: number): void;
  /** Where the call stands. */
  readonly location: CallLocation;
  /** State that lives as long as the evaluation, by a name the built-in chooses (compiled patterns, random integers). */
  readonly cache: Map<string, unknown>;
}

/** A place in a module; both from 1. */
export interface CallLocation {
  readonly file: string;
  readonly row: number;
  readonly column: number;
}

/**
 * The failure of a built-in (OPA's `eval_builtin_error`): the call is undefined unless the evaluation is strict.
 * `kind` tells wrong operands (`eval_type_error` in OPA) from the rest. The message has no name of the built-in in front.
 */
export class BuiltinError extends Error {
  readonly kind: 'builtin' | 'type';

  constructor(message: string, kind: 'builtin' | 'type' = 'builtin') {
    super(message);
    this.name = 'BuiltinError';
    this.kind = kind;
  }
}

/** Whether an attempt goes well; `false` when it throws a `BuiltinError`. Anything else it throws is thrown on. */
export function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}
