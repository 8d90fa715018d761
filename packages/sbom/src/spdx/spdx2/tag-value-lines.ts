/** One `Tag: value` of a document; `value` without the `<text>` marks. */
export interface TagValue {
  readonly tag: string;
  readonly value: string;
  /** The line it starts on, from 1. */
  readonly line: number;
}

/** A line that is not a tag, a comment or empty; or a text that does not end. */
export interface BadLine {
  readonly line: number;
  readonly why: string;
}

const opening = '<text>';
const closing = '</text>';
const tagPattern = /^\s*([A-Za-z][A-Za-z0-9]*)\s*:\s?/;

/**
 * The tags of a tag-value document in their order, in linear time. Lines end with LF, CRLF or CR; `#` starts a comment line;
 * `<text>` may span lines and keeps them as LF. Source: SPDX 2.3 §4.4 and Annex A "Tag/value format".
 */
export function* tagValueLines(text: string): Generator<TagValue | BadLine> {
  let number = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const line = readLine(text, at);
    number += 1;
    at = line.next;
    if (/^\s*(?:#|$)/.test(line.text)) continue;
    const tag = tagPattern.exec(line.text);
    if (tag === null) {
      yield { line: number, why: 'the line is neither a tag with a value nor a comment' };
      continue;
    }
    const [lead, name = ''] = tag;
    const rest = line.text.slice(lead.length);
    const start = rest.trimStart().startsWith(opening) ? rest.indexOf(opening) + opening.length : -1;
    if (start < 0) {
      yield { tag: name, value: rest.trim(), line: number };
      continue;
    }
    const from = line.start + lead.length + start;
    const end = text.indexOf(closing, from);
    if (end < 0) {
      yield { line: number, why: `the text that starts here does not end with ${closing}` };
      return;
    }
    const value = text.slice(from, end).replace(/\r\n?/g, '\n');
    yield { tag: name, value, line: number };
    for (const c of value) if (c === '\n') number += 1;
    at = readLine(text, end).next;
  }
}

function readLine(
  text: string,
  start: number,
): { readonly text: string; readonly start: number; readonly next: number } {
  let end = start;
  for (let c = text.charCodeAt(end); end < text.length && c !== 0x0a && c !== 0x0d; c = text.charCodeAt(++end));
  const next = text.charCodeAt(end) === 0x0d && text.charCodeAt(end + 1) === 0x0a ? end + 2 : end + 1;
  return { text: text.slice(start, end), start, next };
}
