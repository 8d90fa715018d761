import { CelSyntaxError, type Literal } from './syntax.ts';

/** A token: a name, a literal, or punctuation. */
export type Token =
  | { readonly is: 'name'; readonly at: number; readonly text: string }
  | { readonly is: 'literal'; readonly at: number; readonly value: Literal }
  | { readonly is: 'mark'; readonly at: number; readonly text: string }
  | { readonly is: 'end'; readonly at: number; readonly text: '' };

const space = /(?:\s|\/\/[^\n]*)+/y;
const number = /0x[0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|\d+[uU]?/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const mark = /&&|\|\||==|!=|<=|>=|\.\?|\[\?|[-+*/%!<>?:.,()[\]{}]/y;
const quoted =
  /([rRbB]{0,2})("""[\s\S]*?(?<!\\)(?:\\\\)*"""|'''[\s\S]*?(?<!\\)(?:\\\\)*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y;
const escaped = /`[^`\n]+`/y;

/** Splits an expression into tokens. Throws CelSyntaxError. */
export function tokenize(source: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  const take = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    return form.exec(source);
  };
  while (at < source.length) {
    const blank = take(space);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const text = take(quoted);
    if (text !== null) {
      out.push({ is: 'literal', at, value: stringLiteral(text[1] ?? '', text[2] ?? '', at) });
      at += text[0].length;
      continue;
    }
    const digits = take(number);
    if (digits !== null) {
      out.push({ is: 'literal', at, value: numberLiteral(digits[0]) });
      at += digits[0].length;
      continue;
    }
    const word = take(name);
    if (word !== null) {
      out.push({ is: 'name', at, text: word[0] });
      at += word[0].length;
      continue;
    }
    const back = take(escaped);
    if (back !== null) {
      out.push({ is: 'name', at, text: back[0].slice(1, -1) });
      at += back[0].length;
      continue;
    }
    const sign = take(mark);
    if (sign === null)
      throw new CelSyntaxError(`Syntax error: token recognition error at: '${source.slice(at, at + 1)}'`, at);
    // `[?` begins an optional index or list entry, but `[?` never stands for `[` and a ternary.
    out.push({ is: 'mark', at, text: sign[0] });
    at += sign[0].length;
  }
  out.push({ is: 'end', at: source.length, text: '' });
  return out;
}

function numberLiteral(text: string): Literal {
  if (/[uU]$/.test(text)) return { uint: BigInt(text.slice(0, -1)) };
  if (/^0x/.test(text)) return BigInt(text);
  return /[.eE]/.test(text) ? Number(text) : BigInt(text);
}

function stringLiteral(prefix: string, body: string, at: number): Literal {
  const width = body.startsWith('"""') || body.startsWith("'''") ? 3 : 1;
  const inner = body.slice(width, -width);
  const isBytes = /b/i.test(prefix);
  if (/r/i.test(prefix)) return isBytes ? new TextEncoder().encode(inner) : inner;
  return isBytes ? unescapeBytes(inner, at) : unescapeText(inner, at);
}

const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};

const escapes =
  /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g;

function unescapeText(text: string, at: number): string {
  return text.replaceAll(escapes, (_, x, x2, u, u8, octal, single: string | undefined) => {
    const hex: string | undefined = x ?? x2 ?? u ?? u8;
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const known = simple[single ?? ''];
    if (known === undefined) throw new CelSyntaxError(`Syntax error: invalid escape \\${single}`, at);
    return known;
  });
}

function unescapeBytes(text: string, at: number): Uint8Array {
  const out: number[] = [];
  let from = 0;
  for (const found of text.matchAll(escapes)) {
    out.push(...new TextEncoder().encode(text.slice(from, found.index)));
    const raw = found[1] ?? found[2];
    if (raw !== undefined) out.push(Number.parseInt(raw, 16));
    else if (found[5] !== undefined) out.push(Number.parseInt(found[5], 8));
    else out.push(...new TextEncoder().encode(unescapeText(found[0], at)));
    from = found.index + found[0].length;
  }
  out.push(...new TextEncoder().encode(text.slice(from)));
  return Uint8Array.from(out);
}
