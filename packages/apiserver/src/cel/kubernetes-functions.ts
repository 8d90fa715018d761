import { isIPv4 } from 'node:net';
import { RE2JS } from 're2js';
import { hasFormat } from '../schema/formats.ts';
import { addressOf, cidrOf, isAddress, isCidrText } from './addresses.ts';
import { FunctionTable, itemCost, textCost } from './functions.ts';
import { isQuantity, type Quantity, quantity, quantityOf } from './quantity.ts';
import { compare } from './standard-functions.ts';
import { CelError, type CelList, equal, itemsOf, list, type Opaque, Optional, type Value } from './values.ts';

/** What Kubernetes adds to CEL: lists, regex, URLs, quantities, addresses, formats, sets, strings, optionals. */
export const kubernetes = new FunctionTable();

const str = (v: Value | undefined): string => (typeof v === 'string' ? v : wrong());
const int = (v: Value | undefined): number => (typeof v === 'bigint' ? Number(v) : wrong());
const lst = (v: Value | undefined): CelList =>
  typeof v === 'object' && v !== null && 'is' in v && v.is === 'list' ? v : wrong();
const opt = (v: Value | undefined): Optional => (v instanceof Optional ? v : wrong());
const qty = (v: Value | undefined): Quantity => quantityOf(v) ?? wrong();

function wrong(): never {
  throw new CelError('no such overload');
}

// Lists.
const sortable = ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'timestamp', 'duration'];
for (const type of sortable) {
  kubernetes.method(
    `list(${type})`,
    'isSorted(): bool',
    (a) => {
      const items = itemsOf(lst(a));
      return items.every((item, i) => i === 0 || compare(items[i - 1] ?? null, item) <= 0);
    },
    itemCost,
  );
  kubernetes.method(`list(${type})`, `min(): ${type}`, (a) => extreme(lst(a), 'min', -1), itemCost);
  kubernetes.method(`list(${type})`, `max(): ${type}`, (a) => extreme(lst(a), 'max', 1), itemCost);
}
function extreme(items: CelList, name: string, sign: number): Value {
  if (items.length === 0) throw new CelError(`${name} called on empty list`);
  return itemsOf(items).reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}
kubernetes.method(
  'list(int)',
  'sum(): int',
  (a) => itemsOf(lst(a)).reduce<bigint>((s, v) => s + (typeof v === 'bigint' ? v : wrong()), 0n),
  itemCost,
);
kubernetes.method(
  'list(double)',
  'sum(): double',
  (a) => itemsOf(lst(a)).reduce<number>((s, v) => s + (typeof v === 'number' ? v : wrong()), 0),
  itemCost,
);
kubernetes.method(
  'list(A)',
  'indexOf(A): int',
  (a, b = null) => BigInt(itemsOf(lst(a)).findIndex((v) => equal(v, b))),
  itemCost,
);
kubernetes.method(
  'list(A)',
  'lastIndexOf(A): int',
  (a, b = null) => BigInt(itemsOf(lst(a)).findLastIndex((v) => equal(v, b))),
  itemCost,
);

