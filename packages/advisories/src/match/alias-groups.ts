/** A group that grew larger than this takes no more ids: one record with a wrong alias must not make all vulnerabilities one. */
const largestGroup = 60;

/**
 * Puts together what shares an id, directly or through others. Returns for each item the number of its group, counted from 0 in the
 * order of the items.
 */
export function groupByIds(items: readonly (readonly string[])[]): readonly number[] {
  const parent: number[] = [];
  const size: number[] = [];
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      // Halving the way keeps the next walk short.
      parent[at] = parent[parent[at] ?? at] ?? at;
      at = parent[at] ?? at;
    }
    return at;
  };
  const byId = new Map<string, number>();
  for (const [i, ids] of items.entries()) {
    parent.push(i);
    size.push(new Set(ids).size);
    for (const id of ids) {
      const other = byId.get(id);
      if (other === undefined) {
        byId.set(id, i);
        continue;
      }
      const [a, b] = [root(i), root(other)];
      const joined = (size[a] ?? 0) + (size[b] ?? 0) - 1;
      if (a === b || joined > largestGroup) continue;
      parent[Math.max(a, b)] = Math.min(a, b);
      size[Math.min(a, b)] = joined;
    }
  }
  const numbers = new Map<number, number>();
  return items.map((_, i) => {
    const at = root(i);
    const number = numbers.get(at) ?? numbers.size;
    numbers.set(at, number);
    return number;
  });
}

/** The id that stands for a group: the oldest CVE, then a GHSA, then the first of the records' own. */
export function representative(ids: readonly string[], own: readonly string[]): string {
  const cves = ids.filter((id) => /^CVE-\d+-\d+$/.test(id)).sort(compareCves);
  const [cve] = cves;
  if (cve !== undefined) return cve;
  const [ghsa] = ids.filter((id) => id.startsWith('GHSA-')).sort();
  return ghsa ?? [...own].sort()[0] ?? ids[0] ?? '';
}

function compareCves(a: string, b: string): number {
  const [, yearA = '', numberA = ''] = a.split('-');
  const [, yearB = '', numberB = ''] = b.split('-');
  return Number(yearA) - Number(yearB) || Number(numberA) - Number(numberB) || (a < b ? -1 : 1);
}
