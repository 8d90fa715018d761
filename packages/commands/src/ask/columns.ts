import { padText, plainText, widthOf } from '@assay/output';

/** Rows in aligned columns, each below two blanks. What names hold that is no text is made visible. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const plain = rows.map((row) => row.map(plainText));
  const widths = (plain[0] ?? []).map((_, at) => Math.max(...plain.map((row) => widthOf(row[at] ?? ''))));
  return plain.map((row) => `  ${row.map((cell, at) => padText(cell, widths[at] ?? 0)).join('  ')}`.trimEnd());
}

/** Says how many of a longer list are shown. */
export function restOf(shown: number, total: { readonly kind: string; readonly value: number }): readonly string[] {
  if (total.kind === 'exact' && total.value <= shown) return [];
  return [`  … and others: ${shown} are shown; --json and /api/v2 give all`];
}
