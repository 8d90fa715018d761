import { entriesOf } from './access.ts';
import { numberText, type RegoNumber } from './number.ts';
import type { RegoSet } from './set.ts';
import { Kind, kindOf, type ObjectValue, type Value } from './value.ts';

/** The value as Rego source, as OPA prints it (`%v` of `sprintf`, messages): `{"a": [1, "x"]}`, `{1, 2}`, `set()`. */
export function valueText(value: Value): string {
  switch (kindOf(value)) {
    case Kind.string:
      return quote(value as string);
    case Kind.number:
      return numberText(value as RegoNumber);
    case Kind.array:
      return `[${(value as readonly Value[]).map(valueText).join(', ')}]`;
    case Kind.set: {
      const set = value as RegoSet;
      return set.size === 0 ? 'set()' : `{${set.sorted.map(valueText).join(', ')}}`;
    }
    case Kind.object:
      return `{${Array.from(entriesOf(value as ObjectValue), ([key, inner]) => `${valueText(key)}: ${valueText(inner)}`).join(', ')}}`;
    default:
      return String(value);
  }
}

const short: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** The text quoted as Go's `strconv.Quote` does. */
export function quote(text: string): string {
  // Plain text is the rule: look once before going letter by letter.
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let out = '"';
  for (const letter of text) out += short[letter] ?? (printable(letter) ? letter : escaped(letter));
  return `${out}"`;
}

// Go prints letters, marks, numbers, punctuation, symbols and the ASCII space as they are.
function printable(letter: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(letter);
}

function escaped(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  // A lone surrogate cannot be written in UTF-8: Go has read U+FFFD in its place.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
