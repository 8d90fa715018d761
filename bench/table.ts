import type { Run } from './measure.ts';

/** One figure beside its goal. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The most it may be, from the issue; absent where it only informs. */
  readonly atMost?: number;
}

/** A ratio of wall times in the same run. */
export function ratio(what: string, ours: Run | undefined, peer: Run | undefined, atMost?: number): readonly Figure[] {
  if (ours === undefined || peer === undefined) return [];
  return [{ what, value: ours.wall / peer.wall, unit: '×', ...(atMost === undefined ? {} : { atMost }) }];
}

/** The figures as a table for people. */
export function printFigures(title: string, figures: readonly Figure[]): void {
  const rows = figures.map(({ what, value, unit, atMost }) => [
    what,
    `${value.toFixed(unit === '×' ? 2 : unit === 's' ? 3 : 0)} ${unit}`,
    atMost === undefined ? '' : `≤ ${atMost} ${unit}`,
    atMost === undefined ? '' : value <= atMost ? 'kept' : 'MISSED',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length), 0));
  process.stdout.write(`\n${title}\n`);
  for (const row of rows)
    process.stdout.write(
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
}
