/** A type as OPA's checker knows them. `any` with no members is every value; with members, one of them. */
export type Type =
  | { readonly kind: 'null' | 'boolean' | 'number' | 'string' }
  | { readonly kind: 'any'; readonly of: readonly Type[] }
  | ArrayType
  | ObjectType
  | { readonly kind: 'set'; readonly of: Type | undefined }
  | FunctionType;

/** Known items, then the type of all others. An item of no known type is `undefined`. */
export interface ArrayType {
  readonly kind: 'array';
  readonly items: readonly (Type | undefined)[];
  readonly rest: Type | undefined;
}

/** Properties of known names, in order, then the type of all others. */
export interface ObjectType {
  readonly kind: 'object';
  readonly properties: readonly Property[];
  readonly rest: RestProperty | undefined;
}

/** A property of known name. Names are Rego texts: strings bare, others as Rego prints them. */
export interface Property {
  readonly key: string | number | boolean | null;
  readonly value: Type | undefined;
}

/** The type of all properties whose name is not known. */
export interface RestProperty {
  readonly key: Type | undefined;
  readonly value: Type | undefined;
}

/** The type of a function; `variadic` for arguments after `args`. */
export interface FunctionType {
  readonly kind: 'function';
  readonly args: readonly Argument[];
  readonly variadic: Type | undefined;
  readonly result: Type | undefined;
  /** The name its declaration gives the result. */
  readonly resultName?: string | undefined;
}

/** An argument, with the name its declaration gives it. */
export interface Argument {
  readonly name: string | undefined;
  readonly type: Type | undefined;
}

export const nullType: Type = { kind: 'null' };
export const booleanType: Type = { kind: 'boolean' };
export const numberType: Type = { kind: 'number' };
export const stringType: Type = { kind: 'string' };
export const anyType: Type = { kind: 'any', of: [] };

/** The type as OPA prints it in messages. */
export function typeText(type: Type | undefined): string {
  if (type === undefined) return '???';
  switch (type.kind) {
    case 'any':
      return type.of.length === 0 ? 'any' : `any<${type.of.map(typeText).join(', ')}>`;
    case 'array': {
      const items = type.items.length === 0 ? '' : `<${type.items.map(typeText).join(', ')}>`;
      return `array${items}${type.rest === undefined ? '' : `[${typeText(type.rest)}]`}`;
    }
    case 'object': {
      const known = type.properties.map(({ key, value }) => `${key}: ${typeText(value)}`).join(', ');
      const rest = type.rest === undefined ? '' : `[${typeText(type.rest.key)}: ${typeText(type.rest.value)}]`;
      return `object${known === '' ? '' : `<${known}>`}${rest}`;
    }
    case 'set':
      return type.of === undefined ? 'set' : `set[${typeText(type.of)}]`;
    case 'function':
      return `${argumentsText(type)} => ${typeText(type.result)}`;
    default:
      return type.kind;
  }
}

/** The arguments as OPA prints them: `(x: number, any...)`. */
export function argumentsText(type: FunctionType): string {
  const parts = type.args.map(({ name, type: arg }) =>
    name === undefined ? typeText(arg) : `${name}: ${typeText(arg)}`,
  );
  if (type.variadic !== undefined) parts.push(`${typeText(type.variadic)}...`);
  return `(${parts.join(', ')})`;
}
