import { findText, isObject, type JsonObject, toList } from '../json/value.ts';
import type { Rejections } from '../spdx/rejections.ts';
import type { References } from './references.ts';

/** `ref` needs each of `dependsOn`. */
interface Entry {
  readonly from: string;
  readonly to: readonly string[];
  readonly at: string;
}

/** Takes the targets of one package, by the refs of the model. */
export type OnEdges = (from: string, to: readonly string[]) => void;

/** The edges of a document: handed over at once where both ends are known, else when the document has been read. */
export class Dependencies {
  readonly #references: References;
  readonly #rejections: Rejections;
  readonly #onEdges: OnEdges;
  readonly #waiting: Entry[] = [];

  constructor(references: References, rejections: Rejections, onEdges: OnEdges) {
    this.#references = references;
    this.#rejections = rejections;
    this.#onEdges = onEdges;
  }

  /** An entry of `dependencies`. */
  add(dependency: JsonObject, at: string): void {
    const from = findText(dependency, 'ref');
    if (from === undefined) {
      this.#rejections.add(at, 'a dependency without a ref');
      return;
    }
    const to = toList(dependency, 'dependsOn').flatMap((item) => {
      const ref = isObject(item) ? findText(item, 'ref') : item;
      return typeof ref === 'string' ? [ref] : [];
    });
    const entry = { from, to, at };
    if ([from, ...to].every((ref) => this.#references.has(ref))) this.#resolve(entry);
    else this.#waiting.push(entry);
  }

  /** Edges with an end that nobody has are rejected. */
  finish(): void {
    for (const entry of this.#waiting) this.#resolve(entry);
  }

  #resolve({ from, to, at }: Entry): void {
    const source = this.#references.find(from);
    if (source === undefined) {
      this.#rejections.add(at, unknown(from));
      return;
    }
    const targets = new Set<string>();
    for (const [index, ref] of to.entries()) {
      const target = this.#references.find(ref);
      if (target === undefined) this.#rejections.add(`${at}/dependsOn/${index}`, unknown(ref));
      else targets.add(target.ref);
    }
    this.#onEdges(source.ref, [...targets]);
  }
}

function unknown(ref: string): string {
  return `no component has the bom-ref ${JSON.stringify(ref.slice(0, 200))}`;
}