// Strings (the `strings` extension, version 2 and later).
const chars = (v: Value | undefined): string[] => [...str(v)];
function inside(index: number, length: number): number {
  if (index < 0 || index > length) throw new CelError(`index out of range: ${index}`);
  return index;
}
kubernetes.method('string', 'charAt(int): string', (a, i) => chars(a)[inside(int(i), chars(a).length)] ?? '');
kubernetes.method('string', 'indexOf(string): int', (a, b) => BigInt(indexOf(str(a), str(b), 0)), textCost);
kubernetes.method(
  'string',
  'indexOf(string, int): int',
  (a, b, from) => BigInt(indexOf(str(a), str(b), inside(int(from), chars(a).length))),
  textCost,
);
kubernetes.method('string', 'lastIndexOf(string): int', (a, b) => BigInt(lastIndexOf(str(a), str(b))), textCost);
kubernetes.method(
  'string',
  'lowerAscii(): string',
  (a) => str(a).replaceAll(/[A-Z]/g, (c) => c.toLowerCase()),
  textCost,
);
kubernetes.method(
  'string',
  'upperAscii(): string',
  (a) => str(a).replaceAll(/[a-z]/g, (c) => c.toUpperCase()),
  textCost,
);
kubernetes.method(
  'string',
  'replace(string, string): string',
  (a, b, c) => str(a).replaceAll(str(b), () => str(c)),
  textCost,
);
kubernetes.method(
  'string',
  'replace(string, string, int): string',
  (a, b, c, n) => replaceSome(str(a), str(b), str(c), int(n)),
  textCost,
);
kubernetes.method('string', 'split(string): list(string)', (a, b) => list(split(str(a), str(b), -1)), textCost);
kubernetes.method(
  'string',
  'split(string, int): list(string)',
  (a, b, n) => list(split(str(a), str(b), int(n))),
  textCost,
);
kubernetes.method(
  'string',
  'substring(int): string',
  (a, from) =>
    chars(a)
      .slice(inside(int(from), chars(a).length))
      .join(''),
  textCost,
);
kubernetes.method(
  'string',
  'substring(int, int): string',
  (a, from, to) => {
    const [start, end] = [inside(int(from), chars(a).length), inside(int(to), chars(a).length)];
    if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
    return chars(a).slice(start, end).join('');
  },
  textCost,
);
kubernetes.method('string', 'trim(): string', (a) => str(a).trim(), textCost);
kubernetes.method('string', 'reverse(): string', (a) => chars(a).reverse().join(''), textCost);
kubernetes.method('list(string)', 'join(): string', (a) => itemsOf(lst(a)).map(str).join(''), itemCost);
kubernetes.method('list(string)', 'join(string): string', (a, b) => itemsOf(lst(a)).map(str).join(str(b)), itemCost);
kubernetes.fn('strings.quote(string): string', (a) => JSON.stringify(str(a)), textCost);

function indexOf(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, [...text].slice(0, from).join('').length);
  return at < 0 ? -1 : [...text.slice(0, at)].length;
}
function lastIndexOf(text: string, wanted: string): number {
  const at = text.lastIndexOf(wanted);
  return at < 0 ? -1 : [...text.slice(0, at)].length;
}
function replaceSome(text: string, from: string, to: string, count: number): string {
  if (count < 0) return text.replaceAll(from, () => to);
  let left = count;
  return text.replaceAll(from, (found) => (left-- > 0 ? to : found));
}
function split(text: string, by: string, limit: number): string[] {
  if (limit === 0) return [];
  const parts = by === '' ? [...text] : text.split(by);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(by)];
}

// Regular expressions.
function compiled(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new CelError(`Illegal regex: ${error instanceof Error ? error.message : String(error)}`);
  }
}
function findAll(text: string, source: string, limit: number): Value {
  const matcher = compiled(source).matcher(text);
  const out: string[] = [];
  while ((limit < 0 || out.length < limit) && matcher.find()) out.push(matcher.group() ?? '');
  return list(out);
}
kubernetes.method(
  'string',
  'find(string): string',
  (a, b) => {
    const matcher = compiled(str(b)).matcher(str(a));
    return matcher.find() ? (matcher.group() ?? '') : '';
  },
  textCost,
);
kubernetes.method('string', 'findAll(string): list(string)', (a, b) => findAll(str(a), str(b), -1), textCost);
kubernetes.method(
  'string',
  'findAll(string, int): list(string)',
  (a, b, n) => findAll(str(a), str(b), int(n)),
  textCost,
);

