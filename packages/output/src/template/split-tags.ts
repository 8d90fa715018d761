import { AssayError } from '@assay/contract';
import type { Place } from './template-node.ts';

/** A piece of a template: text to copy, or the inside of `{{ … }}`. */
export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'tag'; readonly text: string; readonly place: Place };

const longestTemplate = 1024 * 1024;
const mostTags = 20_000;

/**
 * Splits a template into text and tags. A line that holds nothing but one block tag or comment leaves no line behind.
 * Throws TEMPLATE_INVALID where a tag does not end, LIMIT_EXCEEDED.
 */
export function splitTags(source: string, name: string): readonly Piece[] {
  if (source.length > longestTemplate) throw new AssayError('LIMIT_EXCEEDED', `${name} is longer than 1 MiB`);
  const placeOf = placeFinder(source);
  const pieces: Piece[] = [];
  let tags = 0;
  let done = 0;
  for (let open = source.indexOf('{{'); open >= 0; open = source.indexOf('{{', done)) {
    tags += 1;
    if (tags > mostTags) throw new AssayError('LIMIT_EXCEEDED', `${name} has more than ${mostTags} tags`);
    const place = placeOf(open);
    const close = endOfTag(source, open + 2);
    if (close === undefined) throw invalid(name, place, 'the tag does not end');
    const text = source.slice(open + 2, close).trim();
    const line = /^(?:[#/!]|else\b)/.test(text) ? ownLine(source, open, close + 2) : undefined;
    if ((line?.start ?? open) > done) pieces.push({ is: 'text', text: source.slice(done, line?.start ?? open) });
    if (!text.startsWith('!')) pieces.push({ is: 'tag', text, place });
    done = line?.end ?? close + 2;
  }
  if (done < source.length) pieces.push({ is: 'text', text: source.slice(done) });
  return pieces;
}

/** A fault of a template, with its place. */
export function invalid(name: string, place: Place, why: string): AssayError {
  return new AssayError('TEMPLATE_INVALID', `${name}:${place.row}:${place.column}: ${why}`);
}

/** Where `}}` stands, outside of quotes. Comments have no quotes: `{{! don't }}`. */
function endOfTag(source: string, from: number): number | undefined {
  if (/^\s*!/.test(source.slice(from, from + 100))) {
    const end = source.indexOf('}}', from);
    return end < 0 ? undefined : end;
  }
  let isQuoted = false;
  for (let at = from; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\n') return undefined;
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === '}' && source[at + 1] === '}') return at;
  }
  return undefined;
}

/** The whole line, when the tag has it for itself. */
function ownLine(source: string, open: number, close: number): { start: number; end: number } | undefined {
  const start = source.lastIndexOf('\n', open - 1) + 1;
  const newline = source.indexOf('\n', close);
  const end = newline < 0 ? source.length : newline + 1;
  const isAlone = source.slice(start, open).trim() === '' && source.slice(close, end).trim() === '';
  return isAlone ? { start, end } : undefined;
}

/** Rows are found once, going forward: a search from the start for each of 20,000 tags would be quadratic. */
function placeFinder(source: string): (offset: number) => Place {
  let row = 1;
  let start = 0;
  return (offset) => {
    for (
      let newline = source.indexOf('\n', start);
      newline >= 0 && newline < offset;
      newline = source.indexOf('\n', start)
    ) {
      row += 1;
      start = newline + 1;
    }
    return { row, column: offset - start + 1 };
  };
}
