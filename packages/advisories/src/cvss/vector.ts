/** The values a metric may have, by its name. */
export type Metrics = Readonly<Record<string, readonly string[]>>;

/** Longest vector of any version with every metric given is below this. */
const longest = 400;

/**
 * Reads `NAME:VALUE/NAME:VALUE…` in any order. `undefined` when a metric is unknown, given twice, has a value that is not its own,
 * or when one of `mandatory` is missing.
 */
export function readMetrics(
  text: string,
  allowed: Metrics,
  mandatory: readonly string[],
): ReadonlyMap<string, string> | undefined {
  if (text.length > longest) return undefined;
  const out = new Map<string, string>();
  for (const field of text.split('/')) {
    const colon = field.indexOf(':');
    const name = field.slice(0, Math.max(colon, 0));
    const value = field.slice(colon + 1);
    if (!Object.hasOwn(allowed, name) || allowed[name]?.includes(value) !== true || out.has(name)) return undefined;
    out.set(name, value);
  }
  return mandatory.every((name) => out.has(name)) ? out : undefined;
}

/** Turns `{ AV: 'N A L' }` into lists. */
export function metricTable(words: Readonly<Record<string, string>>): Metrics {
  return Object.fromEntries(Object.entries(words).map(([name, values]) => [name, values.split(' ')]));
}
