import type { Value } from '../values/value.ts';
import { BuiltinError } from './builtin.ts';
import { builtin, stringOperand } from './operands.ts';

interface Version {
  readonly numbers: readonly bigint[];
  /** Empty for a release. */
  readonly preRelease: readonly string[];
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const pattern = new RegExp(
  `^v?(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
);
const largest = 2n ** 63n - 1n;

/** Source: semver.org 2.0.0, sections 2, 9 and 10; a leading `v` is passed over. */
function parse(text: string): Version | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const numbers = found.slice(1, 4).map((one) => BigInt(one ?? '0'));
  const preRelease = found[4]?.split('.') ?? [];
  const isGood = numbers.every((one) => one <= largest) && !preRelease.some((one) => /^0\d+$/.test(one));
  return isGood ? { numbers, preRelease } : undefined;
}

const sign = (a: bigint | string, b: bigint | string): number => (a > b ? 1 : a < b ? -1 : 0);

/** Source: semver.org 2.0.0, section 11. */
function compare(a: Version, b: Version): number {
  const numbers = a.numbers.map((one, at) => sign(one, b.numbers[at] ?? 0n)).find((order) => order !== 0);
  if (numbers !== undefined) return numbers;
  if (a.preRelease.length === 0 || b.preRelease.length === 0)
    return Math.sign(b.preRelease.length - a.preRelease.length);
  for (let at = 0; at < Math.min(a.preRelease.length, b.preRelease.length); at++) {
    const order = compareIdentifiers(a.preRelease[at] ?? '', b.preRelease[at] ?? '');
    if (order !== 0) return order;
  }
  return Math.sign(a.preRelease.length - b.preRelease.length);
}

function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return aIsNumber ? sign(BigInt(a), BigInt(b)) : sign(a, b);
}

function operand(args: readonly Value[], position: number): Version {
  const text = stringOperand(args, position);
  const version = parse(text);
  if (version === undefined)
    throw new BuiltinError(`operand ${position}: string ${JSON.stringify(text)} is not a valid SemVer`);
  return version;
}

/** Semantic versions. */
export const builtins = [
  builtin('semver.compare', (args) => {
    stringOperand(args, 1);
    stringOperand(args, 2);
    return compare(operand(args, 1), operand(args, 2));
  }),
  builtin('semver.is_valid', ([value = null]) => typeof value === 'string' && parse(value) !== undefined),
];
