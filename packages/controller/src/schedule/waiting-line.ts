import { isOlder, type NamespaceLine, type Urgency, type Waiting } from '@assay/pipeline';

type Lines = Partial<Record<Urgency, Heap>>;

/** Scans that wait for a place: a line per namespace and urgency, the oldest first. */
export class WaitingLine {
  readonly #waiting = new Map<string, Waiting>();
  readonly #lines = new Map<string, Lines>();

  get size(): number {
    return this.#waiting.size;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  add(scan: Waiting): void {
    if (this.#waiting.has(scan.key)) return;
    this.#waiting.set(scan.key, scan);
    const lines = this.#lines.get(scan.namespace) ?? {};
    this.#lines.set(scan.namespace, lines);
    lines[scan.urgency] ??= new Heap();
    lines[scan.urgency]?.push(scan);
  }

  remove(key: string): void {
    this.#waiting.delete(key);
  }

  /** The head of every line, with the places its namespace holds. */
  *heads(activeIn: (namespace: string) => number): Generator<NamespaceLine> {
    for (const [namespace, lines] of this.#lines) {
      const heads: Partial<Record<Urgency, Waiting>> = {};
      let isEmpty = true;
      for (const urgency of Object.keys(lines) as Urgency[]) {
        // Its keys are urgencies by its type, which Object.keys forgets.
        const head = lines[urgency]?.head((one) => this.#waiting.get(one.key) === one);
        if (head === undefined) continue;
        heads[urgency] = head;
        isEmpty = false;
      }
      if (isEmpty) this.#lines.delete(namespace);
      else yield { namespace, active: activeIn(namespace), heads };
    }
  }
}

/** Oldest first. What was removed from the line is dropped when it comes up. */
class Heap {
  readonly #items: Waiting[] = [];

  push(item: Waiting): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#swapIfOlder(at, up)) return;
      at = up;
    }
  }

  head(waits: (item: Waiting) => boolean): Waiting | undefined {
    let first = this.#items[0];
    while (first !== undefined && !waits(first)) {
      this.#pop();
      first = this.#items[0];
    }
    return first;
  }

  #pop(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    items[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [items[2 * at + 1], items[2 * at + 2]];
      if (left === undefined) return;
      const child = right !== undefined && isOlder(right, left) ? 2 * at + 2 : 2 * at + 1;
      if (!this.#swapIfOlder(child, at)) return;
      at = child;
    }
  }

  /** Puts the older one into `above`. */
  #swapIfOlder(below: number, above: number): boolean {
    const [lower, upper] = [this.#items[below], this.#items[above]];
    if (lower === undefined || upper === undefined || !isOlder(lower, upper)) return false;
    this.#items[above] = lower;
    this.#items[below] = upper;
    return true;
  }
}
