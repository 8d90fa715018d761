import { timestamp } from '../clock.ts';
import type { Context } from '../context.ts';
import { asArray, asObject, asString, dig, equalJson, type Json, type JsonObject, member } from '../json.ts';
import { definitionKind } from '../kinds/core-kinds.ts';
import type { ResourceKind } from '../kinds/resource.ts';
import type { Change } from '../store/collection.ts';
import { collectionName } from '../store/store.ts';
import { checkDefinition } from './check-definition.ts';
import { customKinds } from './custom-kind.ts';

/** Serves what CustomResourceDefinitions define: establishes them, and removes their resources with them. */
export class DefinitionKeeper {
  readonly kind: ResourceKind = { ...definitionKind, prepare: fillNames, check: checkDefinition };
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** To be told about every change of the store. */
  changed(collection: string, change: Change): void {
    if (collection !== this.kind.collection) return;
    const group = asString(dig(change.object, 'spec', 'group')) ?? '';
    const plural = asString(dig(change.object, 'spec', 'names', 'plural')) ?? '';
    const { registry, store } = this.#context;
    if (change.type === 'DELETED') {
      const resources = collectionName(group, plural);
      for (const object of store.collection(resources).list('')) store.remove(resources, object);
      registry.drop(group, plural);
      return;
    }
    if (!equalJson(change.object.spec, change.before?.spec)) {
      registry.drop(group, plural);
      for (const { kind, isStored } of customKinds(change.object)) registry.add(kind, isStored);
    }
    const status = this.#statusOf(change.object);
    if (!equalJson(status, change.object.status)) store.put(collection, { ...change.object, status });
  }

  #statusOf(definition: JsonObject): JsonObject {
    const names = dig(definition, 'spec', 'names') ?? {};
    const old = asObject(definition.status) ?? {};
    const stored = (asArray(old.storedVersions) ?? []).slice();
    for (const version of asArray(dig(definition, 'spec', 'versions')) ?? []) {
      const name = member(version, 'name');
      if (member(version, 'storage') === true && name !== undefined && !stored.includes(name)) stored.push(name);
    }
    const conditions: Json[] = asArray(old.conditions) ?? [
      this.#condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      this.#condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ];
    return { ...old, conditions, acceptedNames: names, storedVersions: stored };
  }

  #condition(type: string, reason: string, message: string): JsonObject {
    return { type, status: 'True', lastTransitionTime: timestamp(this.#context.clock.now()), reason, message };
  }
}

/** Fills in, in place, the names and the conversion a definition may leave out. */
function fillNames(definition: JsonObject): void {
  const spec = asObject(definition.spec);
  const names = asObject(spec?.names);
  if (spec === undefined || names === undefined) return;
  const kind = asString(names.kind) ?? '';
  if (names.singular === undefined && kind !== '') names.singular = kind.toLowerCase();
  if (names.listKind === undefined && kind !== '') names.listKind = `${kind}List`;
  if (spec.conversion === undefined) spec.conversion = { strategy: 'None' };
}
