import { compareDigits, compareText, isDigit, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

/** A number, or a word (`qualifier`). */
interface Item {
  readonly isNumber: boolean;
  /** Digits without leading zeros; of a word the text it is compared by. */
  readonly text: string;
}

/** One level of a version. A hyphen, or a change between letters and digits, opens the next, which is always the last item. */
interface Level {
  readonly items: Item[];
  next: Level | undefined;
  /** How the level compares with nothing at all. */
  sign: number;
}

export type MavenKey = Level;

/**
 * Maven's order. Source: maven.apache.org/pom.html#version-order-specification and the documentation of ComparableVersion as Maven 3.9
 * has it (Maven 4 differs in rare shapes). Levels are a chain, so nothing here recurses. As in Maven, a word between dots
 * (`1.sp.2`) has no place that fits all others: such versions are not sorted transitively.
 */
export const maven: OrderRules<MavenKey> = {
  read: (text) => {
    if (/\s/.test(text) || !/[0-9A-Za-z]/.test(text)) return undefined;
    return readLevels(text.toLowerCase());
  },
  compare: compareLevels,
};

/** From the oldest to the newest; words not listed are newer than all of these. */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const releaseRank = String(qualifiers.indexOf(''));
const aliases: ReadonlyMap<string, string> = new Map([
  ['ga', ''],
  ['final', ''],
  ['release', ''],
  ['cr', 'rc'],
]);
/** What a single letter means with a number right behind it. */
const letters: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

/** A word; its text is such that the order of texts is the order of qualifiers. */
function toWord(given: string, beforeDigit: boolean): Item {
  const long = beforeDigit ? (letters.get(given) ?? given) : given;
  const word = aliases.get(long) ?? long;
  const rank = qualifiers.indexOf(word);
  return { isNumber: false, text: rank < 0 ? `${qualifiers.length}-${word}` : String(rank) };
}

function toNumber(digits: string): Item {
  return { isNumber: true, text: trimZeros(digits) };
}

/** How an item compares with nothing. */
function signOf(item: Item): number {
  if (item.isNumber) return item.text === '0' ? 0 : 1;
  return compareText(item.text, releaseRank);
}

function compareItems(a: Item, b: Item): number {
  if (a.isNumber !== b.isNumber) return a.isNumber ? 1 : -1;
  return a.isNumber ? compareDigits(a.text, b.text) : compareText(a.text, b.text);
}

function compareLevels(a: Level, b: Level): number {
  let left: Level | undefined = a;
  let right: Level | undefined = b;
  while (left !== undefined && right !== undefined) {
    const most = Math.max(left.items.length, right.items.length);
    for (let i = 0; i < most; i++) {
      const x = left.items[i];
      const y = right.items[i];
      const difference =
        x !== undefined && y !== undefined
          ? compareItems(x, y)
          : x !== undefined
            ? compareMissing(x, right, i)
            : y !== undefined
              ? -compareMissing(y, left, i)
              : 0;
      if (difference !== 0) return difference;
    }
    left = left.next;
    right = right.next;
  }
  return left !== undefined ? left.sign : right !== undefined ? -right.sign : 0;
}

/** An item against what the other level has in that place: its next level, which is between words and numbers, or nothing. */
function compareMissing(item: Item, other: Level, place: number): number {
  if (other.next === undefined || place > other.items.length) return signOf(item);
  return item.isNumber ? 1 : -1;
}

function readLevels(text: string): Level {
  const chain: Level[] = [];
  let level = open(chain);
  let start = 0;
  let digit = false;
  const push = (end: number): void => {
    const part = text.slice(start, end);
    level.items.push(part === '' || digit ? toNumber(part === '' ? '0' : part) : toWord(part, false));
  };
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46 || c === 45) {
      push(i);
      start = i + 1;
      if (c === 45) level = open(chain);
    } else if (isDigit(c)) {
      if (!digit && i > start) {
        if (level.items.length > 0) level = open(chain);
        level.items.push(toWord(text.slice(start, i), true));
        start = i;
        level = open(chain);
      }
      digit = true;
    } else {
      if (digit && i > start) {
        push(i);
        start = i;
        level = open(chain);
      }
      digit = false;
    }
  }
  if (text.length > start) {
    if (!digit && level.items.length > 0) level = open(chain);
    push(text.length);
  }
  return joinLevels(chain);
}

/** Adds a level to the chain. */
function open(chain: Level[]): Level {
  const level: Level = { items: [], next: undefined, sign: 0 };
  chain.push(level);
  return level;
}

/** Links the levels, the last first: zeros and release words at the end of one, even before the next, have no meaning. */
function joinLevels(chain: readonly Level[]): Level {
  let next: Level | undefined;
  for (let at = chain.length - 1; at >= 0; at--) {
    const level = chain[at];
    if (level === undefined) continue;
    const { items } = level;
    while (items.length > 0 && isNothing(items.at(-1))) items.pop();
    level.next = next;
    level.sign = items.map(signOf).find((sign) => sign !== 0) ?? next?.sign ?? 0;
    next = items.length === 0 && next === undefined ? undefined : level;
  }
  return next ?? { items: [], next: undefined, sign: 0 };
}

function isNothing(item: Item | undefined): boolean {
  return item !== undefined && (item.isNumber ? item.text === '0' : item.text === releaseRank);
}
