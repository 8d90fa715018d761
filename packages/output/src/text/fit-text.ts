import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns a safe text takes on a terminal; East Asian wide characters take two. Source: Unicode UAX 11. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** Cuts a text to at most `width` columns, with an ellipsis where something is missing. Never inside a character. */
export function cutText(text: string, width: number): string {
  if (text.length <= width && widthOf(text) <= width) return text;
  if (width < 1) return '';
  let out = '';
  let used = 0;
  // One column is kept for the ellipsis; a text is never looked at further than it can be shown.
  for (const { segment } of graphemes.segment(text.slice(0, width * 16))) {
    const next = widthOf(segment);
    if (used + next > width - 1) return `${out.trimEnd()}…`;
    out += segment;
    used += next;
  }
  return out.length < text.length ? `${out.trimEnd()}…` : out;
}

/** Fills a text with blanks up to `width` columns. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** The first sentence of a longer text, on one line. */
export function firstSentence(text: string): string {
  const start = text.slice(0, 2000).replace(/\s+/g, ' ').trim();
  const end = /[.!?](?= [A-Z(])/.exec(start);
  return end === null ? start : start.slice(0, end.index + 1);
}

/** Cuts a text at its start: where the end says more, as in module paths. */
export function cutStart(text: string, width: number): string {
  if (text.length <= width && widthOf(text) <= width) return text;
  if (width < 1) return '';
  const all = [...graphemes.segment(text.slice(-width * 16))].map(({ segment }) => segment);
  let out = '';
  let used = 0;
  for (const segment of all.reverse()) {
    const next = widthOf(segment);
    if (used + next > width - 1) break;
    out = segment + out;
    used += next;
  }
  return out.length < text.length ? `…${out}` : out;
}
