const maxFlowDepth = 32;

/** Splits `key: value`. `undefined` when the text is no member of a map. */
export function splitKey(text: string): { readonly key: string; readonly rest: string } | undefined {
  const quote = text[0];
  if (quote === '"' || quote === "'") {
    const end = quotedEnd(text, 0);
    if (end < 0) return undefined;
    const after = text.slice(end).trimStart();
    if (!after.startsWith(':') || (after.length > 1 && after[1] !== ' ')) return undefined;
    return { key: unquote(text.slice(0, end)) ?? '', rest: withoutComment(after.slice(1)) };
  }
  if (quote === '{' || quote === '[') return undefined;
  const colon = text.indexOf(': ');
  if (colon > 0) return { key: text.slice(0, colon).trim(), rest: withoutComment(text.slice(colon + 1)) };
  return text.endsWith(':') && text.length > 1 ? { key: text.slice(0, -1).trim(), rest: '' } : undefined;
}

/** A value that is only a comment is no value. */
function withoutComment(rest: string): string {
  const text = rest.trim();
  return text.startsWith('#') ? '' : text;
}

/** A plain scalar without the comment after it; null is `''`. */
export function findScalar(text: string): string {
  const comment = text.indexOf(' #');
  const value = (comment < 0 ? text : text.slice(0, comment)).trim();
  return value === 'null' || value === '~' ? '' : value;
}

/** The index after the closing quote of the quoted scalar that starts at `from`; -1 when it is not closed. */
function quotedEnd(text: string, from: number): number {
  const quote = text[from];
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i];
    if (quote === '"' && c === '\\') i++;
    else if (c === quote) {
      if (quote === "'" && text[i + 1] === "'") i++;
      else return i + 1;
    }
  }
  return -1;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  e: '\x1b',
  _: '\u00a0',
  '/': '/',
};

/** The text of a quoted scalar; `undefined` when it is not closed. */
export function unquote(text: string): string | undefined {
  const end = quotedEnd(text, 0);
  if (end < 0) return undefined;
  const inner = text.slice(1, end - 1);
  if (text[0] === "'") return inner.replaceAll("''", "'");
  if (!inner.includes('\\')) return inner;
  return inner.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_, x, u, U, c) => {
    const hex: unknown = x ?? u ?? U;
    if (typeof hex === 'string') return codePoint(Number.parseInt(hex, 16));
    const plain = String(c);
    return Object.hasOwn(escapes, plain) ? (escapes[plain] ?? plain) : plain;
  });
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

/** Whether a quoted or flow value ends on this line. */
export function isClosed(text: string): boolean {
  if (text[0] === '"' || text[0] === "'") return quotedEnd(text, 0) >= 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"' || c === "'") {
      const end = /[\s,:[{]/.test(text[i - 1] ?? '') ? quotedEnd(text, i) : i + 1;
      if (end < 0) return false;
      i = end - 1;
    } else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return true;
  }
  return false;
}

/** A flow collection: `{a: b, c: [d, e]}`. `undefined` when it is not well formed or too deep. */
export function parseFlow(text: string): unknown {
  const state = { text, at: 0 };
  return flowValue(state, 0);
}

interface Cursor {
  readonly text: string;
  at: number;
}

function flowValue(cursor: Cursor, depth: number): unknown {
  skipSpace(cursor);
  const c = cursor.text[cursor.at];
  if (depth > maxFlowDepth || c === undefined) return undefined;
  if (c === '{' || c === '[') return flowCollection(cursor, c, depth);
  if (c === '"' || c === "'") {
    const end = quotedEnd(cursor.text, cursor.at);
    if (end < 0) return undefined;
    const value = unquote(cursor.text.slice(cursor.at, end));
    cursor.at = end;
    return value;
  }
  return flowPlain(cursor);
}

function flowPlain(cursor: Cursor): string {
  const start = cursor.at;
  for (; cursor.at < cursor.text.length; cursor.at++) {
    const c = cursor.text[cursor.at];
    if (c === ',' || c === '}' || c === ']') break;
    if (c === ':' && /[\s,}\]]/.test(cursor.text[cursor.at + 1] ?? ' ')) break;
  }
  return findScalar(cursor.text.slice(start, cursor.at));
}

function flowCollection(cursor: Cursor, open: '{' | '[', depth: number): unknown {
  const list: unknown[] = [];
  const members: [string, unknown][] = [];
  cursor.at++;
  for (;;) {
    skipSpace(cursor);
    const c = cursor.text[cursor.at];
    if (c === undefined) return undefined;
    if (c === '}' || c === ']') {
      cursor.at++;
      return open === '[' ? list : Object.fromEntries(members);
    }
    if (c === ',') {
      cursor.at++;
      continue;
    }
    const before = cursor.at;
    const value = flowValue(cursor, depth + 1);
    if (value === undefined) return undefined;
    skipSpace(cursor);
    if (open === '[') list.push(value);
    else if (cursor.text[cursor.at] === ':') {
      cursor.at++;
      members.push([String(value), flowValue(cursor, depth + 1) ?? '']);
    } else members.push([String(value), '']);
    if (cursor.at === before) return undefined;
  }
}

function skipSpace(cursor: Cursor): void {
  while (cursor.text[cursor.at] === ' ' || cursor.text[cursor.at] === '\t') cursor.at++;
}
