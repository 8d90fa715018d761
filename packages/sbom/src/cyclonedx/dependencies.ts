import { findText, isObject, type JsonObject, toList } from '../json/value.ts';
import type { Rejections } from '../spdx/rejections.ts';
import type { References } from './references.ts';

/** The edges of a document, resolved when all components are known. */
export class Dependencies {
  readonly #entries: { readonly from: string; readonly to: readonly string[]; readonly at: string }[] = [];
  readonly #unnamed: string[] = [];

  /** An entry of `dependencies`: `ref` needs each of `dependsOn`. In XML these are nested, so entries may be objects with a `ref`. */
  add(entry: JsonObject, at: string): void {
    const from = findText(entry, 'ref');
    if (from === undefined) {
      this.#unnamed.push(at);
      return;
    }
    const to = toList(entry, 'dependsOn').flatMap((item) => {
      const ref = isObject(item) ? findText(item, 'ref') : item;
      return typeof ref === 'string' ? [ref] : [];
    });
    this.#entries.push({ from, to, at });
  }

  /** Hands over every edge whose ends are known, by the refs of the model. Edges with an unknown end are rejected. */
  resolve(references: References, rejections: Rejections, onEdge: (from: string, to: string) => void): void {
    for (const at of this.#unnamed) rejections.add(at, 'a dependency without a ref');
    for (const { from, to, at } of this.#entries) {
      const source = references.find(from);
      if (source === undefined) {
        rejections.add(at, `no component has the bom-ref ${JSON.stringify(from.slice(0, 200))}`);
        continue;
      }
      for (const [index, ref] of to.entries()) {
        const target = references.find(ref);
        if (target === undefined) {
          rejections.add(
            `${at}/dependsOn/${index}`,
            `no component has the bom-ref ${JSON.stringify(ref.slice(0, 200))}`,
          );
        } else onEdge(source.ref, target.ref);
      }
    }
  }
}
