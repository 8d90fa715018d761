import { BuiltinError } from './builtin.ts';

/** An address as Go's net package reads it: 16 bytes, IPv4 mapped into IPv6. */
export interface Address {
  readonly value: bigint;
  readonly isV4: boolean;
}

/** A network: its first address, and how many of its 128 bits are fixed (32-bit networks have 96 more). */
export interface Network {
  readonly first: bigint;
  readonly last: bigint;
  /** As written: of 32 or 128 bits. */
  readonly prefix: number;
  readonly isV4: boolean;
}

const mapped = 0xffff_0000_0000n;
const isMapped = (value: bigint): boolean => value >> 32n === 0xffffn;

/** Source: Go's `net.ParseIP`: dotted decimal without leading zeros, or RFC 4291 text without a zone. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) {
    const value = parseV6(text);
    return value === undefined ? undefined : { value, isV4: isMapped(value) };
  }
  const value = parseV4(text);
  return value === undefined ? undefined : { value: value | mapped, isV4: true };
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map(groupsOf);
  if (before === undefined || (halves.length === 2 && after === undefined)) return undefined;
  const missing = 8 - before.length - (after?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: Math.max(0, missing) }, () => 0n), ...(after ?? [])];
  return groups.reduce((sum, group) => (sum << 16n) | group, 0n);
}

/** Sixteen bits each; the last may be an IPv4 address, which is two. */
function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    const v4 = at === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups.length > 8 ? undefined : groups;
}

/** Source: Go's `net.ParseCIDR`. Throws with its words. */
export function parseNetwork(text: string): Network {
  const fail = () => new BuiltinError(`invalid CIDR address: ${text}`);
  const slash = text.indexOf('/');
  const written = text.slice(0, slash);
  const address = slash < 0 ? undefined : parseAddress(written);
  const bits = text.slice(slash + 1);
  if (address === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(bits)) throw fail();
  // `::ffff:1.2.3.4/120` is a network of 128 bits, and prints as one of 32.
  const isShort = !written.includes(':');
  const prefix = Number(bits);
  if (prefix > (isShort ? 32 : 128)) throw fail();
  return networkOf(address.value, isShort ? prefix + 96 : prefix, isShort);
}

/** `fixed` of 128 bits. */
export function networkOf(value: bigint, fixed: number, isShort: boolean): Network {
  const rest = (1n << BigInt(128 - fixed)) - 1n;
  const first = value & ~rest;
  return { first, last: first | rest, prefix: isShort ? fixed - 96 : fixed, isV4: isShort };
}

/** Go compares addresses of the same family only; a mapped address is one of IPv4. */
export const contains = (network: Network, { value }: Pick<Address, 'value'>): boolean =>
  isV4(network) === isMapped(value) && value >= network.first && value <= network.last;

/** Whether it is a network of IPv4, however it is written. */
export const isV4 = ({ first, isV4: isWrittenV4 }: Network): boolean => isWrittenV4 || isMapped(first);

export function addressText(value: bigint): string {
  if (isMapped(value)) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  const groups = Array.from({ length: 8 }, (_one, at) => ((value >> BigInt(112 - at * 16)) & 0xffffn).toString(16));
  const run = longestZeros(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.at).join(':')}::${groups.slice(run.at + run.length).join(':')}`;
}

/** Source: RFC 5952, section 4.2: the longest run of zeros, the first of equal ones. */
function longestZeros(groups: readonly string[]): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === '0') length++;
    if (length > best.length) best = { at, length };
  }
  return best;
}

export const networkText = ({ first, prefix }: Network): string => `${addressText(first)}/${prefix}`;
