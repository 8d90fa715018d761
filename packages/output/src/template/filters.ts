import { csvCell } from '../csv/report-csv.ts';
import { cutText } from '../text/fit-text.ts';
import { plainText } from '../text/plain-text.ts';

/** What templates can see: the view of `to-view.ts`, and nothing else. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

interface Filter {
  readonly takes: readonly ('string' | 'number')[];
  /** `undefined`: the value is not of a kind it can work on. */
  readonly apply: (value: Value, ...args: readonly (string | number | boolean)[]) => Value | undefined;
}

const onText = (change: (text: string) => string): Filter => ({
  takes: [],
  apply: (value) => {
    const text = toText(value);
    return text === undefined ? undefined : change(text);
  },
});

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** XML has no place for most control characters; HTML has no use for them. Source: XML 1.0, production 2. */
const escapeMarkup = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** Every filter, as docs/guide/output.md lists them. */
const filters: Readonly<Record<string, Filter>> = {
  upper: onText((text) => text.toUpperCase()),
  lower: onText((text) => text.toLowerCase()),
  trim: onText((text) => text.trim()),
  html: onText(escapeMarkup),
  xml: onText(escapeMarkup),
  csv: onText(csvCell),
  url: onText((text) => encodeURIComponent(text.toWellFormed())),
  plain: onText(plainText),
  markdown: onText((text) => plainText(text).replace(/[\\`*_{}[\]()<>#+!|~-]/g, '\\$&')),
  date: onText((text) => (Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString().slice(0, 10))),
  // Safe inside a <script> too.
  json: {
    takes: [],
    apply: (value) =>
      JSON.stringify(value).replace(
        /[<>&\u2028\u2029]/g,
        (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  },
  percent: {
    takes: [],
    apply: (value) => (typeof value === 'number' ? `${(value * 100).toFixed(1)}%` : value === null ? '' : undefined),
  },
  count: { takes: [], apply: (value) => (Array.isArray(value) ? value.length : undefined) },
  first: { takes: [], apply: (value) => (Array.isArray(value) ? (value[0] ?? null) : undefined) },
  join: {
    takes: ['string'],
    apply: (value, separator) => {
      if (!Array.isArray(value)) return undefined;
      const texts = value.map(toText);
      return texts.some((text) => text === undefined) ? undefined : texts.join(String(separator));
    },
  },
  default: { takes: ['string'], apply: (value, other) => (isEmpty(value) ? String(other) : value) },
  truncate: {
    takes: ['number'],
    apply: (value, width) => {
      const text = toText(value);
      return text === undefined ? undefined : cutText(text, Math.max(0, Math.min(10_000, Number(width))));
    },
  },
};

/** Names of every filter. */
export const filterNames: readonly string[] = Object.keys(filters);

/** The filter of that name. */
export function findFilter(name: string): Filter | undefined {
  return Object.hasOwn(filters, name) ? filters[name] : undefined;
}

/** A value as text; `undefined` for what has none: objects. */
export function toText(value: Value): string | undefined {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(toText);
  return texts.some((text) => text === undefined) ? undefined : texts.join(', ');
}

/** What `{{#if}}` takes for no: nothing, an empty text or list, 0 and false. */
export function isEmpty(value: Value): boolean {
  return (
    value === null || value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0)
  );
}
