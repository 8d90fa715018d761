/** One way to sign in that a server offers. Source: RFC 9110 §11.6.1. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly params: ReadonlyMap<string, string>;
}

const headerLimit = 16 * 1024;
const space = /[\t ]*/y;
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\[\s\S])*)"/y;
const bare = /[^\t ,"]*/y;

/** Reads along a text, one sticky pattern at a time. */
class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  skip(...characters: string[]): boolean {
    this.take(space);
    if (!characters.includes(this.text[this.at] ?? '')) return false;
    this.at += 1;
    return true;
  }
}

/** `name=value` at the cursor; undefined, with the cursor where it was, for anything else. */
function takeParam(cursor: Cursor): readonly [string, string] | undefined {
  const start = cursor.at;
  const name = cursor.take(token)?.[0];
  if (name !== undefined && cursor.skip('=')) {
    cursor.take(space);
    const inQuotes = cursor.take(quoted)?.[1]?.replace(/\\([\s\S])/g, '$1');
    return [name.toLowerCase(), inQuotes ?? cursor.take(bare)?.[0] ?? ''];
  }
  cursor.at = start;
  return undefined;
}

function parseOne(text: string): readonly Challenge[] {
  const cursor = new Cursor(text.slice(0, headerLimit));
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  while (cursor.at < cursor.text.length) {
    while (cursor.skip(','));
    cursor.take(space);
    const param = takeParam(cursor);
    const current = challenges.at(-1);
    if (param !== undefined && current !== undefined) {
      if (!current.params.has(param[0])) current.params.set(param[0], param[1]);
      continue;
    }
    const scheme = cursor.take(token)?.[0];
    // What fits no rule is passed over by one character, so that the loop always ends.
    if (scheme === undefined) cursor.at += 1;
    else challenges.push({ scheme: scheme.toLowerCase(), params: new Map() });
  }
  return challenges;
}

/** Reads `WWW-Authenticate`: several headers, several challenges in one, commas inside quotes. */
export function parseChallenges(header: string | readonly string[] | undefined): readonly Challenge[] {
  if (header === undefined) return [];
  return (typeof header === 'string' ? [header] : header).flatMap(parseOne);
}
