import { pointer } from '../json/split-document.ts';
import { findText, type JsonObject, type JsonValue, toList, toObjects } from '../json/value.ts';
import type { Problem } from './problem.ts';
import { RefLedger } from './ref-ledger.ts';

/**
 * The rules of CycloneDX that its JSON schemas cannot say: references are unique, and dependencies name what exists.
 * Formulas describe runs of one workflow side by side, and the specification's own example repeats their references.
 */
export function checkJsonRules(document: JsonObject): readonly Problem[] {
  const ledger = new RefLedger();
  const waiting: { readonly value: JsonValue | undefined; readonly at: string }[] = [{ value: document, at: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, at } = next;
    if (typeof value !== 'object' || value === null) continue;
    // Reversed, so that what comes first in the document is taken first.
    for (const [key, inner] of Object.entries(value).reverse()) {
      const where = at + pointer(key);
      if (typeof inner === 'object') waiting.push({ value: inner as JsonValue, at: where });
      else if (key === 'bom-ref' && typeof inner === 'string')
        ledger.define(inner, where, at.startsWith('/formulation/'));
    }
  }
  for (const [index, dependency] of toObjects(document, 'dependencies').entries()) {
    const at = `/dependencies/${index}`;
    const ref = findText(dependency, 'ref');
    if (ref !== undefined) ledger.use(ref, `${at}/ref`);
    for (const list of ['dependsOn', 'provides']) {
      for (const [position, to] of toList(dependency, list).entries()) {
        if (typeof to === 'string') ledger.use(to, `${at}/${list}/${position}`);
      }
    }
  }
  return ledger.problems();
}
