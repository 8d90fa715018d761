import { asObject, asString, dig, type JsonObject } from '../json.ts';
import { expired } from '../status.ts';

/** What happened to one object. `before` is what the collection held until then. */
export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  readonly object: JsonObject;
  readonly before: JsonObject | undefined;
}

/** Told about every change after it was made. */
export type ChangeListener = (change: Change) => void;

/** The key of an object inside a collection: sorts by namespace, then name. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** Name, namespace and uid of an object; empty where it has none. */
export function identity(object: JsonObject): { name: string; namespace: string; uid: string } {
  const metadata = asObject(object.metadata) ?? {};
  const read = (key: string) => asString(metadata[key]) ?? '';
  return { name: read('name'), namespace: read('namespace'), uid: read('uid') };
}

/** The objects of one resource and a bounded history of what happened to them. */
export class Collection {
  readonly #objects = new Map<string, JsonObject>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #historyLimit: number;
  #history: Change[] = [];
  /** The newest version whose change is no longer remembered. */
  #forgotten = 0;
  #sorted: string[] | undefined;

  constructor(historyLimit: number, since: number) {
    this.#historyLimit = historyLimit;
    this.#forgotten = since;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): JsonObject | undefined {
    return this.#objects.get(key);
  }

  /** Objects in key order. With a namespace, only those in it. */
  list(namespace: string): JsonObject[] {
    return this.#range(this.#keys(), namespace, (key) => this.#objects.get(key));
  }

  /** Objects as they were at a version. Throws 410 when the history does not reach back so far. */
  listAt(version: number, namespace: string): JsonObject[] {
    this.#mustReach(version);
    const past = new Map(this.#objects);
    for (let i = this.#history.length - 1; i >= 0; i -= 1) {
      const change = this.#history[i];
      if (change === undefined || change.version <= version) break;
      if (change.before === undefined) past.delete(change.key);
      else past.set(change.key, change.before);
    }
    return this.#range([...past.keys()].sort(), namespace, (key) => past.get(key));
  }

  /** What happened after a version, oldest first. Throws 410 when that is forgotten. */
  since(version: number): Change[] {
    this.#mustReach(version);
    let from = this.#history.length;
    while (from > 0 && (this.#history[from - 1]?.version ?? 0) > version) from -= 1;
    return this.#history.slice(from);
  }

  apply(change: Change): void {
    if (change.type === 'DELETED') this.#objects.delete(change.key);
    else this.#objects.set(change.key, change.object);
    if (change.type !== 'MODIFIED') this.#sorted = undefined;
    this.#history.push(change);
    if (this.#history.length > this.#historyLimit * 2) this.forget(this.#historyLimit);
    for (const listener of [...this.#listeners]) listener(change);
  }

  /** Drops history down to the newest `keep` changes, as a compaction does. */
  forget(keep: number): void {
    const drop = this.#history.length - keep;
    if (drop <= 0) return;
    this.#forgotten = this.#history[drop - 1]?.version ?? this.#forgotten;
    this.#history = this.#history.slice(drop);
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #mustReach(version: number): void {
    if (version < this.#forgotten) throw expired(`too old resource version: ${version} (${this.#forgotten})`);
  }

  #keys(): string[] {
    this.#sorted ??= [...this.#objects.keys()].sort();
    return this.#sorted;
  }

  #range(keys: readonly string[], namespace: string, get: (key: string) => JsonObject | undefined): JsonObject[] {
    const out: JsonObject[] = [];
    const prefix = namespace === '' ? '' : `${namespace}/`;
    for (let i = lowerBound(keys, prefix); i < keys.length; i += 1) {
      const key = keys[i] ?? '';
      if (!key.startsWith(prefix)) break;
      const object = get(key);
      if (object !== undefined) out.push(object);
    }
    return out;
  }
}

function lowerBound(keys: readonly string[], prefix: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The resourceVersion of an object; 0 when it has none. */
export function versionOf(object: JsonObject): number {
  return Number(asString(dig(object, 'metadata', 'resourceVersion')) ?? '0');
}
