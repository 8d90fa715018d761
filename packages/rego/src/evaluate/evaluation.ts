import type { BuiltinContext, CallLocation } from '../builtins/builtin.ts';
import { RegoError } from '../syntax/error.ts';
import type { Location } from '../syntax/location.ts';
import type { ObjectValue, Value } from '../values/value.ts';

/** What the host gives an evaluation besides the input. */
export interface EvaluationOptions {
  /** Base documents. */
  readonly data?: ObjectValue;
  /** Nanoseconds since the epoch that `time.now_ns` gives. */
  readonly now?: bigint;
  /** The moment, on the clock of `clock`, at which the evaluation is cut off. */
  readonly deadline?: number;
  /** Milliseconds; `performance.now` when left out. */
  readonly clock?: () => number;
  /** Of `rand.intn` and `uuid.rfc4122`: the same seed, the same numbers. */
  readonly seed?: number;
  /** Fail on the first error of a built-in instead of taking it for undefined. */
  readonly strictBuiltinErrors?: boolean;
  /** Bytes the values built by one evaluation may take, roughly. */
  readonly memory?: number;
  /** Called for every expression that is evaluated. */
  readonly coverage?: Set<Location>;
  /** Called for every event of the evaluation. */
  readonly trace?: (event: TraceEvent) => void;
}

/** One event of an evaluation, in OPA's words. */
export interface TraceEvent {
  readonly op: 'Enter' | 'Eval' | 'Exit' | 'Fail' | 'Note';
  readonly location: Location;
  readonly message?: string;
}

/** A line `print` wrote. */
export interface Print {
  readonly text: string;
  readonly location: CallLocation;
}

/** What a function is replaced with: a value, or another function. */
export type Mock =
  | { readonly value: Value }
  | { readonly call: (evaluation: Evaluation, args: readonly Value[]) => Value | undefined };

/** Where base documents were replaced; virtual ones at and below these paths are hidden. */
export type Overrides = readonly (readonly Value[])[];

/** How many values one evaluation tells apart by identity. */
const maxIdentities = 100_000;

const defaultMemory = 1 << 30;

/** The state of one evaluation. `with` replaces parts of it and puts them back. */
export class Evaluation implements BuiltinContext {
  input: Value | undefined;
  data: Value;
  mocks: ReadonlyMap<string, Mock> | undefined;
  overrides: Overrides | undefined;
  /** Values of rules, by the number of the rule's group; a value of `null` in the box is undefined. */
  memo: ({ readonly value: Value | undefined } | undefined)[] = [];
  /** Values made once per state of the documents, by what they are made for. */
  joins = new Map<object, Value>();
  /** Results of functions by group, then by key of the arguments. */
  calls: (Map<string | number, { readonly value: Value | undefined }> | undefined)[] = [];
  readonly options: EvaluationOptions;
  readonly strict: boolean;
  readonly prints: Print[] = [];
  readonly cache = new Map<string, unknown>();
  location: CallLocation = { file: '', row: 0, column: 0 };
  readonly now: bigint;
  readonly #identities = new Map<object, number>();
  #ticks = 0;
  #budget: number;
  #random: number;
  readonly #clock: () => number;

  constructor(input: Value | undefined, options: EvaluationOptions) {
    this.input = input;
    this.data = options.data ?? {};
    this.options = options;
    this.strict = options.strictBuiltinErrors ?? false;
    this.now = options.now ?? 0n;
    this.#random = (options.seed ?? 0) | 0;
    this.#budget = options.memory ?? defaultMemory;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** The value made for a place, made when first asked for. */
  once(place: object, make: () => Value): Value {
    const { joins } = this;
    let value = joins.get(place);
    if (value === undefined) {
      value = make();
      joins.set(place, value);
    }
    return value;
  }

  /** A number for a value that is told apart by identity; `undefined` when too many have one. */
  identityOf(value: object): number | undefined {
    const known = this.#identities.get(value);
    if (known !== undefined) return known;
    if (this.#identities.size >= maxIdentities) return undefined;
    this.#identities.set(value, this.#identities.size);
    return this.#identities.size - 1;
  }

  /** Counts a step; looks at the clock now and then. */
  tick(): void {
    if ((++this.#ticks & 0x3ff) === 0) this.check();
  }

  check(): void {
    const { deadline } = this.options;
    if (deadline !== undefined && this.#clock() > deadline) {
      throw new RegoError('eval_cancel_error', 'caller cancelled query execution', this.location);
    }
  }

  reserve(bytes: number): void {
    this.#budget -= bytes;
    if (this.#budget < 0) {
      throw new RegoError('limit_error', 'the evaluation builds more values than it is allowed to', this.location);
    }
  }

  /** Mulberry32: small, fast, the same everywhere. */
  random(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}
