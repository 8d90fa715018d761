import { type BuiltinContext, BuiltinError } from './builtin.ts';

/** One place of a pattern: the letters it takes (any when absent), and how often. */
interface Place {
  readonly letters: ReadonlySet<string> | undefined;
  readonly flag: '' | '+' | '*';
}

/** A letter, and whether a backslash made it plain. */
interface Letter {
  readonly text: string;
  readonly isPlain: boolean;
}

class Reader {
  readonly #points: readonly string[];
  at = 0;

  constructor(source: string) {
    this.#points = Array.from(source);
  }

  fail(why: string): BuiltinError {
    return new BuiltinError(`input:${this.#points.join('')}, pos:${this.at}, ${why}: the input provided is invalid`);
  }

  get isAtEnd(): boolean {
    return this.at >= this.#points.length;
  }

  get left(): number {
    return this.#points.length - this.at;
  }

  next(): Letter | undefined {
    const text = this.#points[this.at];
    if (text === undefined) return undefined;
    if (text !== '\\') {
      this.at++;
      return { text, isPlain: false };
    }
    const escaped = this.#points[this.at + 1];
    if (escaped === undefined) throw this.fail('input ends with a \\ (escape) character');
    this.at += 2;
    return { text: escaped, isPlain: true };
  }

  /** `+` or `*`, where one stands. */
  flag(): Place['flag'] {
    const text = this.#points[this.at];
    if (text !== '+' && text !== '*') return '';
    this.at++;
    return text;
  }
}

function placesOf(source: string): readonly Place[] {
  const reader = new Reader(source);
  const places: Place[] = [];
  for (let letter = reader.next(); letter !== undefined; letter = reader.next())
    places.push({ letters: lettersOf(letter, reader), flag: reader.flag() });
  return places;
}

function lettersOf({ text, isPlain }: Letter, reader: Reader): ReadonlySet<string> | undefined {
  if (isPlain) return new Set([text]);
  if (text === '.') return undefined;
  if (text === '[') return readSet(reader);
  if (text === ']') throw reader.fail("set-close ']' with no preceding '['");
  if (text === '+' || text === '*') throw reader.fail(`flag '${text}' must be preceded by a non-flag`);
  return new Set([text]);
}

function readSet(reader: Reader): ReadonlySet<string> {
  const letters = new Set<string>();
  let before: string | undefined;
  for (let letter = reader.next(); letter !== undefined; letter = reader.next()) {
    if (!letter.isPlain && letter.text === ']') return letters;
    if (letter.isPlain || letter.text !== '-') {
      letters.add(letter.text);
      before = letter.text;
      continue;
    }
    if (before === undefined) throw reader.fail("range character '-' must be preceded by a Unicode character");
    if (reader.left <= 1) throw reader.fail("range character '-' must be followed by a Unicode character");
    addRange(letters, before, reader);
    before = undefined;
  }
  throw reader.fail('found [ without matching ]');
}

function addRange(letters: Set<string>, from: string, reader: Reader): void {
  const to = reader.next();
  if (to === undefined || (!to.isPlain && (to.text === ']' || to.text === '-')))
    throw reader.fail("range character '-' cannot be followed by a special symbol");
  const [first, last] = [from.codePointAt(0) ?? 0, to.text.codePointAt(0) ?? 0];
  if (last < first) throw reader.fail(`range is out of order: '${to.text}' comes before '${from}' in Unicode`);
  for (let point = first; point <= last; point++) letters.add(String.fromCodePoint(point));
}

/** Whether some letter suits both. */
function meet(a: Place, b: Place): boolean {
  if (a.letters === undefined || b.letters === undefined) return true;
  const [small, large] = a.letters.size < b.letters.size ? [a.letters, b.letters] : [b.letters, a.letters];
  for (const letter of small) if (large.has(letter)) return true;
  return false;
}

type Places = readonly Place[];

/**
 * Whether two patterns have a text in common, decided as the library does that OPA uses: it goes left to right and lets a repeated
 * place take as much as it can, so that it misses some common texts. What counts here is to say the same.
 */
class Intersection {
  readonly #context: BuiltinContext;

  constructor(context: BuiltinContext) {
    this.#context = context;
  }

  plain(a: Places, b: Places): boolean {
    this.#context.check();
    const shorter = Math.min(a.length, b.length);
    for (let at = 0; at < shorter; at++) {
      const [mine, other] = [a[at], b[at]];
      if (mine === undefined || other === undefined) return false;
      if (mine.flag !== '') return this.#repeated(a.slice(at), b.slice(at));
      if (other.flag !== '') return this.#repeated(b.slice(at), a.slice(at));
      if (!meet(mine, other)) return false;
    }
    return a.length === b.length;
  }

  #repeated(repeated: Places, others: Places): boolean {
    const [first] = repeated;
    const [other] = others;
    if (first === undefined || other === undefined) return false;
    if (first.flag === '*') return this.#starred(repeated, others);
    if (!meet(first, other)) return false;
    if (this.#starred(repeated, others.slice(1))) return true;
    return other.flag !== '' && this.plain(repeated.slice(1), others);
  }

  #starred(starred: Places, others: Places): boolean {
    const [star, next] = starred;
    if (star === undefined) return false;
    for (const [at, other] of others.entries()) {
      if (next !== undefined && meet(other, next) && this.plain(starred.slice(1), others.slice(at))) return true;
      if (!meet(other, star)) return false;
    }
    return next === undefined;
  }
}

const isOnce = (place: Place | undefined): boolean => place?.flag === '';

/** Equal ends are compared first and cut off, but for one place at each end. */
function trimmed(a: Places, b: Places): readonly [Places, Places] | undefined {
  let from = 0;
  for (; isOnce(a[from]) && isOnce(b[from]); from++) if (!meet(a[from] as Place, b[from] as Place)) return undefined;
  if (from > 0) from--;
  let [endA, endB] = [a.length - 1, b.length - 1];
  for (; endA >= from && endB >= from && isOnce(a[endA]) && isOnce(b[endB]); endA--, endB--)
    if (!meet(a[endA] as Place, b[endB] as Place)) return undefined;
  if (endA < a.length - 1) {
    endA++;
    endB++;
  }
  return [a.slice(from, endA + 1), b.slice(from, endB + 1)];
}

/** Whether a text suits both patterns, which know `.`, sets in brackets, `+` and `*` and the backslash. */
export function globsIntersect(first: string, second: string, context: BuiltinContext): boolean {
  const [a, b] = [placesOf(first), placesOf(second)];
  const rest = trimmed(a, b);
  return rest !== undefined && new Intersection(context).plain(rest[0], rest[1]);
}
