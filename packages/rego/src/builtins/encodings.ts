import { entriesOf } from '../values/access.ts';
import { jsonName } from '../values/json.ts';
import { compareStrings } from '../values/key.ts';
import { RegoObject } from '../values/object.ts';
import { isArray, isSet, type Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError, succeeds } from './builtin.ts';
import { decodePlus, encodeQuery } from './go-url.ts';
import { builtin, objectOperand, operandProblem, stringOperand } from './operands.ts';

const bytesOf = (text: string): Buffer => Buffer.from(text.toWellFormed(), 'utf8');
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/** Strict base64 as Go decodes it: padded, line ends passed over. Source: RFC 4648, sections 4 and 5. */
export function decodeBase64(text: string, letters: 'standard' | 'url'): Buffer {
  const plain = text.replace(/[\r\n]/g, '');
  const alphabet = letters === 'standard' ? 'A-Za-z0-9+/' : 'A-Za-z0-9_-';
  const whole = new RegExp(`^(?:[${alphabet}]{4})*(?:[${alphabet}]{2}==|[${alphabet}]{3}=)?$`);
  if (!whole.test(plain)) {
    const good = new RegExp(`^[${alphabet}]*`).exec(plain)?.[0].length ?? 0;
    const at = good === plain.length ? plain.length - (plain.length % 4) : good;
    throw new BuiltinError(`illegal base64 data at input byte ${at}`);
  }
  return Buffer.from(plain, letters === 'standard' ? 'base64' : 'base64url');
}

/** Padded or not. */
export function decodeBase64Url(text: string): Buffer {
  if (text.endsWith('=')) return decodeBase64(text, 'url');
  const missing = bytesOf(text).length % 4;
  if (missing === 1) throw new BuiltinError(`illegal base64url string: ${text}`);
  return decodeBase64(text + '='.repeat((4 - missing) % 4), 'url');
}

function decodeHex(text: string): Buffer {
  const bad = /[^0-9a-fA-F]/u.exec(text);
  if (bad !== null) {
    const letter = bad[0].codePointAt(0) ?? 0;
    const shown = `U+${letter.toString(16).toUpperCase().padStart(4, '0')}`;
    throw new BuiltinError(
      `encoding/hex: invalid byte: ${shown}${letter > 0x20 && letter < 0x7f ? ` '${bad[0]}'` : ''}`,
    );
  }
  if (text.length % 2 === 1) throw new BuiltinError('encoding/hex: odd length hex string');
  return Buffer.from(text, 'hex');
}

function encodeObject(args: readonly Value[]): string {
  const pairs: [string, string][] = [];
  for (const [key, value] of entriesOf(objectOperand(args, 1))) {
    const values = isArray(value) ? value : isSet(value) ? value.sorted : [value];
    for (const one of values) {
      if (typeof one !== 'string') throw operandProblem(1, 'values must be string, array[string], or set[string]');
      pairs.push([jsonName(key), one]);
    }
  }
  // A stable sort: values of one key stay in their order.
  pairs.sort(([a], [b]) => compareStrings(a, b));
  return pairs.map(([key, value]) => `${encodeQuery(key)}=${encodeQuery(value)}`).join('&');
}

function decodeObject(text: string): Value {
  const found = new Map<string, string[]>();
  for (const part of text.split('&')) {
    if (part.includes(';')) throw new BuiltinError('invalid semicolon separator in query');
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [key, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    const name = decodePlus(key);
    const values = found.get(name) ?? [];
    values.push(decodePlus(value));
    found.set(name, values);
  }
  return RegoObject.of(found);
}

function text(name: string, run: (text: string, context: BuiltinContext) => Value | undefined) {
  return builtin(name, (args, context) => {
    const value = stringOperand(args, 1);
    context.reserve(value.length * 3);
    return run(value, context);
  });
}

function isValid(name: string, run: (text: string) => unknown) {
  return builtin(name, ([value = null]) => typeof value === 'string' && succeeds(() => run(value)));
}

/** Base64, hexadecimal digits and query strings. Bytes that are no UTF-8 become U+FFFD: a string of Rego is text. */
export const builtins = [
  text('base64.encode', (value) => bytesOf(value).toString('base64')),
  text('base64.decode', (value) => textOf(decodeBase64(value, 'standard'))),
  isValid('base64.is_valid', (value) => decodeBase64(value, 'standard')),
  text('base64url.encode', (value) => bytesOf(value).toString('base64').replaceAll('+', '-').replaceAll('/', '_')),
  text('base64url.encode_no_pad', (value) => bytesOf(value).toString('base64url')),
  text('base64url.decode', (value) => textOf(decodeBase64Url(value))),
  text('hex.encode', (value) => bytesOf(value).toString('hex')),
  text('hex.decode', (value) => textOf(decodeHex(value))),
  text('urlquery.encode', encodeQuery),
  text('urlquery.decode', decodePlus),
  builtin('urlquery.encode_object', encodeObject),
  text('urlquery.decode_object', decodeObject),
];
