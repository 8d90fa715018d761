/**
 * The bytes of the top-level member `data` of a JSON object, as they were sent: parsing and printing them again would change a document that is kept byte by
 * byte. `undefined` when there is no such member. The text is known to be JSON.
 */
export function rawData(text: string): string | undefined {
  let depth = 0;
  let at = 0;
  let found: string | undefined;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const colon = depth === 1 ? skipBlanks(text, end) : end;
      if (depth === 1 && text[colon] === ':') {
        const start = skipBlanks(text, colon + 1);
        const stop = endOfValue(text, start);
        // Of a name that comes twice the last counts, as in JSON.parse.
        if (JSON.parse(text.slice(at, end)) === 'data') found = text.slice(start, stop);
        at = stop;
      } else at = end;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    if (character === '}' || character === ']') depth--;
    at++;
  }
  return found;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? 'x')) at++;
  return at;
}

/** The place after the closing quote. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** The place after a value: a string, a number or word, or a whole object or list. */
function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (character === ',' || /\s/.test(character ?? ''))) return at;
  }
  return text.length;
}
