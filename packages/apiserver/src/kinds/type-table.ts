import { emptySchema, type Schema } from '../schema/schema.ts';

/**
 * Types of the built-in kinds, one line each: field names of the public API with a short type. A field is `name`, `name:type` or
 * `name!:type` (required). Types: `s` string (when left out), `i` 32-bit and `l` 64-bit integer, `n` number, `b` boolean, `t` time,
 * `T` time with microseconds, `q` quantity, `p` integer or string, `B` base64 bytes, `*` anything, a Name of this table,
 * `[x]` atomic list, `[x]{a,b}` list of type map with these keys (the first is the merge key of strategic merge patches),
 * `[x]~` list of type set, `{x}` map, `Name@` atomic object.
 */
export type TypeTable = Readonly<Record<string, string>>;

const scalars: Readonly<Record<string, Schema>> = {
  s: { ...emptySchema, type: 'string' },
  i: { ...emptySchema, type: 'integer', format: 'int32' },
  l: { ...emptySchema, type: 'integer', format: 'int64' },
  n: { ...emptySchema, type: 'number' },
  b: { ...emptySchema, type: 'boolean' },
  t: { ...emptySchema, type: 'string', format: 'date-time', nullable: true },
  T: { ...emptySchema, type: 'string', format: 'date-time', nullable: true },
  B: { ...emptySchema, type: 'string', format: 'byte', nullable: true },
  q: { ...emptySchema, typeName: 'Quantity' },
  p: { ...emptySchema, intOrString: true, typeName: 'IntOrString' },
  '*': { ...emptySchema, type: '', preserve: true },
};

/** Makes the schema of a named type. Each is made once. */
export function schemaOfType(table: TypeTable, name: string, made: Map<string, Schema>): Schema {
  const known = made.get(name);
  if (known !== undefined) return known;
  const line = table[name];
  if (line === undefined) throw new Error(`the type table has no ${name}`);
  const properties = new Map<string, Schema>();
  const required: string[] = [];
  for (const field of line.trim().split(/\s+/)) {
    if (field === '') continue;
    const [left = '', ...rest] = field.split(':');
    const fieldName = left.replace('!', '');
    if (left.endsWith('!')) required.push(fieldName);
    properties.set(fieldName, schemaOfText(table, rest.length === 0 ? 's' : rest.join(':'), made));
  }
  const schema: Schema = { ...emptySchema, type: 'object', properties, required, typeName: name, nullable: true };
  made.set(name, schema);
  return schema;
}

function schemaOfText(table: TypeTable, text: string, made: Map<string, Schema>): Schema {
  const scalar = scalars[text];
  if (scalar !== undefined) return scalar;
  if (text.startsWith('[')) {
    const end = text.lastIndexOf(']');
    const items = schemaOfText(table, text.slice(1, end), made);
    const tail = text.slice(end + 1);
    const list = { ...emptySchema, type: 'array', items, nullable: true } as const;
    if (tail === '~') return { ...list, listType: 'set' };
    if (tail.startsWith('{')) return { ...list, listType: 'map', listMapKeys: tail.slice(1, -1).split(',') };
    return list;
  }
  if (text.startsWith('{')) {
    const additional = schemaOfText(table, text.slice(1, -1), made);
    return { ...emptySchema, type: 'object', additional, nullable: true };
  }
  if (text.endsWith('@')) return { ...schemaOfType(table, text.slice(0, -1), made), mapType: 'atomic' };
  return schemaOfType(table, text, made);
}
