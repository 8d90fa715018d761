import type { Severity } from '@assay/contract';
import type pc from 'picocolors';
import { cutStart, cutText, padText, widthOf } from '../text/fit-text.ts';
import type { Row } from './to-row.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** How wide each column is; `undefined` when rows do not fit beside each other and are stacked. */
export interface Columns {
  readonly shown: readonly { readonly key: keyof Row; readonly heading: string; readonly width: number }[];
}

const gap = 2;
const severityWidth = 10;
const headings: readonly (readonly [keyof Row, string])[] = [
  ['severity', 'SEVERITY'],
  ['id', 'ID'],
  ['package', 'PACKAGE'],
  ['installed', 'INSTALLED'],
  ['fixed', 'FIXED IN'],
  ['status', 'STATUS'],
  ['title', 'TITLE'],
];
const longestTitle = 100;
const leastTitle = 16;
const leastPackage = 20;

/**
 * Finds column widths for a terminal. Ids and versions are never cut; titles give way first, then package names down to 20 columns.
 * `undefined`: even so it is too narrow.
 */
export function planColumns(rows: readonly Row[], width: number): Columns | undefined {
  const natural = new Map(
    headings.map(([key, heading]) => [key, Math.max(heading.length, ...maxOf(rows, key))] as const),
  );
  const isEmpty = (key: keyof Row) => rows.every((row) => row[key] === '');
  const fixed = headings.filter(([key]) => key !== 'title' && !(key === 'status' && isEmpty('status')));
  const total = fixed.reduce((sum, [key]) => sum + (natural.get(key) ?? 0), 0) + gap * (fixed.length - 1);
  const name = natural.get('package') ?? 0;
  const packageWidth = total <= width ? name : Math.max(Math.min(name, leastPackage), name - (total - width));
  const used = total - name + packageWidth;
  if (used > width) return undefined;
  const shown = fixed.map(([key, heading]) => ({
    key,
    heading,
    width: key === 'package' ? packageWidth : (natural.get(key) ?? 0),
  }));
  const left = Math.min(width - used - gap, longestTitle);
  const hasTitle = left >= leastTitle && !isEmpty('title');
  return { shown: hasTitle ? [...shown, { key: 'title', heading: 'TITLE', width: left }] : shown };
}

/** Spread over 100,000 arguments would overflow the stack. */
function maxOf(rows: readonly Row[], key: keyof Row): readonly [number] {
  let max = 0;
  for (const row of rows) max = Math.max(max, widthOf(row[key]));
  return [max];
}

export function headingLine(columns: Columns, colors: Colors): string {
  return colors.dim(
    columns.shown
      .map(({ heading, width }) => padText(heading, width))
      .join('  ')
      .trimEnd(),
  );
}

/** One finding on one line. */
export function rowLine(row: Row, columns: Columns, colors: Colors): string {
  const cells = columns.shown.map(({ key, width }, index) => {
    const text = key === 'package' ? cutStart(row[key], width) : cutText(row[key], width);
    return paint(key, index === columns.shown.length - 1 ? text : padText(text, width), colors);
  });
  return cells.join(' '.repeat(gap)).trimEnd();
}

/** One finding on two lines, for narrow terminals; nothing but the names of packages is cut. */
export function stackedLines(row: Row, width: number, colors: Colors): readonly string[] {
  const indent = ' '.repeat(severityWidth + gap);
  const first = `${padText(row.severity, severityWidth)}${' '.repeat(gap)}${row.id}`;
  const head = paint('severity', padText(row.severity, severityWidth), colors) + ' '.repeat(gap) + row.id;
  const room = width - widthOf(first) - gap;
  const isBeside = widthOf(row.package) <= room;
  const name = isBeside ? row.package : cutStart(row.package, Math.max(width - indent.length, 8));
  const versions = `${row.installed} → ${row.fixed}${row.status === '' ? '' : `  ${row.status}`}`;
  return [
    isBeside ? `${head}  ${name}` : head,
    ...(isBeside ? [] : [indent + name]),
    ...wrapped(versions, width - indent.length).map((line) => indent + line),
  ];
}

/** Breaks at blanks; a word that is longer than the line is broken too. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
    while (widthOf(line) > width) {
      const part = line.slice(0, Math.max(1, width));
      // A wide character takes two columns: half as many fit.
      const cut = widthOf(part) > width ? line.slice(0, Math.max(1, Math.floor(width / 2))) : part;
      lines.push(cut);
      line = line.slice(cut.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

function paint(key: keyof Row, text: string, colors: Colors): string {
  if (key === 'severity') return paintSeverity(text, colors);
  if (key === 'fixed' && /^(?:[0-9a-z]|yes)/i.test(text) && !/^(?:none|won't fix)/.test(text))
    return colors.green(text);
  if (key === 'status' && text.startsWith('KEV')) return colors.red(text);
  return key === 'title' ? colors.dim(text) : text;
}

function paintSeverity(text: string, colors: Colors): string {
  const painters: Readonly<Record<Severity, (text: string) => string>> = {
    critical: (word) => colors.bold(colors.red(word)),
    high: colors.red,
    medium: colors.yellow,
    low: colors.cyan,
    negligible: colors.dim,
    none: colors.dim,
    unknown: colors.magenta,
  };
  const word = text.trim().toLowerCase() as Severity; // it was made from one
  return painters[word](text);
}
