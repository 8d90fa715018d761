// Go's layouts of times: the reference time, Mon Jan 2 15:04:05 MST 2006, written as one wants others written. Source: Go's package time, its documentation.

/** One piece of a layout: literal text, or an element that stands for a part of the time. */
export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'element'; readonly name: ElementName; readonly text: string };

export type ElementName =
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '002'
  | '__2'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | '2006'
  | '06'
  | 'PM'
  | 'pm'
  | 'MST'
  | 'zone'
  | 'fraction';

/** The longest of several that begin alike comes first. */
const elements =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|_2(?!006)|(?:Z|-)(?:07:00:00|070000|07:00|0700|07)|[.,](?:0+|9+)(?!\d)|002|0[1-6]|15|PM|pm|[1-5]/g;

const byDigit: Readonly<Record<string, ElementName>> = {
  '01': '01',
  '02': '02',
  '03': '03',
  '04': '04',
  '05': '05',
  '06': '06',
};

/** A layout in pieces. */
export function readLayout(layout: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of layout.matchAll(elements)) {
    const [text] = found;
    if (found.index > from) pieces.push({ is: 'text', text: layout.slice(from, found.index) });
    pieces.push({ is: 'element', name: nameOf(text), text });
    from = found.index + text.length;
  }
  if (from < layout.length) pieces.push({ is: 'text', text: layout.slice(from) });
  return pieces;
}

function nameOf(text: string): ElementName {
  if (/^[.,]/.test(text)) return 'fraction';
  if (/^(?:Z|-)0/.test(text)) return 'zone';
  return byDigit[text] ?? (text as ElementName); // the pattern knows no others
}

/** Layouts by name. */
export const namedLayouts: ReadonlyMap<string, string> = new Map([
  ['ANSIC', 'Mon Jan _2 15:04:05 2006'],
  ['UnixDate', 'Mon Jan _2 15:04:05 MST 2006'],
  ['RubyDate', 'Mon Jan 02 15:04:05 -0700 2006'],
  ['RFC822', '02 Jan 06 15:04 MST'],
  ['RFC822Z', '02 Jan 06 15:04 -0700'],
  ['RFC850', 'Monday, 02-Jan-06 15:04:05 MST'],
  ['RFC1123', 'Mon, 02 Jan 2006 15:04:05 MST'],
  ['RFC1123Z', 'Mon, 02 Jan 2006 15:04:05 -0700'],
  ['RFC3339', '2006-01-02T15:04:05Z07:00'],
  ['RFC3339Nano', '2006-01-02T15:04:05.999999999Z07:00'],
]);

export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A moment as people in a zone write it. */
export interface Fields {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly yearDay: number;
  /** East of Greenwich, in seconds. */
  readonly offset: number;
  /** Its abbreviation: `UTC`, `CET`. */
  readonly zone: string;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Writes a time by a layout. */
export const formatTime = (fields: Fields, layout: string): string =>
  readLayout(layout)
    .map((piece) => (piece.is === 'text' ? piece.text : formatElement(piece.name, piece.text, fields)))
    .join('');

const formats: Readonly<Record<Exclude<ElementName, 'zone' | 'fraction'>, (fields: Fields) => string>> = {
  January: ({ month }) => months[month - 1] ?? '',
  Jan: ({ month }) => (months[month - 1] ?? '').slice(0, 3),
  '1': ({ month }) => String(month),
  '01': ({ month }) => two(month),
  Monday: ({ weekday }) => weekdays[weekday] ?? '',
  Mon: ({ weekday }) => (weekdays[weekday] ?? '').slice(0, 3),
  '2': ({ day }) => String(day),
  _2: ({ day }) => String(day).padStart(2, ' '),
  '02': ({ day }) => two(day),
  '002': ({ yearDay }) => String(yearDay).padStart(3, '0'),
  __2: ({ yearDay }) => String(yearDay).padStart(3, ' '),
  '15': ({ hour }) => two(hour),
  '3': ({ hour }) => String(hour % 12 || 12),
  '03': ({ hour }) => two(hour % 12 || 12),
  '4': ({ minute }) => String(minute),
  '04': ({ minute }) => two(minute),
  '5': ({ second }) => String(second),
  '05': ({ second }) => two(second),
  '2006': ({ year }) => String(year).padStart(4, '0'),
  '06': ({ year }) => two(((year % 100) + 100) % 100),
  PM: ({ hour }) => (hour >= 12 ? 'PM' : 'AM'),
  pm: ({ hour }) => (hour >= 12 ? 'pm' : 'am'),
  MST: ({ zone }) => zone,
};

function formatElement(name: ElementName, text: string, fields: Fields): string {
  if (name === 'zone') return formatZone(text, fields.offset);
  if (name !== 'fraction') return formats[name](fields);
  const digits = String(fields.nanosecond)
    .padStart(9, '0')
    .slice(0, text.length - 1)
    .padEnd(text.length - 1, '0');
  if (text[1] === '0') return `${text[0]}${digits}`;
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : `${text[0]}${kept}`;
}

function formatZone(text: string, offset: number): string {
  if (text.startsWith('Z') && offset === 0) return 'Z';
  const total = Math.abs(offset);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60].map(two);
  const count = text.replace(/\D/g, '').length / 2;
  return (offset < 0 ? '-' : '+') + parts.slice(0, count).join(text.includes(':') ? ':' : '');
}
