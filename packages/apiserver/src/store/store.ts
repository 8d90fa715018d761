import { asArray, asString, dig, type JsonObject, member } from '../json.ts';
import { type Change, Collection, identity, keyOf } from './collection.ts';

/** Names one collection: the group and the plural name of a resource. */
export function collectionName(group: string, resource: string): string {
  return `${resource}.${group}`;
}

/** A stored object and where it lies. */
export interface Located {
  readonly collection: string;
  readonly key: string;
}

/** All objects, one clock of versions for all of them, and who owns whom. */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #byUid = new Map<string, Located>();
  readonly #dependents = new Map<string, Map<string, Located>>();
  readonly #listeners = new Set<(collection: string, change: Change) => void>();
  readonly #historyLimit: number;
  #version = 1;

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  /** The version of the newest change. */
  get version(): number {
    return this.#version;
  }

  collection(name: string): Collection {
    let found = this.#collections.get(name);
    if (found === undefined) {
      found = new Collection(this.#historyLimit, 0);
      this.#collections.set(name, found);
    }
    return found;
  }

  /** Stores an object under its name; answers it with its new resourceVersion. */
  put(collection: string, object: JsonObject): JsonObject {
    const { name, namespace } = identity(object);
    const key = keyOf(namespace, name);
    const before = this.collection(collection).get(key);
    const stored = this.#stamped(object);
    this.#index(collection, key, before, stored);
    const type = before === undefined ? 'ADDED' : 'MODIFIED';
    this.#tell(collection, { version: this.#version, type, key, object: stored, before });
    return stored;
  }

  /** Removes an object. `last` is what watchers are told it was. */
  remove(collection: string, last: JsonObject): JsonObject {
    const { name, namespace } = identity(last);
    const key = keyOf(namespace, name);
    const before = this.collection(collection).get(key);
    const object = this.#stamped(last);
    this.#index(collection, key, before, undefined);
    this.#tell(collection, { version: this.#version, type: 'DELETED', key, object, before });
    return object;
  }

  /** Where the object with this uid lies. */
  locate(uid: string): Located | undefined {
    return this.#byUid.get(uid);
  }

  at(located: Located): JsonObject | undefined {
    return this.collection(located.collection).get(located.key);
  }

  /** Objects that name this uid among their owners. */
  dependentsOf(uid: string): Located[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  /** Told about every change of every collection, after the collection's own listeners. */
  listen(listener: (collection: string, change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Collections that hold something in a namespace. */
  contentOf(namespace: string): { collection: string; objects: JsonObject[] }[] {
    const out: { collection: string; objects: JsonObject[] }[] = [];
    for (const [collection, held] of this.#collections) {
      const objects = held.list(namespace);
      if (objects.length > 0) out.push({ collection, objects });
    }
    return out;
  }

  /** Forgets all history but the newest `keep` changes of each collection: older watches and pages then answer 410. */
  compact(keep: number): void {
    for (const held of this.#collections.values()) held.forget(keep);
  }

  #stamped(object: JsonObject): JsonObject {
    this.#version += 1;
    const metadata = { ...(object.metadata as JsonObject), resourceVersion: String(this.#version) }; // every stored object has metadata
    return { ...object, metadata };
  }

  #index(collection: string, key: string, before: JsonObject | undefined, after: JsonObject | undefined): void {
    const located = { collection, key };
    const unique = `${collection} ${key}`;
    for (const uid of before === undefined ? [] : ownersOf(before)) {
      const all = this.#dependents.get(uid);
      all?.delete(unique);
      if (all?.size === 0) this.#dependents.delete(uid);
    }
    if (after === undefined) {
      if (before !== undefined) this.#byUid.delete(identity(before).uid);
      return;
    }
    this.#byUid.set(identity(after).uid, located);
    for (const uid of ownersOf(after)) {
      let all = this.#dependents.get(uid);
      if (all === undefined) {
        all = new Map();
        this.#dependents.set(uid, all);
      }
      all.set(unique, located);
    }
  }

  #tell(collection: string, change: Change): void {
    this.collection(collection).apply(change);
    for (const listener of [...this.#listeners]) listener(collection, change);
  }
}

/** The uids an object names as its owners. */
export function ownersOf(object: JsonObject): string[] {
  const owners = asArray(dig(object, 'metadata', 'ownerReferences')) ?? [];
  return owners.map((owner) => asString(member(owner, 'uid')) ?? '').filter((uid) => uid !== '');
}
