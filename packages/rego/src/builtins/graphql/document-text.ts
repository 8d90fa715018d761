import { getKey } from '../../values/access.ts';
import { isArray, isObject, type ObjectValue, type Value } from '../../values/value.ts';
import { BuiltinError } from '../builtin.ts';

/** A document in OPA's form, written as a text again. Throws `BuiltinError` where it is none. */
export function documentText(document: ObjectValue, of: 'query' | 'schema'): string {
  const parts =
    of === 'query'
      ? [...items(document, 'Operations').map(operation), ...items(document, 'Fragments').map(fragment)]
      : [
          ...items(document, 'Schema').map((one) => root('schema', one)),
          ...items(document, 'SchemaExtension').map((one) => root('extend schema', one)),
          ...items(document, 'Directives').map(directiveDefinition),
          ...items(document, 'Definitions').map((one) => definition('', one)),
          ...items(document, 'Extensions').map((one) => definition('extend ', one)),
        ];
  return parts.join('\n');
}

function items(of: ObjectValue, name: string): readonly ObjectValue[] {
  const list = getKey(of, name) ?? [];
  if (!isArray(list) || !list.every((one) => isObject(one)))
    throw new BuiltinError(`${name} must be an array of objects`);
  return list;
}

function texts(of: ObjectValue, name: string): readonly string[] {
  const list = getKey(of, name) ?? [];
  if (!isArray(list) || !list.every((one) => typeof one === 'string')) {
    throw new BuiltinError(`${name} must be an array of strings`);
  }
  return list;
}

function text(of: ObjectValue, name: string): string {
  const value = getKey(of, name) ?? '';
  if (typeof value !== 'string') throw new BuiltinError(`${name} must be a string`);
  return value;
}

const between = (open: string, parts: readonly string[], close: string): string =>
  parts.length === 0 ? '' : `${open}${parts.join(' ')}${close}`;

const described = (of: ObjectValue): string =>
  text(of, 'Description') === '' ? '' : `${JSON.stringify(text(of, 'Description'))} `;

const directives = (of: ObjectValue): string =>
  items(of, 'Directives')
    .map((one) => ` @${text(one, 'Name')}${between('(', items(one, 'Arguments').map(argument), ')')}`)
    .join('');

function argument(of: ObjectValue): string {
  return `${text(of, 'Name')}: ${valueText(getKey(of, 'Value'))}`;
}

function valueText(value: Value | undefined): string {
  if (!isObject(value)) throw new BuiltinError('Value must be an object');
  const raw = text(value, 'Raw');
  switch (getKey(value, 'Kind')) {
    case 0:
      return `$${raw}`;
    case 3:
    case 4:
      return JSON.stringify(raw);
    case 8:
      return `[${items(value, 'Children')
        .map((one) => valueText(getKey(one, 'Value')))
        .join(' ')}]`;
    case 9:
      return `{${items(value, 'Children').map(argument).join(' ')}}`;
    default:
      return raw;
  }
}

function typeText(type: Value | undefined): string {
  if (!isObject(type)) throw new BuiltinError('Type must be an object');
  const element = getKey(type, 'Elem');
  const inner = element === undefined || element === null ? text(type, 'NamedType') : `[${typeText(element)}]`;
  return getKey(type, 'NonNull') === true ? `${inner}!` : inner;
}

function defaultText(of: ObjectValue): string {
  const value = getKey(of, 'DefaultValue') ?? null;
  return value === null ? '' : ` = ${valueText(value)}`;
}

const variables = (of: ObjectValue, name: string): string =>
  between(
    '(',
    items(of, name).map(
      (one) => `$${text(one, 'Variable')}: ${typeText(getKey(one, 'Type'))}${defaultText(one)}${directives(one)}`,
    ),
    ')',
  );

const selections = (of: ObjectValue): string => between(' {', items(of, 'SelectionSet').map(selection), '}');

function selection(of: ObjectValue): string {
  if (getKey(of, 'TypeCondition') !== undefined) {
    const on = text(of, 'TypeCondition');
    return `...${on === '' ? '' : ` on ${on}`}${directives(of)}${selections(of)}`;
  }
  const [alias, name] = [text(of, 'Alias'), text(of, 'Name')];
  if (alias === '') return `...${name}${directives(of)}`;
  const own = alias === name ? name : `${alias}: ${name}`;
  return `${own}${between('(', items(of, 'Arguments').map(argument), ')')}${directives(of)}${selections(of)}`;
}

const operation = (of: ObjectValue): string =>
  `${text(of, 'Operation')} ${text(of, 'Name')}${variables(of, 'VariableDefinitions')}${directives(of)}${selections(of)}`;

const fragment = (of: ObjectValue): string =>
  `fragment ${text(of, 'Name')} on ${text(of, 'TypeCondition')}${directives(of)}${selections(of)}`;

function root(word: string, of: ObjectValue): string {
  const types = items(of, 'OperationTypes').map((one) => `${text(one, 'Operation')}: ${text(one, 'Type')}`);
  return `${described(of)}${word}${directives(of)}${between(' {', types, '}')}`;
}

function input(of: ObjectValue): string {
  return `${described(of)}${text(of, 'Name')}: ${typeText(getKey(of, 'Type'))}${defaultText(of)}${directives(of)}`;
}

function field(of: ObjectValue): string {
  const args = between('(', items(of, 'Arguments').map(input), ')');
  return `${described(of)}${text(of, 'Name')}${args}: ${typeText(getKey(of, 'Type'))}${defaultText(of)}${directives(of)}`;
}

function directiveDefinition(of: ObjectValue): string {
  const args = between('(', items(of, 'Arguments').map(input), ')');
  const repeatable = getKey(of, 'IsRepeatable') === true ? ' repeatable' : '';
  return `${described(of)}directive @${text(of, 'Name')}${args}${repeatable} on ${texts(of, 'Locations').join(' | ')}`;
}

const words: ReadonlyMap<string, string> = new Map([
  ['SCALAR', 'scalar'],
  ['OBJECT', 'type'],
  ['INTERFACE', 'interface'],
  ['UNION', 'union'],
  ['ENUM', 'enum'],
  ['INPUT_OBJECT', 'input'],
]);

function definition(prefix: string, of: ObjectValue): string {
  const word = words.get(text(of, 'Kind'));
  if (word === undefined) throw new BuiltinError(`no kind of a type: ${text(of, 'Kind')}`);
  const interfaces = texts(of, 'Interfaces');
  const types = texts(of, 'Types');
  const values = items(of, 'EnumValues').map((one) => `${described(one)}${text(one, 'Name')}${directives(one)}`);
  const members = between(' {', [...items(of, 'Fields').map(field), ...values], '}');
  const implemented = interfaces.length === 0 ? '' : ` implements ${interfaces.join(' & ')}`;
  const union = types.length === 0 ? '' : ` = ${types.join(' | ')}`;
  return `${described(of)}${prefix}${word} ${text(of, 'Name')}${implemented}${directives(of)}${members}${union}`;
}
