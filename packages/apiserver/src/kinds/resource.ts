import type { Json, JsonObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import type { FieldError } from '../status.ts';

/** A column of the Table form. `cell` gives the value, or null when there is none. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  cell(object: JsonObject, now: number): Json;
}

/** The scale subresource: where the numbers lie in the object. */
export interface ScalePaths {
  readonly spec: readonly string[];
  readonly status: readonly string[];
  readonly selector: readonly string[] | undefined;
}

/** One version of one resource, as the server serves it. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly schema: Schema;
  /** True for kinds that came by a CustomResourceDefinition. */
  readonly custom: boolean;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly columns: readonly Column[];
  /** Further paths a field selector may name. */
  readonly selectable: ReadonlySet<string>;
  /** The collection the objects lie in; versions of one resource share it. */
  readonly collection: string;
  /** Changes the name members take between the stored form and this version. */
  readonly fromStored: (object: JsonObject) => JsonObject;
  readonly toStored: (object: JsonObject) => JsonObject;
  /** Values the server fills in before validation, in place. */
  readonly prepare: (object: JsonObject) => void;
  /** Judges more than the schema says; `old` is undefined on create, `earlier` is what the schema objected to. */
  readonly check: (object: JsonObject, old: JsonObject | undefined, earlier: readonly FieldError[]) => FieldError[];
}

/** `v1`, or `group/version`. */
export function apiVersionOf(kind: { readonly group: string; readonly version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}
