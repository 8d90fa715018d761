/** JSON text from JSON with comments and trailing commas, so that `JSON.parse` takes it. Strings are left as they are; lines keep their numbers. */
export function withoutComments(text: string): string {
  const out: string[] = [];
  let kept = 0;
  let i = 0;
  const drop = (to: number): void => {
    out.push(text.slice(kept, i), ' ');
    kept = to;
    i = to;
  };
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === 0x22) i = endOfString(text, i);
    else if (c === 0x2f && text[i + 1] === '/') drop(endOf(text, '\n', i, 0));
    else if (c === 0x2f && text[i + 1] === '*') drop(endOf(text, '*/', i + 2, 2));
    else if (c === 0x2c && closes(text, i + 1)) drop(i + 1);
    else i++;
  }
  out.push(text.slice(kept));
  return out.join('');
}

function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '"') return i + 1;
  }
  return text.length;
}

function endOf(text: string, what: string, from: number, after: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at + after;
}

/** Whether a closing bracket is the next thing; a comment between is looked over. */
function closes(text: string, from: number): boolean {
  let i = from;
  for (;;) {
    const c = text[i];
    if (c === ' ' || c === '\t' || c === '\r' || c === '\n') i++;
    else if (c === '/' && text[i + 1] === '/') i = endOf(text, '\n', i, 0);
    else if (c === '/' && text[i + 1] === '*') i = endOf(text, '*/', i + 2, 2);
    else return c === '}' || c === ']';
  }
}
