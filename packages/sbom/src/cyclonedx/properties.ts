import { findText, type JsonObject, toObjects } from '../json/value.ts';

/** A name/value pair as producers attach them to anything. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** Names of our own properties. */
export const ours = {
  /** JSON with the fields of the model that the component alone would not say; see `kept-model.ts`. */
  kept: 'assay:model',
  /** `assay:location:N:path` and `assay:location:N:layer`. */
  location: /^assay:location:(\d{1,6}):(path|layer)$/,
  /** The bom-ref of the component that a nested one stands in. */
  parent: 'assay:parent',
} as const;

/** Names repeat in every component of a document; one copy of each is kept. */
const maxShared = 10_000;

/** Reads `properties`, keeping one copy of each name and of values that repeat. */
export class PropertyReader {
  readonly #shared = new Map<string, string>();

  /** The pairs in order. A pair without a name is left out: it says nothing. */
  read(object: JsonObject): readonly Property[] {
    const found: Property[] = [];
    for (const entry of toObjects(object, 'properties')) {
      const name = findText(entry, 'name');
      if (name !== undefined)
        found.push({ name: this.#share(name), value: this.#share(findText(entry, 'value') ?? '') });
    }
    return found;
  }

  #share(text: string): string {
    if (text.length > 80) return text;
    const known = this.#shared.get(text);
    if (known !== undefined) return known;
    if (this.#shared.size < maxShared) this.#shared.set(text, text);
    return text;
  }
}

/** The value of the first property of that name. */
export function findProperty(properties: readonly Property[], name: string): string | undefined {
  return properties.find((property) => property.name === name)?.value;
}
