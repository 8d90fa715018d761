interface Waiting {
  readonly priority: number;
  readonly group: string;
  readonly since: number;
}

/** Keys in the order they should be worked on: by priority, strictly; inside one priority the groups take turns; inside a group first come, first served. */
export class FairQueue {
  readonly #waiting = new Map<string, Waiting>();
  /** Priority → groups in the order of their turns → keys in the order they came. A Map keeps insertion order; a group moves to the end after its turn. */
  readonly #levels = new Map<number, Map<string, Set<string>>>();

  get size(): number {
    return this.#waiting.size;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Adds a key, or raises the priority of one that waits; it keeps its age. */
  push(key: string, group: string, priority: number, now: number): void {
    const before = this.#waiting.get(key);
    if (before !== undefined) {
      if (before.priority >= priority) return;
      this.#take(key, before);
    }
    this.#waiting.set(key, { priority, group, since: before?.since ?? now });
    const level = this.#levels.get(priority) ?? new Map<string, Set<string>>();
    this.#levels.set(priority, level);
    const keys = level.get(group) ?? new Set<string>();
    level.set(group, keys);
    keys.add(key);
  }

  /** The next key, with the priority it had. */
  shift(): { readonly key: string; readonly priority: number } | undefined {
    if (this.#levels.size === 0) return undefined;
    const priority = Math.max(...this.#levels.keys());
    const level = this.#levels.get(priority);
    for (const [group, keys] of level ?? []) {
      for (const key of keys) {
        const waiting = this.#waiting.get(key);
        if (waiting === undefined) continue;
        this.#take(key, waiting);
        // The group had its turn: behind the others.
        if (level?.delete(group) === true && keys.size > 0) level.set(group, keys);
        return { key, priority };
      }
    }
    return undefined;
  }

  clear(): void {
    this.#waiting.clear();
    this.#levels.clear();
  }

  /** When the key that waits longest came; undefined when none waits. */
  oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { since } of this.#waiting.values()) if (oldest === undefined || since < oldest) oldest = since;
    return oldest;
  }

  #take(key: string, { priority, group }: Waiting): void {
    this.#waiting.delete(key);
    const level = this.#levels.get(priority);
    const keys = level?.get(group);
    keys?.delete(key);
    if (keys?.size === 0) level?.delete(group);
    if (level?.size === 0) this.#levels.delete(priority);
  }
}
