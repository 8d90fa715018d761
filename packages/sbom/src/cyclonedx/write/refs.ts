/** Gives out bom-refs that are unique in a document and that every encoding carries. */
export class Refs {
  readonly #taken = new Set<string>();

  /** The wanted one, made clean; with a number behind it when it is taken. */
  take(wanted: string): string {
    const clean =
      wanted
        .toWellFormed()
        .replace(/[\u0000-\u001f\u007f\ufffe\uffff]/g, '')
        .trim() || 'ref';
    let ref = clean;
    for (let n = 2; this.#taken.has(ref); n++) ref = `${clean}#${n}`;
    this.#taken.add(ref);
    return ref;
  }
}
