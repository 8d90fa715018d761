import { findText, isObject, type JsonObject, type JsonValue, toList } from '../../json/value.ts';
import type { DocumentParts } from './document-parts.ts';

/** Prints CycloneDX XML from the shape of its JSON. Members are in the order of the schema already. */
export function* printXml(parts: DocumentParts): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<bom xmlns="${parts.traits.namespace}" serialNumber="${parts.serialNumber}" version="1">\n`;
  yield printElement('metadata', parts.metadata, '  ');
  yield '  <components>\n';
  for (const component of parts.components()) yield printElement('component', component, '    ');
  yield '  </components>\n';
  yield* printList('dependencies', parts.dependencies(), printDependency);
  const one = (element: JsonObject) => printElement('vulnerability', element, '    ');
  yield* printList('vulnerabilities', parts.vulnerabilities(), one, parts.isScan);
  yield '</bom>\n';
}

function* printList(
  name: string,
  elements: Iterable<JsonObject>,
  print: (element: JsonObject) => string,
  saysSo = false,
): Generator<string> {
  let isEmpty = true;
  for (const element of elements) {
    yield (isEmpty ? `  <${name}>\n` : '') + print(element);
    isEmpty = false;
  }
  if (!isEmpty) yield `  </${name}>\n`;
  else if (saysSo) yield `  <${name}/>\n`;
}

/** What the items of a list are called. */
const items: Readonly<Record<string, string>> = {
  components: 'component',
  hashes: 'hash',
  properties: 'property',
  tools: 'tool',
  references: 'reference',
  ratings: 'rating',
  cwes: 'cwe',
  advisories: 'advisory',
  affects: 'target',
  versions: 'version',
  responses: 'response',
};

function printElement(name: string, value: JsonValue, indent: string): string {
  if (!isObject(value) && !Array.isArray(value)) return `${indent}<${name}>${escapeText(toText(value))}</${name}>\n`;
  if (Array.isArray(value)) {
    const inner = (value as readonly JsonValue[]).map((item) => printItem(name, item, `${indent}  `)).join('');
    return `${indent}<${name}>\n${inner}${indent}</${name}>\n`;
  }
  const isComponent = name === 'component';
  let attributes = '';
  let inner = '';
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (key === 'bom-ref' || (key === 'type' && isComponent)) attributes += printAttribute(key, toText(member));
    else inner += printElement(key === 'response' ? 'responses' : key, member, `${indent}  `);
  }
  return inner === ''
    ? `${indent}<${name}${attributes}/>\n`
    : `${indent}<${name}${attributes}>\n${inner}${indent}</${name}>\n`;
}

function printItem(list: string, item: JsonValue, indent: string): string {
  if (!isObject(item)) return printElement(items[list] ?? 'item', item, indent);
  if (list === 'properties') {
    return `${indent}<property${printAttribute('name', findText(item, 'name') ?? '')}>${escapeText(findText(item, 'value') ?? '')}</property>\n`;
  }
  if (list === 'hashes') {
    return `${indent}<hash${printAttribute('alg', findText(item, 'alg') ?? '')}>${escapeText(findText(item, 'content') ?? '')}</hash>\n`;
  }
  if (list === 'licenses') {
    const license = item.license;
    return license === undefined
      ? printElement('expression', item.expression ?? '', indent)
      : printElement('license', license, indent);
  }
  return printElement(items[list] ?? 'item', item, indent);
}

function printDependency(dependency: JsonObject): string {
  const refs = toList(dependency, 'dependsOn').map(
    (ref) => `      <dependency${printAttribute('ref', toText(ref))}/>\n`,
  );
  const attribute = printAttribute('ref', findText(dependency, 'ref') ?? '');
  return `    <dependency${attribute}>\n${refs.join('')}    </dependency>\n`;
}

/** Numbers without exponent: `xs:decimal` has none. */
function toText(value: JsonValue): string {
  if (typeof value !== 'number') return String(value);
  const text = String(value);
  return text.includes('e') ? value.toFixed(10) : text;
}

function printAttribute(name: string, value: string): string {
  return ` ${name}="${escapeText(value).replace(/["\t\n]/g, (c) => `&#${c.charCodeAt(0)};`)}"`;
}

/** A carriage return would be read as a line feed if it were not escaped. */
function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (c) => escapes[c] ?? c);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
