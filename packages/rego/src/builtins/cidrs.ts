import { entriesOf } from '../values/access.ts';
import { RegoSet } from '../values/set.ts';
import { isArray, isObject, isSet, type Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError, succeeds } from './builtin.ts';
import { addressText, contains, isV4, type Network, networkOf, networkText, parseAddress, parseNetwork } from './ip.ts';
import { builtin, stringOperand } from './operands.ts';

function containsText(network: Network, text: string): boolean {
  const address = parseAddress(text);
  if (address !== undefined) return contains(network, address);
  let other: Network;
  try {
    other = parseNetwork(text);
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error;
    throw new BuiltinError(`not a valid textual representation of an IP address or CIDR: ${text}`);
  }
  // Networks of IPv6 may span the addresses that stand for IPv4.
  if (!isV4(network) && !isV4(other)) return network.first <= other.first && other.last <= network.last;
  return contains(network, { value: other.first }) && contains(network, { value: other.last });
}

/** Addresses and networks with what tells them apart in the answer: position, key, or themselves. */
function candidates(value: Value, operand: number): readonly (readonly [string, Value])[] {
  const textOf = (one: Value): string => {
    const text = isArray(one) ? one[0] : one;
    if (typeof text !== 'string')
      throw new BuiltinError(`operand ${operand}: element must be string or non-empty array`);
    return text;
  };
  if (typeof value === 'string') return [[value, value]];
  if (isArray(value)) return value.map((one, at) => [textOf(one), at] as const);
  if (isSet(value)) return value.sorted.map((one) => [textOf(one), one] as const);
  if (isObject(value)) return [...entriesOf(value)].map(([key, one]) => [textOf(one), key] as const);
  return [];
}

function matches(args: readonly Value[], context: BuiltinContext): Value {
  const [ours = null, theirs = null] = args;
  const found = new RegoSet();
  const networks = candidates(ours, 1);
  // Without a network nothing is looked at, whatever it is.
  const others = networks.length === 0 ? [] : candidates(theirs, 2);
  for (const [text, index] of networks) {
    for (const [other, at] of others) {
      context.check();
      if (containsText(parseNetwork(text), other)) found.add([index, at]);
    }
  }
  return found;
}

function expand(text: string, context: BuiltinContext): Value {
  const { first, last } = parseNetwork(text);
  const count = last - first + 1n;
  context.reserve(Number(count) * 40);
  const found = new RegoSet();
  for (let at = first; at <= last; at++) {
    if ((at & 0xfffn) === 0n) context.check();
    found.add(addressText(at));
  }
  return found;
}

/** The class of an address of IPv4 tells its network. Source: Go's `net.IP.DefaultMask`. */
function defaultPrefix(value: bigint): number {
  const first = Number((value >> 24n) & 0xffn);
  return first < 0x80 ? 8 : first < 0xc0 ? 16 : 24;
}

function networkOfMember(value: Value): Network {
  if (typeof value !== 'string') throw new BuiltinError('element must be string');
  const address = parseAddress(value);
  if (address === undefined) return parseNetwork(value);
  if (!address.isV4) throw new BuiltinError('IPv6 invalid: needs prefix length');
  return networkOf(address.value, 96 + defaultPrefix(address.value), true);
}

/** The fewest networks that hold the same addresses: neighbours and what overlaps are joined, the rest stays as written. */
function merge(value: Value | undefined): Value {
  if (!isArray(value) && !isSet(value)) throw new BuiltinError('operand must be an array');
  const networks = (isArray(value) ? value : value.sorted).map(networkOfMember);
  const ranges = networks.map((network) => ({
    first: network.first,
    last: network.last,
    network: network as Network | undefined,
  }));
  const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
  ranges.sort((a, b) => order(a.last, b.last) || order(a.first, b.first));
  for (let at = ranges.length - 1; at > 0; at--) {
    const [before, here] = [ranges[at - 1], ranges[at]];
    if (before === undefined || here === undefined || before.last < previous(here.first)) continue;
    const first = before.first < here.first ? before.first : here.first;
    ranges.splice(at - 1, 2, { first, last: here.last, network: undefined });
  }
  const found = new RegoSet();
  for (const { first, last, network } of ranges)
    for (const one of network === undefined ? cover(first, last) : [network]) found.add(networkText(one));
  return found;
}

/** Never below the first address of its family. */
const previous = (value: bigint): bigint => (value === 0n || value === 0xffff_0000_0000n ? value : value - 1n);

function* cover(first: bigint, last: bigint): Generator<Network> {
  const isV4 = first >> 32n === 0xffffn;
  for (let at = first; at <= last; ) {
    let free = 0;
    while (free < (isV4 ? 32 : 128) && (at & (1n << BigInt(free))) === 0n && at + (1n << BigInt(free + 1)) - 1n <= last)
      free++;
    yield networkOf(at, 128 - free, isV4);
    at += 1n << BigInt(free);
  }
}

const isValid = (value: Value | undefined): boolean => typeof value === 'string' && succeeds(() => parseNetwork(value));

const containsPair = (args: readonly Value[]): boolean =>
  containsText(parseNetwork(stringOperand(args, 1)), stringOperand(args, 2));

/** Networks of addresses, as Go's net package reads them. */
export const builtins = [
  builtin('net.cidr_contains', containsPair),
  builtin('net.cidr_overlap', containsPair),
  builtin('net.cidr_intersects', (args) => {
    const [a, b] = [parseNetwork(stringOperand(args, 1)), parseNetwork(stringOperand(args, 2))];
    return contains(a, { value: b.first }) || contains(b, { value: a.first });
  }),
  builtin('net.cidr_contains_matches', matches),
  builtin('net.cidr_expand', (args, context) => expand(stringOperand(args, 1), context)),
  builtin('net.cidr_merge', ([value]) => merge(value)),
  builtin('net.cidr_is_valid', ([value]) => isValid(value)),
];
