import type { Value } from '../values/value.ts';
import type { Evaluation } from './evaluation.ts';

/** Values of the variables of one body that is being evaluated, by slot. */
export type Frame = (Value | undefined)[];

/** Goes on with the evaluation; `true` asks all who are under way to stop: enough has been found. */
export type Step = (evaluation: Evaluation, frame: Frame) => boolean;

/** Gives the value of a term whose variables are bound. */
export type Read = (evaluation: Evaluation, frame: Frame) => Value | undefined;

/** A step that is still to be told what comes after it. */
export type Builder = (next: Step) => Step;

/** Builders in a row as one. */
export function chain(builders: readonly Builder[]): Builder {
  return (next) => {
    let step = next;
    for (let i = builders.length - 1; i >= 0; i--) step = (builders[i] as Builder)(step);
    return step;
  };
}

/** The slots of a body and of the closures in it, and what is bound where compilation stands. */
export class Scope {
  readonly bound: Set<string>;
  readonly #slots: Map<string, number>;
  readonly #count: { size: number };

  constructor(bound = new Set<string>(), slots = new Map<string, number>(), count = { size: 0 }) {
    this.bound = bound;
    this.#slots = slots;
    this.#count = count;
  }

  /** The scope of a closure: it sees what is bound here, and what it binds stays inside. */
  inner(): Scope {
    return new Scope(new Set(this.bound), this.#slots, this.#count);
  }

  slot(name: string): number {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = this.#count.size++;
      this.#slots.set(name, slot);
    }
    return slot;
  }

  /** A slot without a name. */
  temporary(): number {
    return this.#count.size++;
  }

  /** Slots a frame needs. */
  get size(): number {
    return this.#count.size;
  }
}
