import { AssayError, type ReadDocument } from '@assay/contract';
import { type CycloneDxTraits, findCycloneDxXml, vulnerabilityNamespace } from '../formats.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { findAttribute, type XmlElement } from '../xml/element.ts';
import { type Choice, type ElementHandler, type StartTag, streamElements } from '../xml/stream-elements.ts';
import { DocumentReader } from './document-reader.ts';
import { findExtensions, fromExtension, toDependency, toJson } from './from-xml.ts';

/** Reads CycloneDX XML of every version. Throws SBOM_UNKNOWN for other roots, SBOM_VERSION, SBOM_INVALID, LIMIT_EXCEEDED. */
export function readCycloneDxXml(bytes: Uint8Array): ReadDocument {
  const parts = new XmlParts();
  streamElements(bytes, parts);
  return parts.finish();
}

/** The traits that the root of a CycloneDX document stands for. Throws SBOM_UNKNOWN, SBOM_VERSION. */
export function traitsOfRoot(root: StartTag): CycloneDxTraits {
  const traits = root.name === 'bom' ? findCycloneDxXml(root.namespace) : undefined;
  if (traits !== undefined) return traits;
  const what = root.namespace === '' ? 'no namespace' : `the namespace ${JSON.stringify(root.namespace.slice(0, 100))}`;
  throw new AssayError('SBOM_UNKNOWN', `the XML's root is <${root.name.slice(0, 60)}> with ${what}`);
}

/** Sections of which each child is taken alone, and sections that are taken whole. */
const sections = new Set(['components', 'services', 'dependencies', 'vulnerabilities']);

/** A copy whose strings do not hold on to the text they were cut from: else the whole document would stay in memory. */
function detached(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

class XmlParts implements ElementHandler {
  #reader: DocumentReader | undefined;
  #root: StartTag | undefined;
  #metadata: JsonObject | undefined;
  #begun = false;
  /** What may stand before the components it speaks of, with its place. */
  readonly #later: { readonly value: JsonObject; readonly at: string; readonly is: 'dependency' | 'vulnerability' }[] =
    [];
  readonly #counts = new Map<string, number>();

  choose(tag: StartTag, path: readonly StartTag[]): Choice {
    if (path.length === 0) {
      const traits = traitsOfRoot(tag);
      this.#root = tag;
      this.#reader = new DocumentReader({ name: 'cyclonedx', version: traits.version, encoding: 'xml' });
      return 'enter';
    }
    if (path.length > 1) return 'build';
    if (tag.namespace === vulnerabilityNamespace && tag.name === 'vulnerabilities') return 'enter';
    if (tag.namespace !== this.#root?.namespace) return 'skip';
    if (tag.name === 'metadata') return 'build';
    return sections.has(tag.name) ? 'enter' : 'skip';
  }

  built(element: XmlElement, path: readonly StartTag[]): void {
    const section = path.at(-1);
    if (path.length === 1) {
      const metadata = toJson(element);
      this.#metadata = isObject(metadata) ? metadata : undefined;
      return;
    }
    const reader = this.#begin();
    const name = section?.name ?? '';
    const index = this.#counts.get(name) ?? 0;
    this.#counts.set(name, index + 1);
    const at = `/${name}/${index}`;
    if (section?.namespace === vulnerabilityNamespace) {
      if (element.name === 'vulnerability')
        this.#later.push({ value: fromExtension(element, undefined), at, is: 'vulnerability' });
    } else if (name === 'components') {
      reader.component(detached(toJson(element)), at);
      this.#extensions(element, at);
    } else if (name === 'services') reader.service(toJson(element));
    else if (name === 'dependencies') this.#later.push({ value: toDependency(element), at, is: 'dependency' });
    else {
      const value = detached(toJson(element));
      this.#later.push({ value: isObject(value) ? value : {}, at, is: 'vulnerability' });
    }
  }

  finish(): ReadDocument {
    const reader = this.#begin();
    for (const { value, at, is } of this.#later) if (is === 'dependency') reader.dependency(value, at);
    for (const { value, at, is } of this.#later) if (is === 'vulnerability') reader.vulnerability(value, at);
    return reader.finish();
  }

  /** The old extension stands inside components, nested ones included. */
  #extensions(component: XmlElement, at: string): void {
    const waiting = [component];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const ref = findAttribute(next, 'bom-ref') ?? next.children.find((child) => child.name === 'purl')?.text ?? at;
      for (const [index, element] of findExtensions(next).entries()) {
        this.#later.push({
          value: fromExtension(element, ref),
          at: `${at}/vulnerabilities/${index}`,
          is: 'vulnerability',
        });
      }
      for (const list of next.children) if (list.name === 'components') waiting.push(...list.children);
    }
  }

  #begin(): DocumentReader {
    // The parser has refused a document without a root.
    if (this.#reader === undefined || this.#root === undefined)
      throw new AssayError('SBOM_INVALID', 'the XML has no root');
    if (!this.#begun) {
      const version = Number(findAttribute(this.#root, 'version') ?? 'NaN');
      this.#reader.metadata(
        this.#metadata,
        findAttribute(this.#root, 'serialNumber'),
        Number.isInteger(version) ? version : undefined,
      );
      this.#begun = true;
    }
    return this.#reader;
  }
}
