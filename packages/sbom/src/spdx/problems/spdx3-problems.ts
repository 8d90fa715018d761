import { findMember, findText, isObject, type JsonObject, type JsonValue, toList } from '../../json/value.ts';
import { placeUnder } from '../rejections.ts';
import { kindOf, quoted } from '../said.ts';
import type { Problems } from './checks.ts';
import type { ModelClass } from './spdx3-checks.ts';
import { modelClasses, references } from './spdx3-classes.ts';

/** Source: SPDX 3.0.1, Serialization in JSON-LD: the context is this address, and nothing else. */
const context = /^https:\/\/spdx\.org\/rdf\/3\.0\.\d+\/spdx-context\.jsonld$/;

/** Objects inside one another that are checked. */
const maxDepth = 64;

/** Checks a whole document of SPDX 3: every element against its class, and that what it names is there. Source: SPDX 3.0.1, model. */
export function checkSpdx3(document: JsonObject, problems: Problems): void {
  const said = findMember(document, '@context');
  if (typeof said !== 'string' || !context.test(said)) {
    problems.add('/@context', 'expected https://spdx.org/rdf/3.0.1/spdx-context.jsonld (SPDX 3.0.1, Serialization)');
  }
  const graph = findMember(document, '@graph');
  if (graph !== undefined && !Array.isArray(graph)) {
    problems.add('/@graph', `expected a list, not ${kindOf(graph)}`);
    return;
  }
  const others = Object.keys(document).filter((name) => name !== '@context' && name !== '@graph');
  if (graph !== undefined && others[0] !== undefined) {
    problems.add(placeUnder('', others[0]), 'no member of a document that has a @graph (SPDX 3.0.1, Serialization)');
  }
  const single = Object.fromEntries(Object.entries(document).filter(([name]) => name !== '@context'));
  const elements: readonly (readonly [JsonValue, string])[] =
    graph === undefined
      ? [[single, '']]
      : toList(document, '@graph').map((element, index) => [element, `/@graph/${index}`]);
  const checker = new GraphChecker(problems);
  for (const [element, at] of elements) checker.define(element, at);
  for (const [element, at] of elements) checker.check(element, at, 0);
}

class GraphChecker {
  readonly #problems: Problems;
  readonly #ids = new Set<string>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Notes the id of an element, of those that stand inside it, and of those it imports. */
  define(element: JsonValue, at: string): void {
    const open: { readonly value: JsonValue; readonly depth: number }[] = [{ value: element, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { value, depth } = next;
      if (depth > maxDepth) continue;
      if (Array.isArray(value)) for (const entry of value) open.push({ value: entry, depth: depth + 1 });
      if (!isObject(value)) continue;
      this.#defineOne(value, at);
      for (const inner of Object.values(value))
        if (typeof inner === 'object' && inner !== null) open.push({ value: inner, depth: depth + 1 });
    }
  }

  #defineOne(object: JsonObject, at: string): void {
    const id = findText(object, 'spdxId') ?? findText(object, '@id');
    const imported = findText(object, 'externalSpdxId');
    if (imported !== undefined) this.#ids.add(imported);
    if (id === undefined) return;
    if (this.#ids.has(id) && findText(object, 'type') !== undefined && imported === undefined) {
      this.#problems.add(at, `${quoted(id)} is used twice (SPDX 3.0.1 Core, Element: unique)`);
    }
    this.#ids.add(id);
  }

  check(element: JsonValue, at: string, depth: number): void {
    if (!isObject(element)) {
      this.#problems.add(at, `expected an object, not ${kindOf(element)}`);
      return;
    }
    const type = findText(element, 'type');
    const model = type !== undefined && Object.hasOwn(modelClasses, type) ? modelClasses[type] : undefined;
    if (type === undefined || model === undefined) {
      const why = type === undefined ? 'type is missing' : `${quoted(type)} is not a class`;
      this.#problems.add(placeUnder(at, 'type'), `${why} (SPDX 3.0.1, model)`);
      return;
    }
    const lineage = lineageOf(model);
    const isElement = lineage.includes(modelClasses.Element ?? model);
    if (isElement && !/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(findText(element, 'spdxId') ?? '')) {
      this.#problems.add(placeUnder(at, 'spdxId'), 'an element needs an IRI as its spdxId (SPDX 3.0.1 Core, Element)');
    }
    for (const name of lineage.flatMap(({ required }) => required ?? [])) {
      if (!Object.hasOwn(element, name)) this.#problems.add(at, `${name} is missing (SPDX 3.0.1, ${type})`);
    }
    for (const [name, value] of Object.entries(element)) {
      if (name !== 'type' && name !== 'spdxId' && name !== '@id')
        this.#checkProperty(name, value ?? null, lineage, type, at, depth);
    }
  }

  #checkProperty(
    name: string,
    value: JsonValue,
    lineage: readonly ModelClass[],
    type: string,
    at: string,
    depth: number,
  ): void {
    const place = placeUnder(at, name);
    const check = lineage
      .map(({ properties }) => (Object.hasOwn(properties, name) ? properties[name] : undefined))
      .find((one) => one !== undefined);
    if (check === undefined) {
      if (!lineage.some(({ prefix }) => prefix !== undefined && name.startsWith(prefix))) {
        this.#problems.add(place, `${quoted(name)} is no property of ${type} (SPDX 3.0.1)`);
      }
      return;
    }
    check(value, place, this.#problems);
    if (references.has(name)) this.#resolve(value, place);
    if (depth >= maxDepth || name === 'extension') return;
    for (const [index, inner] of [value].flat().entries()) {
      if (isObject(inner)) this.check(inner, Array.isArray(value) ? placeUnder(place, index) : place, depth + 1);
    }
  }

  #resolve(value: JsonValue, at: string): void {
    for (const id of [value].flat()) {
      if (typeof id !== 'string' || this.#ids.has(id) || /^https?:\/\/spdx\.org\/(?:rdf|licenses)\//.test(id)) continue;
      this.#problems.add(at, `${quoted(id)} is neither in the document nor imported (SPDX 3.0.1 Core, ExternalMap)`);
    }
  }
}

/** A class and all it inherits from. */
function lineageOf(model: ModelClass): readonly ModelClass[] {
  const lineage: ModelClass[] = [];
  for (let next: ModelClass | undefined = model; next !== undefined; ) {
    lineage.push(next);
    next = next.parent === undefined ? undefined : modelClasses[next.parent];
  }
  return lineage;
}
