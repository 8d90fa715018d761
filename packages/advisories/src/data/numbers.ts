/** A list of numbers that grows: four or eight bytes each, where an array of objects would take a hundred. */
export class Numbers {
  #values: Float64Array | Uint32Array;
  length = 0;

  /** `small` numbers are whole and below 2^32. */
  constructor(kind: 'small' | 'any' = 'any') {
    this.#values = kind === 'small' ? new Uint32Array(1024) : new Float64Array(1024);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const size = this.length * 2;
      const larger = this.#values instanceof Uint32Array ? new Uint32Array(size) : new Float64Array(size);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return index < this.length ? (this.#values[index] ?? 0) : 0;
  }
}
