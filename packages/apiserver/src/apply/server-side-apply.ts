import { asArray, asObject, cloneJson, type Json, type JsonObject } from '../json.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/resource.ts';
import type { Schema } from '../schema/schema.ts';
import { ApiError, type Cause } from '../status.ts';
import {
  claimed,
  edges,
  type FieldSet,
  grainOf,
  intersection,
  isEmpty,
  itemEdge,
  memberSchema,
  minus,
  noFields,
  pathsOf,
  union,
} from './field-set.ts';
import {
  isSameManager,
  type Manager,
  ownable,
  ownedPart,
  ownershipDifference,
  readManagers,
  type Writer,
  writeManagers,
} from './managed-fields.ts';

/**
 * Server-side apply: merges a configuration into the live object, removes what this manager applied before and no longer does, and
 * moves ownership. Throws 409 with one cause per field when another manager owns what would change, unless `force`.
 */
export function apply(
  kind: ResourceKind,
  live: JsonObject,
  config: JsonObject,
  writer: Writer,
  force: boolean,
): JsonObject {
  const { schema } = kind;
  const wanted = ownedPart(config);
  const managers = readManagers(live);
  const mine = managers.find((m) => isSameManager(m, writer.manager, 'Apply', writer.subresource));
  const others = managers.filter((m) => m !== mine);
  const fields = ownable(claimed(schema, wanted));

  const ownedByOthers = others.reduce((sum, m) => union(sum, m.fields), noFields());
  const dropped = minus(mine?.fields ?? noFields(), fields);
  const merged = merge(schema, ownedPart(live), wanted);
  const pruned = asObject(removeOwned(schema, merged, dropped, union(ownedByOthers, fields)) ?? {}) ?? {};

  const { changed, removed } = ownershipDifference(schema, live, pruned);
  const conflicts = others
    .map((m) => ({ manager: m, fields: intersection(m.fields, changed) }))
    .filter((c) => !isEmpty(c.fields));
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);

  const kept: Manager[] = others.map((m) => ({
    ...m,
    fields: minus(minus(m.fields, removed), force ? changed : noFields()),
  }));
  const next: Manager = {
    name: writer.manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(kind),
    subresource: writer.subresource,
    time: writer.time,
    fields,
  };
  const at = mine === undefined ? kept.length : managers.indexOf(mine);
  return writeManagers(pruned, [...kept.slice(0, at), next, ...kept.slice(at)]);
}

/** Writes a configuration over a value. Shares no part with either. */
export function merge(schema: Schema | undefined, live: Json | undefined, config: Json): Json {
  const grain = grainOf(schema, config);
  if (grain === 'whole' || live === undefined || grainOf(schema, live) !== grain) return cloneJson(config);
  if (grain === 'map') {
    const out: JsonObject = { ...asObject(live) };
    for (const [name, value] of Object.entries(asObject(config) ?? {})) {
      out[name] = merge(memberSchema(schema, name), out[name], value);
    }
    return out;
  }
  return mergeItems(schema, asArray(live) ?? [], asArray(config) ?? []);
}

/** Applied items come in the order of the configuration; items of others keep their place behind the one they followed. */
function mergeItems(schema: Schema | undefined, live: readonly Json[], config: readonly Json[]): Json[] {
  const byEdge = new Map(live.map((item) => [itemEdge(schema, item), item]));
  const applied = new Map(config.map((item) => [itemEdge(schema, item), item]));
  const out: Json[] = [];
  const pending = [...live];
  for (const [edge, item] of applied) {
    while (pending.length > 0) {
      const next = pending[0] ?? null;
      const nextEdge = itemEdge(schema, next);
      if (applied.has(nextEdge)) break;
      out.push(next);
      pending.shift();
    }
    const at = pending.findIndex((other) => itemEdge(schema, other) === edge);
    if (at >= 0) pending.splice(at, 1);
    out.push(merge(schema?.items, byEdge.get(edge), item));
  }
  return [...out, ...pending];
}

/** Takes away members of `dropped` that nobody in `kept` holds. Answers undefined when nothing is left of what was there. */
function removeOwned(schema: Schema | undefined, value: Json, dropped: FieldSet, kept: FieldSet): Json | undefined {
  if (isEmpty(dropped)) return value;
  const below = edges(schema, value);
  if (below.size === 0) return value;
  const keep = (edge: string): Json | undefined => {
    const child = below.get(edge);
    const lost = dropped.children.get(edge);
    if (child === undefined) return undefined;
    if (lost === undefined) return child.value;
    const held = kept.children.get(edge) ?? noFields();
    if (lost.here && isEmpty(held)) return undefined;
    return removeOwned(child.schema, child.value, lost, held);
  };
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => keep(itemEdge(schema, item)) ?? []);
    return items.length === 0 ? undefined : items;
  }
  const out: JsonObject = {};
  for (const name of Object.keys(asObject(value) ?? {})) {
    const left = keep(`f:${name}`);
    if (left !== undefined) out[name] = left;
  }
  return Object.keys(out).length === 0 ? undefined : out;
}

interface Conflicting {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

function applyConflict(conflicts: readonly Conflicting[]): ApiError {
  const causes: Cause[] = conflicts.flatMap(({ manager, fields }) =>
    pathsOf(fields).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${described(manager)}`,
      field,
    })),
  );
  const byManager = conflicts.map(({ manager, fields }) => {
    const paths = pathsOf(fields);
    const who = `with ${described(manager)}`;
    return paths.length === 1 ? `${who}: ${paths[0]}` : `${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`;
  });
  const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  const head = causes.length === 1 ? `Apply failed with ${count}: conflict` : `Apply failed with ${count}: conflicts`;
  return new ApiError(409, 'Conflict', `${head} ${byManager.join('\nconflicts ')}`, { causes });
}

function described(manager: Manager): string {
  const sub = manager.subresource === '' ? '' : ` with subresource ${JSON.stringify(manager.subresource)}`;
  const name = JSON.stringify(manager.name) + sub;
  return manager.operation === 'Update' && manager.time !== ''
    ? `${name} using ${manager.apiVersion} at ${manager.time}`
    : name;
}
