import { integerOf } from '../values/number.ts';
import { RegoObject } from '../values/object.ts';
import { valueText } from '../values/text.ts';
import type { Value } from '../values/value.ts';
import type { BuiltinContext } from './builtin.ts';
import { builtin, stringOperand } from './operands.ts';

/** Version 4, from the evaluation's own random numbers: the same words give the same one in one evaluation. Source: RFC 4122, section 4.4. */
function random(key: string, context: BuiltinContext): string {
  const name = `uuid.rfc4122:${key}`;
  const known = context.cache.get(name);
  if (typeof known === 'string') return known;
  const bytes = Array.from({ length: 16 }, () => Math.floor(context.random() * 256));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const made = Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  context.cache.set(name, made);
  return made;
}

/** The forms that are read: plain, `urn:uuid:`, in braces, and without hyphens. */
function bytesOf(text: string): Buffer | undefined {
  const plain = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i.exec(text);
  // Whatever stands first and last around 36 letters counts as braces.
  const braced = /^.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}).$/i.exec(text);
  const bare = /^([0-9a-f]{32})$/i.exec(text);
  const digits = (plain ?? braced ?? bare)?.[1];
  return digits === undefined ? undefined : Buffer.from(digits.replaceAll('-', ''), 'hex');
}

const domains = ['Person', 'Group', 'Org'];

function variantOf(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122';
  if ((byte & 0xe0) === 0xc0) return 'Microsoft';
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

function macVariables(byte: number): string {
  return `${(byte & 2) === 2 ? 'local' : 'global'}:${(byte & 1) === 1 ? 'multicast' : 'unicast'}`;
}

/** 100 ns between 15 October 1582 and the beginning of 1970. Source: RFC 4122, section 4.1.4. */
const epoch = 122192928000000000n;

function parse(text: string): Value | undefined {
  const bytes = bytesOf(text);
  if (bytes === undefined) return undefined;
  const version = (bytes[6] ?? 0) >> 4;
  const facts = new RegoObject().set('version', version).set('variant', variantOf(bytes[8] ?? 0));
  if (version !== 1 && version !== 2) return facts;
  const low = BigInt(bytes.readUInt32BE(0));
  const ticks = low | (BigInt(bytes.readUInt16BE(4)) << 32n) | (BigInt(bytes.readUInt16BE(6) & 0x0fff) << 48n);
  const node = bytes.subarray(10);
  facts.set('time', integerOf((ticks - epoch) * 100n));
  facts.set('nodeid', [...node].map((byte) => byte.toString(16).padStart(2, '0')).join('-'));
  facts.set('macvariables', macVariables(node[0] ?? 0));
  facts.set('clocksequence', bytes.readUInt16BE(8) & 0x3fff);
  if (version === 2) {
    const domain = bytes[9] ?? 0;
    facts.set('id', Number(low)).set('domain', domains[domain] ?? `Domain${domain}`);
  }
  return facts;
}

/** UUIDs. */
export const builtins = [
  builtin('uuid.rfc4122', ([key = null], context) => random(valueText(key), context)),
  builtin('uuid.parse', (args) => parse(stringOperand(args, 1))),
];
