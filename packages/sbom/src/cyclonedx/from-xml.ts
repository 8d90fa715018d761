import { vulnerabilityNamespace } from '../formats.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { findAttribute, type XmlElement } from '../xml/element.ts';
import { toElementText } from '../xml/single-line.ts';

/** Elements whose children are the items of a list. Others with children are objects. */
const lists = new Set([
  ...['components', 'services', 'hashes', 'licenses', 'externalReferences', 'properties', 'occurrences', 'authors'],
  ...['ratings', 'cwes', 'advisories', 'references', 'affects', 'versions', 'responses', 'tools'],
]);

/**
 * An element in the shape CycloneDX JSON has for it, so that both encodings share one reader. Only elements of the root's own
 * namespace count. Depth is bounded by the parser's.
 */
export function toJson(element: XmlElement): JsonValue {
  const { namespace, children, name } = element;
  const text = toElementText(name, element.text);
  const isOwn = (child: XmlElement) => child.namespace === namespace;
  if (lists.has(name) && !isToolsObject(name, children)) {
    return (children.every(isOwn) ? children : children.filter(isOwn)).map(toItem);
  }
  const members: [string, JsonValue][] = [];
  for (const key in element.attributes) {
    if (!key.startsWith('xmlns')) members.push([key, element.attributes[key] ?? '']);
  }
  if (children.length === 0) {
    if (members.length === 0) return text;
    if (text !== '') members.push(['content', text]);
  }
  for (const child of children) {
    if (!isOwn(child)) continue;
    if (child.name === 'responses') members.push(['response', child.children.map((response) => response.text)]);
    else members.push([child.name, toJson(child)]);
  }
  return members.length === 0 ? text : Object.fromEntries(members);
}

/** Since 1.5 `tools` holds `components` and `services`, before it held the tools themselves. */
function isToolsObject(name: string, children: readonly XmlElement[]): boolean {
  return name === 'tools' && children.some((child) => child.name === 'components' || child.name === 'services');
}

/** Items of lists differ from other elements in what their text and attributes are called. */
function toItem(item: XmlElement): JsonValue {
  switch (item.name) {
    case 'property':
      return { name: findAttribute(item, 'name') ?? '', value: item.text };
    case 'hash':
      return { alg: findAttribute(item, 'alg') ?? '', content: item.text };
    case 'license':
      return { license: toJson(item) };
    case 'expression':
      return { expression: toElementText('expression', item.text) };
    case 'cwe':
      return item.text;
    default:
      return toJson(item);
  }
}

/** `<dependency ref><dependency ref/>…`. */
export function toDependency(element: XmlElement): JsonObject {
  return {
    ref: findAttribute(element, 'ref') ?? '',
    dependsOn: element.children
      .filter((child) => child.name === 'dependency')
      .map((child) => findAttribute(child, 'ref') ?? ''),
  };
}

/** A vulnerability of the old extension in the shape of 1.4; `ref` is the component it stands in. Source: vulnerability-1.0.xsd. */
export function fromExtension(element: XmlElement, ref: string | undefined): JsonObject {
  const child = (name: string) => children(element, name)[0];
  const text = (parent: XmlElement | undefined, name: string) => (parent && children(parent, name)[0]?.text) ?? '';
  const source = child('source');
  const affected = findAttribute(element, 'ref') ?? ref;
  const recommendations = child('recommendations');
  return {
    id: text(element, 'id'),
    source: { name: (source && findAttribute(source, 'name')) ?? '', url: text(source, 'url') },
    ratings: listed(child('ratings'), 'rating').map((rating) => ({
      score: text(children(rating, 'score')[0], 'base'),
      ...present('severity', text(rating, 'severity')),
      ...present('method', text(rating, 'method')),
      ...present('vector', text(rating, 'vector')),
    })),
    cwes: listed(child('cwes'), 'cwe').map((cwe) => cwe.text),
    description: text(element, 'description'),
    recommendation: listed(recommendations, 'recommendation')
      .map((recommendation) => recommendation.text)
      .join('; '),
    advisories: listed(child('advisories'), 'advisory').map((advisory) => ({ url: advisory.text })),
    affects: affected === undefined ? [] : [{ ref: affected }],
  };
}

/** The vulnerabilities of the old extension inside an element. */
export function findExtensions(element: XmlElement): readonly XmlElement[] {
  return children(element, 'vulnerabilities').flatMap((list) => children(list, 'vulnerability'));
}

function children(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name && child.namespace === vulnerabilityNamespace);
}

function listed(parent: XmlElement | undefined, name: string): readonly XmlElement[] {
  return parent === undefined ? [] : children(parent, name);
}

function present(name: string, value: string): JsonObject {
  return value === '' ? {} : { [name]: value };
}
