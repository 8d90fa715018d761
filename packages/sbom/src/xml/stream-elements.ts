import { AssayError } from '@assay/contract';
import { SaxesParser } from 'saxes';
import type { XmlElement } from './element.ts';
import { toXmlText } from './to-text.ts';

/** Elements inside one another that are read. Real documents have about 20. */
export const maxDepth = 1000;

/** What becomes of an element when its start tag is seen. */
export type Choice = 'enter' | 'build' | 'skip';

/** Where an element stands, before its content is known. */
export type StartTag = Pick<XmlElement, 'namespace' | 'name' | 'attributes' | 'line'>;

export interface ElementHandler {
  /** `path` is the chain of entered elements above; the root has an empty one. */
  choose(tag: StartTag, path: readonly StartTag[]): Choice;
  /** An element that was to be built, complete. */
  built(element: XmlElement, path: readonly StartTag[]): void;
}

type Building = XmlElement & { readonly children: XmlElement[]; text: string };

/**
 * Walks an XML document in one pass and builds only the elements the handler asks for. Nothing is expanded but the five entities of
 * XML and character references; a DOCTYPE is refused. Throws SBOM_INVALID with line and column, LIMIT_EXCEEDED.
 */
export function streamElements(bytes: Uint8Array, handler: ElementHandler): void {
  const walk = new Walk(handler);
  for (const text of toXmlText(bytes)) walk.write(text);
  walk.close();
}

class Walk {
  readonly #parser = new SaxesParser();
  readonly #handler: ElementHandler;
  readonly #entered: StartTag[] = [];
  readonly #building: Building[] = [];
  #skipping = 0;
  /** Prefixes in force, innermost last; a level has an entry only where it declares some. */
  readonly #scopes: { readonly depth: number; readonly prefixes: ReadonlyMap<string, string> }[] = [];
  #depth = 0;

  constructor(handler: ElementHandler) {
    this.#handler = handler;
    const parser = this.#parser;
    parser.on('error', (error) => {
      throw new AssayError('SBOM_INVALID', `not well-formed XML at line:column ${error.message.slice(0, 300)}`);
    });
    parser.on('doctype', () => {
      throw new AssayError('SBOM_INVALID', `the XML has a DOCTYPE at line ${parser.line}; none is read`);
    });
    parser.on('opentag', (tag) => this.#open(tag.name, tag.attributes));
    parser.on('closetag', () => this.#close());
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  close(): void {
    this.#parser.close();
  }

  #open(qualified: string, attributes: Record<string, string>): void {
    if (++this.#depth > maxDepth) {
      throw new AssayError('LIMIT_EXCEEDED', `more than ${maxDepth} XML elements inside one another`);
    }
    if (this.#skipping > 0) {
      this.#skipping++;
      return;
    }
    this.#declare(attributes);
    const colon = qualified.indexOf(':');
    const tag: StartTag = {
      namespace: this.#namespaceOf(colon < 0 ? '' : qualified.slice(0, colon)),
      name: colon < 0 ? qualified : qualified.slice(colon + 1),
      attributes,
      line: this.#parser.line,
    };
    const choice = this.#building.length > 0 ? 'build' : this.#handler.choose(tag, this.#entered);
    if (choice === 'enter') this.#entered.push(tag);
    else if (choice === 'skip') this.#skipping = 1;
    else this.#building.push({ ...tag, children: [], text: '' });
  }

  #close(): void {
    this.#depth--;
    if (this.#skipping > 0) {
      this.#skipping--;
      if (this.#skipping > 0) return;
    } else {
      const done = this.#building.pop();
      if (done === undefined) this.#entered.pop();
      else {
        done.text = done.text.trim();
        const parent = this.#building.at(-1);
        if (parent === undefined) this.#handler.built(done, this.#entered);
        else parent.children.push(done);
      }
    }
    if (this.#scopes.at(-1)?.depth === this.#depth + 1) this.#scopes.pop();
  }

  #text(text: string): void {
    const current = this.#building.at(-1);
    // Between elements there is mostly indentation.
    if (current !== undefined && (current.text !== '' || text.trim() !== '')) current.text += text;
  }

  #declare(attributes: Record<string, string>): void {
    let prefixes: Map<string, string> | undefined;
    for (const name in attributes) {
      if (!name.startsWith('xmlns')) continue;
      const prefix = name === 'xmlns' ? '' : name.startsWith('xmlns:') ? name.slice(6) : undefined;
      if (prefix === undefined) continue;
      prefixes ??= new Map(this.#scopes.at(-1)?.prefixes);
      // Some producers write xmlns:x=""; a prefix that stands for nothing harms nobody until it is used.
      prefixes.set(prefix, attributes[name] ?? '');
    }
    if (prefixes !== undefined) this.#scopes.push({ depth: this.#depth, prefixes });
  }

  #namespaceOf(prefix: string): string {
    const namespace = this.#scopes.at(-1)?.prefixes.get(prefix);
    if (namespace !== undefined && (namespace !== '' || prefix === '')) return namespace;
    if (prefix === '') return '';
    throw new AssayError(
      'SBOM_INVALID',
      `the XML prefix ${JSON.stringify(prefix)} at line ${this.#parser.line} is not declared`,
    );
  }
}
