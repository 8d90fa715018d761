// Go maps letter by letter ("simple" case mapping); JavaScript maps a letter to several where the language asks for it.

/** Upper case as Go's `strings.ToUpper`. */
export function upperCase(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toUpperCase();
  return Array.from(text, upperLetter).join('');
}

function upperLetter(letter: string): string {
  const upper = letter.toUpperCase();
  if (Array.from(upper).length === 1) return upper;
  const code = letter.codePointAt(0) ?? 0;
  // Greek letters with iota below have a form of one letter.
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCodePoint(code + 9);
  return letter;
}

/** Lower case as Go's `strings.ToLower`. */
export function lowerCase(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return Array.from(text, (letter) => (letter === '\u0130' ? 'i' : letter.toLowerCase())).join('');
}