// URLs.
interface UrlValue extends Opaque {
  readonly url: URL;
  readonly path: string;
}
function urlOf(text: string): UrlValue | undefined {
  const isPath = text.startsWith('/');
  if (/[\s]/.test(text) || (!isPath && !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text))) return undefined;
  const source = isPath ? `none://${text}` : text;
  if (!URL.canParse(source)) return undefined;
  const url = new URL(source);
  const path = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?:\/\/[^/?#]*)?([^?#]*)/.exec(text)?.[1] ?? '';
  return {
    is: 'opaque',
    type: 'URL',
    url,
    path,
    equals: (o) => 'url' in o && o.url instanceof URL && o.url.href === url.href,
  };
}
const asUrl = (v: Value | undefined): UrlValue => {
  if (
    typeof v === 'object' &&
    v !== null &&
    'url' in v &&
    v.url instanceof URL &&
    'path' in v &&
    typeof v.path === 'string'
  )
    return v as UrlValue; // its members were just seen
  return wrong();
};
const schemeOf = (v: UrlValue) => (v.url.protocol === 'none:' ? '' : v.url.protocol.slice(0, -1));
kubernetes.fn(
  'url(string): URL',
  (a) => {
    const found = urlOf(str(a));
    if (found === undefined)
      throw new CelError(
        `URL parse error during conversion from string: parse ${JSON.stringify(str(a))}: invalid URI for request`,
      );
    return found;
  },
  textCost,
);
kubernetes.fn('isURL(string): bool', (a) => urlOf(str(a)) !== undefined, textCost);
kubernetes.method('URL', 'getScheme(): string', (a) => schemeOf(asUrl(a)));
kubernetes.method('URL', 'getHost(): string', (a) => asUrl(a).url.host);
kubernetes.method('URL', 'getHostname(): string', (a) => asUrl(a).url.hostname.replace(/^\[|\]$/g, ''));
kubernetes.method('URL', 'getPort(): string', (a) => asUrl(a).url.port);
kubernetes.method('URL', 'getEscapedPath(): string', (a) => asUrl(a).path);

// Quantities.
kubernetes.fn('quantity(string): Quantity', (a) => quantity(str(a)));
kubernetes.fn('isQuantity(string): bool', (a) => isQuantity(str(a)));
kubernetes.method('Quantity', 'sign(): int', (a) => BigInt(qty(a).sign()));
kubernetes.method('Quantity', 'isInteger(): bool', (a) => qty(a).isInteger());
kubernetes.method('Quantity', 'asInteger(): int', (a) => qty(a).asInteger());
kubernetes.method('Quantity', 'asApproximateFloat(): double', (a) => qty(a).asFloat());
kubernetes.method('Quantity', 'isGreaterThan(Quantity): bool', (a, b) => qty(a).compare(qty(b)) > 0);
kubernetes.method('Quantity', 'isLessThan(Quantity): bool', (a, b) => qty(a).compare(qty(b)) < 0);
kubernetes.method('Quantity', 'compareTo(Quantity): int', (a, b) => BigInt(qty(a).compare(qty(b))));
kubernetes.method('Quantity', 'add(Quantity): Quantity', (a, b) => qty(a).plus(qty(b), 1n));
kubernetes.method('Quantity', 'sub(Quantity): Quantity', (a, b) => qty(a).plus(qty(b), -1n));
kubernetes.method('Quantity', 'add(int): Quantity', (a, b) => qty(a).plus(quantity(String(b)), 1n));
kubernetes.method('Quantity', 'sub(int): Quantity', (a, b) => qty(a).plus(quantity(String(b)), -1n));

// Addresses.
kubernetes.fn('ip(string): IP', (a) => addressOf(str(a)));
kubernetes.fn('isIP(string): bool', (a) => isAddress(str(a)));
kubernetes.fn('ip.isCanonical(string): bool', (a) => addressOf(str(a)).text === str(a));
kubernetes.fn('string(IP): string', (a) => addressOf(a).text);
kubernetes.method('IP', 'family(): int', (a) => (isIPv4(addressOf(a).text) ? 4n : 6n));
kubernetes.method('IP', 'isUnspecified(): bool', (a) => addressOf(a).isIn('0.0.0.0/32', '::/128'));
kubernetes.method('IP', 'isLoopback(): bool', (a) => addressOf(a).isIn('127.0.0.0/8', '::1/128'));
kubernetes.method('IP', 'isLinkLocalMulticast(): bool', (a) => addressOf(a).isIn('224.0.0.0/24', 'ff02::/16'));
kubernetes.method('IP', 'isLinkLocalUnicast(): bool', (a) => addressOf(a).isIn('169.254.0.0/16', 'fe80::/10'));
kubernetes.method('IP', 'isGlobalUnicast(): bool', (a) => addressOf(a).isGlobalUnicast());
kubernetes.fn('cidr(string): CIDR', (a) => cidrOf(str(a)));
kubernetes.fn('isCIDR(string): bool', (a) => isCidrText(str(a)));
kubernetes.fn('string(CIDR): string', (a) => cidrOf(a).text);
kubernetes.method('CIDR', 'containsIP(string): bool', (a, b) => cidrOf(a).contains(addressOf(str(b))));
kubernetes.method('CIDR', 'containsIP(IP): bool', (a, b) => cidrOf(a).contains(addressOf(b)));
kubernetes.method('CIDR', 'containsCIDR(string): bool', (a, b) => cidrOf(a).covers(cidrOf(str(b))));
kubernetes.method('CIDR', 'containsCIDR(CIDR): bool', (a, b) => cidrOf(a).covers(cidrOf(b)));
kubernetes.method('CIDR', 'ip(): IP', (a) => cidrOf(a).address);
kubernetes.method('CIDR', 'masked(): CIDR', (a) => cidrOf(a).masked());
kubernetes.method('CIDR', 'prefixLength(): int', (a) => BigInt(cidrOf(a).bits));

