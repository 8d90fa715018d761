import type { Context } from '../context.ts';
import { asArray, asObject, asString, dig, type Json, type JsonObject, member, without } from '../json.ts';
import { identity, keyOf } from '../store/collection.ts';
import { collectionName, type Located, ownersOf } from '../store/store.ts';
import { inBackground, propagationFinalizers, removeObject } from './delete.ts';
import { metadataOf } from './write.ts';

const namespaces = collectionName('', 'namespaces');

/**
 * What the controllers around a real API server clean up: dependents of deleted owners, orphans, foreground deletion, and the content
 * of terminating namespaces. It notes what a change may have touched and works it off when told to.
 */
export class GarbageCollector {
  readonly #context: Context;
  readonly #doubtful = new Map<string, Located>();
  readonly #terminating = new Set<string>();
  #running = false;

  constructor(context: Context) {
    this.#context = context;
    context.store.listen((collection, change) => {
      const { uid, namespace } = identity(change.object);
      if (change.type === 'DELETED') {
        for (const located of context.store.dependentsOf(uid)) this.#doubt(located);
        for (const owner of ownersOf(change.object)) this.#doubtUid(owner);
        if (namespace !== '') this.#terminating.add(namespace);
      } else if (metadataOf(change.object).deletionTimestamp !== undefined || change.object.metadata === undefined) {
        this.#doubt({ collection, key: change.key });
        for (const located of context.store.dependentsOf(uid)) this.#doubt(located);
        if (collection === namespaces) this.#terminating.add(identity(change.object).name);
      } else if (ownersOf(change.object).length > 0) this.#doubt({ collection, key: change.key });
    });
  }

  /** True when there is something to look at. */
  get isNeeded(): boolean {
    return this.#doubtful.size > 0 || this.#terminating.size > 0;
  }

  /** Works until nothing is left to do. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.isNeeded) {
        const objects = [...this.#doubtful.values()];
        this.#doubtful.clear();
        for (const located of objects) this.#look(located);
        const names = [...this.#terminating];
        this.#terminating.clear();
        for (const name of names) this.#lookNamespace(name);
      }
    } finally {
      this.#running = false;
    }
  }

  #doubt(located: Located): void {
    this.#doubtful.set(`${located.collection} ${located.key}`, located);
  }

  #doubtUid(uid: string): void {
    const located = this.#context.store.locate(uid);
    if (located !== undefined) this.#doubt(located);
  }

  #look(located: Located): void {
    const object = this.#context.store.at(located);
    if (object === undefined) return;
    if (metadataOf(object).deletionTimestamp !== undefined) this.#finishDeletion(located, object);
    else this.#checkOwners(located, object);
  }

  #checkOwners(located: Located, object: JsonObject): void {
    const owners = asArray(dig(object, 'metadata', 'ownerReferences')) ?? [];
    if (owners.length === 0) return;
    const states = owners.map((owner) => this.#ownerState(owner));
    if (!states.includes('absent') && !states.includes('leaving')) return;
    const solid = owners.filter((_, index) => states[index] === 'solid');
    if (solid.length > 0) this.#rewrite(located, object, { ownerReferences: solid });
    else if (states.includes('leaving')) this.#remove(located, object, 'Foreground');
    else this.#remove(located, object, 'Background');
  }

  /** Owners of kinds this server does not have count as there: it cannot know. */
  #ownerState(owner: Json): 'solid' | 'absent' | 'leaving' {
    const uid = asString(member(owner, 'uid')) ?? '';
    const located = this.#context.store.locate(uid);
    const object = located === undefined ? undefined : this.#context.store.at(located);
    if (object === undefined) {
      const kind = this.#context.registry.named(
        asString(member(owner, 'apiVersion')) ?? '',
        asString(member(owner, 'kind')) ?? '',
      );
      return kind === undefined ? 'solid' : 'absent';
    }
    return this.#isHeldBy(object, propagationFinalizers.Foreground) ? 'leaving' : 'solid';
  }

  #isHeldBy(object: JsonObject, finalizer: string): boolean {
    const metadata = metadataOf(object);
    return metadata.deletionTimestamp !== undefined && (asArray(metadata.finalizers) ?? []).includes(finalizer);
  }

  #finishDeletion(located: Located, object: JsonObject): void {
    const { uid } = identity(object);
    if (this.#isHeldBy(object, propagationFinalizers.Orphan)) {
      for (const dependent of this.#context.store.dependentsOf(uid)) this.#disown(dependent, uid);
      this.#release(located, propagationFinalizers.Orphan);
    } else if (this.#isHeldBy(object, propagationFinalizers.Foreground)) {
      const blocking = this.#context.store.dependentsOf(uid).filter((dependent) => this.#blocks(dependent, uid));
      if (blocking.length === 0) this.#release(located, propagationFinalizers.Foreground);
    }
  }

  #blocks(dependent: Located, uid: string): boolean {
    const owners = asArray(dig(this.#context.store.at(dependent), 'metadata', 'ownerReferences')) ?? [];
    return owners.some((owner) => member(owner, 'uid') === uid && member(owner, 'blockOwnerDeletion') === true);
  }

  #disown(dependent: Located, uid: string): void {
    const object = this.#context.store.at(dependent);
    if (object === undefined) return;
    const owners = asArray(dig(object, 'metadata', 'ownerReferences')) ?? [];
    this.#rewrite(dependent, object, { ownerReferences: owners.filter((owner) => member(owner, 'uid') !== uid) });
  }

  #release(located: Located, finalizer: string): void {
    const object = this.#context.store.at(located);
    if (object === undefined) return;
    const finalizers = (asArray(metadataOf(object).finalizers) ?? []).filter((f) => f !== finalizer);
    this.#rewrite(located, object, { finalizers });
  }

  #rewrite(located: Located, object: JsonObject, changes: JsonObject): void {
    let metadata: JsonObject = { ...metadataOf(object), ...changes };
    for (const key of ['finalizers', 'ownerReferences']) {
      if (asArray(metadata[key])?.length === 0) metadata = without(metadata, key);
    }
    const next = { ...object, metadata };
    const isGone = metadata.deletionTimestamp !== undefined && metadata.finalizers === undefined;
    if (isGone && located.collection !== namespaces) this.#context.store.remove(located.collection, next);
    else this.#context.store.put(located.collection, next);
  }

  #remove(located: Located, object: JsonObject, propagation: 'Background' | 'Foreground'): void {
    const kind = this.#context.registry.stored(located.collection);
    if (kind !== undefined) removeObject(this.#context, kind, object, { ...inBackground, propagation });
  }

  #lookNamespace(name: string): void {
    const { store } = this.#context;
    const namespace = store.collection(namespaces).get(keyOf('', name));
    if (namespace === undefined || metadataOf(namespace).deletionTimestamp === undefined) return;
    for (const { collection, objects } of store.contentOf(name)) {
      const kind = this.#context.registry.stored(collection);
      if (kind === undefined) continue;
      for (const object of objects) removeObject(this.#context, kind, object, inBackground);
    }
    if (store.contentOf(name).length > 0) return;
    const finalizers = (asArray(dig(namespace, 'spec', 'finalizers')) ?? []).filter((f) => f !== 'kubernetes');
    const next = { ...namespace, spec: { ...asObject(namespace.spec), finalizers } };
    const isHeld = finalizers.length > 0 || (asArray(metadataOf(namespace).finalizers) ?? []).length > 0;
    if (!isHeld) store.remove(namespaces, next);
    else if (finalizers.length < (asArray(dig(namespace, 'spec', 'finalizers')) ?? []).length)
      store.put(namespaces, next);
  }
}
