import type { Package } from '@assay/contract';

/**
 * The packages that are in the scanned thing only because of the given ones: reachable from them along `dependsOn`,
 * and from nowhere else. A part that something else needs too is not covered by a statement on one product.
 */
export function onlyWithin(products: ReadonlySet<string>, packages: readonly Package[]): ReadonlySet<string> {
  const needs = new Map(packages.map((one) => [one.ref, one.dependsOn]));
  const needed = new Set(packages.flatMap((one) => one.dependsOn.filter((ref) => ref !== one.ref)));
  const tops = packages.map((one) => one.ref).filter((ref) => !needed.has(ref) && !products.has(ref));
  const inside = reach([...products], needs, new Set());
  const elsewhere = reach(tops, needs, products);
  return new Set([...inside].filter((ref) => !elsewhere.has(ref) && !products.has(ref)));
}

function reach(
  from: readonly string[],
  needs: ReadonlyMap<string, readonly string[]>,
  closed: ReadonlySet<string>,
): ReadonlySet<string> {
  const seen = new Set<string>(from);
  const waiting = [...from];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const ref of needs.get(next) ?? []) {
      if (seen.has(ref) || closed.has(ref)) continue;
      seen.add(ref);
      waiting.push(ref);
    }
  }
  return seen;
}
