import type { RE2JS } from 're2js';
import type { RegoNumber } from '../../values/number.ts';

/** The generations of JSON Schema that are told apart; `hybrid` is a schema that names none and may use any of them. */
export type Draft = 'draft4' | 'draft6' | 'draft7' | 'hybrid';

const drafts: ReadonlyMap<string, Draft> = new Map([
  ['http://json-schema.org/draft-04/schema', 'draft4'],
  ['http://json-schema.org/draft-06/schema', 'draft6'],
  ['http://json-schema.org/draft-07/schema', 'draft7'],
]);

/** The draft a `$schema` names; `undefined` for one that is not known. */
export const draftOf = (url: string): Draft | undefined => drafts.get(url.replace(/#$/, ''));

/** Limits of a number. */
export interface NumberRange {
  multipleOf?: RegoNumber;
  minimum?: RegoNumber;
  exclusiveMinimum?: RegoNumber;
  maximum?: RegoNumber;
  exclusiveMaximum?: RegoNumber;
}

/** Limits of a length or a count. */
export interface SizeRange {
  least?: number;
  most?: number;
}

/** A schema that has been read: what is absent asks for nothing. Filled in while it is read, since schemas refer to themselves. */
export interface Schema {
  /** The schemas `true` and `false`. */
  always?: boolean;
  /** What a `$ref` points to; nothing beside it counts. */
  reference?: Schema;
  readonly types: string[];
  readonly properties: [name: string, schema: Schema][];
  additionalProperties?: boolean | Schema;
  readonly patternProperties: [pattern: RE2JS, schema: Schema][];
  propertyNames?: Schema;
  readonly dependencies: Map<string, readonly string[] | Schema>;
  readonly items: Schema[];
  /** Whether `items` is one schema for all items, not one for each. */
  hasOneItemSchema: boolean;
  additionalItems?: boolean | Schema;
  contains?: Schema;
  uniqueItems: boolean;
  readonly number: NumberRange;
  length: SizeRange;
  propertyCount: SizeRange;
  itemCount: SizeRange;
  pattern?: { readonly text: string; readonly compiled: RE2JS };
  format?: string;
  readonly required: string[];
  /** As JSON text, numbers rounded to 64 bits: how OPA compares them. */
  constant?: string;
  /** As `constant`. An empty list lets nothing pass. */
  enumeration?: readonly string[];
  oneOf: Schema[];
  anyOf: Schema[];
  allOf: Schema[];
  not?: Schema;
  if?: Schema;
  then?: Schema;
  else?: Schema;
}

/** A schema that asks for nothing yet. */
export function emptySchema(): Schema {
  return {
    types: [],
    properties: [],
    patternProperties: [],
    dependencies: new Map(),
    items: [],
    hasOneItemSchema: false,
    uniqueItems: false,
    number: {},
    length: {},
    propertyCount: {},
    itemCount: {},
    required: [],
    oneOf: [],
    anyOf: [],
    allOf: [],
  };
}