// Sets.
const holds = (all: Value[], one: Value) => all.some((v) => equal(v, one));
kubernetes.fn(
  'sets.contains(list(A), list(A)): bool',
  (a, b) => itemsOf(lst(b)).every((v) => holds(itemsOf(lst(a)), v)),
  itemCost,
);
kubernetes.fn(
  'sets.intersects(list(A), list(A)): bool',
  (a, b) => itemsOf(lst(b)).some((v) => holds(itemsOf(lst(a)), v)),
  itemCost,
);
kubernetes.fn(
  'sets.equivalent(list(A), list(A)): bool',
  (a, b) => {
    const [x, y] = [itemsOf(lst(a)), itemsOf(lst(b))];
    return x.every((v) => holds(y, v)) && y.every((v) => holds(x, v));
  },
  itemCost,
);

// Optionals.
kubernetes.fn('optional.of(A): optional(A)', (a) => new Optional(a));
kubernetes.fn('optional.none(): optional(A)', () => new Optional(undefined));
kubernetes.fn('optional.ofNonZeroValue(A): optional(A)', (a = null) => new Optional(isZero(a) ? undefined : a));
kubernetes.method('optional(A)', 'hasValue(): bool', (a) => opt(a).value !== undefined);
kubernetes.method('optional(A)', 'value(): A', (a) => {
  const { value } = opt(a);
  if (value === undefined) throw new CelError('optional.none() dereference');
  return value;
});
kubernetes.method('optional(A)', 'orValue(A): A', (a, b = null) => opt(a).value ?? b);
kubernetes.method('optional(A)', 'or(optional(A)): optional(A)', (a, b = null) =>
  opt(a).value === undefined ? b : opt(a),
);

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (typeof value !== 'object' || !('is' in value)) return false;
  return (value.is === 'list' && value.length === 0) || (value.is === 'map' && value.size === 0);
}

// Named formats.
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  dns1123Label: (t) => hasFormat('k8s-short-name', t),
  dns1123Subdomain: (t) => hasFormat('k8s-long-name', t),
  dns1035Label: (t) => t.length <= 63 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(t),
  qualifiedName: (t) => /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/.test(t),
  labelValue: (t) => t === '' || /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/.test(t),
  uri: (t) => hasFormat('uri', t),
  uuid: (t) => hasFormat('uuid', t),
  byte: (t) => hasFormat('byte', t),
  date: (t) => hasFormat('date', t),
  datetime: (t) => hasFormat('datetime', t),
};
function named(name: string): Value {
  const test = formats[name];
  if (test === undefined) return new Optional(undefined);
  const format: Opaque & { test: typeof test } = {
    is: 'opaque',
    type: 'NamedFormat',
    test,
    equals: (o) => o === format,
  };
  return new Optional(format);
}
kubernetes.fn('format.named(string): optional(NamedFormat)', (a) => named(str(a)));
for (const name of Object.keys(formats)) {
  kubernetes.fn(`format.${name}(): NamedFormat`, () => opt(named(name)).value ?? wrong());
}
kubernetes.method('NamedFormat', 'validate(string): optional(list(string))', (a, b) => {
  const ok =
    typeof a === 'object' && a !== null && 'test' in a && typeof a.test === 'function' && a.test(str(b)) === true;
  return new Optional(ok ? undefined : list(['does not have the format']));
});
