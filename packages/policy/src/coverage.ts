import { coverableRows, type Location, type Module } from '@assay/rego';

export interface FileCoverage {
  readonly file: string;
  readonly covered: readonly number[];
  /** Rows with a rule or an expression that nothing has reached. */
  readonly missed: readonly number[];
}

export interface Coverage {
  readonly files: readonly FileCoverage[];
  /** Of all rows that could be reached, 0 to 100; 100 when there are none. */
  readonly percent: number;
}

/** Which rows of the policies were reached. */
export function coverageOf(modules: readonly Module[], reached: ReadonlySet<Location>): Coverage {
  const rows = new Map<string, Set<number>>();
  for (const { file, row } of reached) rows.set(file, (rows.get(file) ?? new Set()).add(row));
  const files = modules.map((module) => {
    const all = coverableRows(module);
    const hit = rows.get(module.file) ?? new Set();
    return {
      file: module.file,
      covered: all.filter((row) => hit.has(row)),
      missed: all.filter((row) => !hit.has(row)),
    };
  });
  const covered = files.reduce((sum, one) => sum + one.covered.length, 0);
  const all = files.reduce((sum, one) => sum + one.covered.length + one.missed.length, 0);
  return { files, percent: all === 0 ? 100 : (100 * covered) / all };
}
