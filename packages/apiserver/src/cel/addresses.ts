import { isIP, isIPv4 } from 'node:net';
import { CelError, type Opaque, type Value } from './values.ts';

/** Whether a text is an address as CEL takes it: no zone, no IPv4 inside IPv6. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && !/^::ffff:/i.test(text);
}

function bytesOf(text: string): number[] {
  if (isIPv4(text)) return text.split('.').map(Number);
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain =
    dotted === null ? text : `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}`;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...right];
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function hexPair(a: string | undefined, b: string | undefined): string {
  return ((Number(a) << 8) | Number(b)).toString(16);
}

/** An IP address. */
export class Address implements Opaque {
  readonly is = 'opaque';
  readonly type = 'IP';
  readonly text: string;
  readonly bytes: readonly number[];

  constructor(text: string) {
    this.bytes = bytesOf(text);
    // The URL parser writes an address in its canonical form.
    this.text = isIPv4(text) ? text : new URL(`http://[${text}]`).hostname.slice(1, -1);
  }

  equals(other: Opaque): boolean {
    return other instanceof Address && other.text === this.text;
  }

  isIn(...ranges: readonly string[]): boolean {
    return ranges.some((range) => cidrOf(range).contains(this));
  }

  isGlobalUnicast(): boolean {
    return !this.isIn(
      '0.0.0.0/32',
      '::/128',
      '127.0.0.0/8',
      '::1/128',
      '224.0.0.0/4',
      'ff00::/8',
      '169.254.0.0/16',
      'fe80::/10',
      '255.255.255.255/32',
    );
  }
}

/** A range of addresses. */
export class Cidr implements Opaque {
  readonly is = 'opaque';
  readonly type = 'CIDR';
  readonly address: Address;
  readonly bits: number;

  constructor(address: Address, bits: number) {
    this.address = address;
    this.bits = bits;
  }

  get text(): string {
    return `${this.address.text}/${this.bits}`;
  }

  equals(other: Opaque): boolean {
    return other instanceof Cidr && other.text === this.text;
  }

  contains(address: Address): boolean {
    if (address.bytes.length !== this.address.bytes.length) return false;
    for (let bit = 0; bit < this.bits; bit += 1) if (bitAt(address, bit) !== bitAt(this.address, bit)) return false;
    return true;
  }

  covers(other: Cidr): boolean {
    return other.bits >= this.bits && this.contains(other.address);
  }

  masked(): Cidr {
    const bytes = this.address.bytes.map((byte, index) => {
      const keep = Math.max(0, Math.min(8, this.bits - index * 8));
      return byte & (0xff << (8 - keep)) & 0xff;
    });
    if (bytes.length === 4) return new Cidr(new Address(bytes.join('.')), this.bits);
    const groups = Array.from({ length: 8 }, (_, i) =>
      (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16),
    );
    return new Cidr(new Address(groups.join(':')), this.bits);
  }
}

function bitAt(address: Address, bit: number): number {
  return ((address.bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
}

function readCidr(text: string): Cidr | undefined {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !isAddress(address) || !/^(0|[1-9]\d{0,2})$/.test(bits)) return undefined;
  return Number(bits) <= (isIPv4(address) ? 32 : 128) ? new Cidr(new Address(address), Number(bits)) : undefined;
}

export function isCidrText(text: string): boolean {
  return readCidr(text) !== undefined;
}

/** An address out of a text or a value that is one; throws CelError. */
export function addressOf(value: Value | undefined): Address {
  if (value instanceof Address) return value;
  if (typeof value !== 'string' || !isAddress(value)) {
    throw new CelError(`IP Address ${JSON.stringify(String(value))} parse error during conversion from string`);
  }
  return new Address(value);
}

/** A range out of a text or a value that is one; throws CelError. */
export function cidrOf(value: Value | undefined): Cidr {
  if (value instanceof Cidr) return value;
  const found = typeof value === 'string' ? readCidr(value) : undefined;
  if (found === undefined)
    throw new CelError(`network address parse error during conversion from string: ${String(value)}`);
  return found;
}
