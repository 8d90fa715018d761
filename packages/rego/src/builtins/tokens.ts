import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { entriesOf, getKey } from '../values/access.ts';
import { jsonText, parseJson } from '../values/json.ts';
import { compareNumbers, numberOf, numberText, toFloat } from '../values/number.ts';
import { RegoObject } from '../values/object.ts';
import { isArray, isNumber, isObject, type ObjectValue, type Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError } from './builtin.ts';
import { decodeBase64Url } from './encodings.ts';
import { algorithms, isSigned, parseKeys, signingKey, signText, type VerificationKey } from './jws.ts';
import { builtin, objectOperand, stringOperand } from './operands.ts';

/** The three parts of a token, and its header read. Source: RFC 7515, section 3.1. */
interface Token {
  readonly signed: string;
  readonly payload: string;
  readonly signature: string;
  readonly header: ObjectValue;
}

/** The parts alone: the header is read later, where the order of complaints is told by it. */
function splitToken(text: string): readonly [header: string, payload: string, signature: string] {
  if (!text.includes('.')) throw new BuiltinError('encoded JWT had no period separators');
  const [header = '', payload = '', signature = '', ...more] = text.split('.');
  const count = text.split('.').length;
  if (more.length > 0 || count !== 3) throw new BuiltinError(`encoded JWT must have 3 sections, found ${count}`);
  return [header, payload, signature];
}

function rethrow<T>(before: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof BuiltinError ? new BuiltinError(`${before}: ${error.message}`) : error;
  }
}

const decodeText = (part: string): string => decodeBase64Url(part).toString('utf8');

function parseObject(text: string): ObjectValue {
  let parsed: Value;
  try {
    parsed = parseJson(text);
  } catch (error) {
    throw new BuiltinError(`invalid JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(parsed)) throw new BuiltinError('decoded JSON type was not an Object');
  return parsed;
}

function readToken(text: string): Token {
  const [header, payload, signature] = splitToken(text);
  const headerText = rethrow('JWT header had invalid encoding', () => decodeText(header));
  const read = rethrow('bad JWT header', () => parseObject(headerText));
  if (getKey(read, 'enc') !== undefined) throw new BuiltinError('JWT is a JWE object, which is not supported');
  return { signed: `${header}.${payload}`, payload, signature, header: read };
}

/** Header, payload and the signature in hexadecimal digits. A token within a token is opened. */
function decode(text: string): Value {
  const token = readToken(text);
  const payload = rethrow('JWT payload had invalid encoding', () => decodeText(token.payload));
  if (getKey(token.header, 'cty') === 'JWT') return decode(payload.replace(/^["']+|["']+$/g, ''));
  const claims = parseObject(payload);
  const signature = rethrow('JWT signature had invalid encoding', () => decodeBase64Url(token.signature));
  return [token.header, claims, signature.toString('hex')];
}

/** What is looked at in a header. Source: RFC 7515, section 4.1. */
interface Header {
  readonly alg: string;
  readonly kid: string;
  readonly cty: string;
  readonly isUnderstood: boolean;
}

const known = new Set(['alg', 'kid', 'typ', 'cty', 'crit']);

function readHeader(header: ObjectValue): Header {
  const text = (name: string): string => {
    const value = getKey(header, name);
    if (value === undefined) return '';
    if (typeof value !== 'string') throw new BuiltinError(`${name}: must be a string`);
    return value;
  };
  const critical = getKey(header, 'crit') ?? [];
  if (!isArray(critical)) throw new BuiltinError('crit: must be a list');
  const names = new Set(critical.filter((one) => typeof one === 'string'));
  if (getKey(header, 'crit') !== undefined && names.size === 0) throw new BuiltinError('crit: must be a nonempty list');
  const unknown = [...entriesOf(header)].map(([name]) => name).filter((name) => !known.has(String(name)));
  text('typ');
  const alg = text('alg');
  const isUnderstood = alg !== '' && !unknown.some((name) => typeof name === 'string' && names.has(name));
  return { alg, kid: text('kid'), cty: text('cty'), isUnderstood };
}

/** The key of the same id where there is one, else each that does not name another algorithm. */
function isVerified(
  keys: readonly VerificationKey[],
  alg: string,
  header: Header,
  signed: string,
  signature: Buffer,
): boolean {
  const named = header.kid === '' ? undefined : keys.find(({ kid }) => kid === header.kid);
  if (named !== undefined) return isSigned(alg, named.key, signed, signature);
  return keys.some((one) => (one.alg === '' || one.alg === header.alg) && isSigned(alg, one.key, signed, signature));
}

const verifyWith = (alg: string) =>
  builtin(`io.jwt.verify_${alg.toLowerCase()}`, (args) => {
    const text = stringOperand(args, 1);
    splitToken(text);
    const keys = parseKeys(stringOperand(args, 2));
    const [, , part] = splitToken(text);
    const signature = decodeBase64Url(part);
    const token = readToken(text);
    return isVerified(keys, alg, readHeader(token.header), token.signed, signature);
  });

const verifyShared = (alg: string) =>
  builtin(`io.jwt.verify_${alg.toLowerCase()}`, (args) => {
    const [text, secret] = [stringOperand(args, 1), stringOperand(args, 2)];
    const [header, payload, part] = splitToken(text);
    const wanted = createHmac(`sha${alg.slice(2)}`, secret)
      .update(`${header}.${payload}`)
      .digest();
    const signature = decodeBase64Url(part);
    return wanted.length === signature.length && timingSafeEqual(wanted, signature);
  });

interface Constraints {
  readonly keys: readonly VerificationKey[];
  readonly alg: string;
  readonly iss: string;
  readonly aud: string;
  /** Nanoseconds. */
  readonly time: number;
}

function readConstraints(object: ObjectValue, context: BuiltinContext): Constraints {
  const texts = new Map<string, string>();
  let keys: readonly VerificationKey[] | undefined;
  let time = Number(context.now);
  for (const [name, value] of entriesOf(object)) {
    if (name === 'time') {
      if (!isNumber(value)) throw new BuiltinError('token time constraint: must be a number');
      time = toFloat(value);
      if (time < 0) throw new BuiltinError('token time constraint: must not be negative');
    } else if (name === 'cert' || name === 'secret' || name === 'alg' || name === 'iss' || name === 'aud') {
      if (typeof value !== 'string') throw new BuiltinError(`${name} constraint: must be a string`);
      texts.set(name, value);
      if (name === 'cert') keys = parseKeys(value);
    } else throw new BuiltinError(`unknown token validation constraint: ${String(name)}`);
  }
  const text = (name: string): string => texts.get(name) ?? '';
  if (keys !== undefined && text('secret') !== '') throw new BuiltinError('duplicate key constraints');
  if (keys === undefined && text('secret') === '') throw new BuiltinError('no key constraint');
  const shared = { alg: '', kid: '', key: createSecretKey(Buffer.from(text('secret'))) };
  return { keys: keys ?? [shared], alg: text('alg'), iss: text('iss'), aud: text('aud'), time };
}

/** Opens and checks a token, and what lies in it, until one that holds claims. Undefined when a signature or a header is not as it must be. */
function openVerified(
  text: string,
  constraints: Constraints,
): { header: ObjectValue; claims: ObjectValue } | undefined {
  for (let rest = text; ; ) {
    const token = readToken(rest);
    const header = readHeader(token.header);
    if (!header.isUnderstood || (constraints.alg !== '' && constraints.alg !== header.alg)) return undefined;
    const signature = decodeBase64Url(token.signature);
    if (!isVerified(constraints.keys, header.alg, header, token.signed, signature)) return undefined;
    const payload = rethrow('JWT payload had invalid encoding', () => decodeText(token.payload));
    if (header.cty.toUpperCase() !== 'JWT') return { header: token.header, claims: parseObject(payload) };
    rest = payload;
  }
}

/** Source: RFC 7519, sections 4.1.1 and 4.1.3 to 4.1.5. */
function meets(claims: ObjectValue, { iss, aud, time }: Constraints): boolean {
  if (iss !== '' && getKey(claims, 'iss') !== iss) return false;
  const audience = getKey(claims, 'aud');
  if (audience === undefined ? aud !== '' : !(audience === aud || (isArray(audience) && audience.includes(aud))))
    return false;
  // Expiry is compared in seconds, as Go prints a number of 64 bits.
  const seconds = numberOf(numberText(time / 1e9));
  const at = (name: string) => {
    const value = getKey(claims, name);
    if (value !== undefined && !isNumber(value)) throw new BuiltinError(`${name} value must be a number`);
    return value;
  };
  const [expires, begins] = [at('exp'), at('nbf')];
  if (expires !== undefined && compareNumbers(seconds, expires) >= 0) return false;
  return begins === undefined || compareNumbers(seconds, begins) >= 0;
}

function decodeVerify(args: readonly Value[], context: BuiltinContext): Value {
  const unverified = [false, new RegoObject(), new RegoObject()];
  const constraints = readConstraints(objectOperand(args, 2), context);
  const opened = openVerified(stringOperand(args, 1), constraints);
  if (opened === undefined || !meets(opened.claims, constraints)) return unverified;
  return [true, opened.header, opened.claims];
}

/** Signs header and payload as they are written. Source: RFC 7515, section 5.1. */
function encodeSign(headerText: string, payload: string, jwk: string): string {
  const key = signingKey(jwk);
  const wrong = (why: string) => new BuiltinError(`missing or invalid 'alg' header: ${why}`);
  if (headerText.trim() === '') throw wrong('cannot parse JSON: cannot parse empty string');
  let header: Value;
  try {
    // A lone number, however odd, is a header without members.
    header = /^[-+.eE\d]+$/.test(headerText.trim()) ? null : parseJson(headerText);
  } catch (error) {
    throw wrong(`cannot parse JSON: ${error instanceof Error ? error.message : error}`);
  }
  const member = (name: string) => (isObject(header) ? getKey(header, name) : undefined);
  const alg = member('alg');
  if (typeof alg !== 'string') throw wrong('jwsbb: header "alg" not found');
  if (!algorithms.has(alg)) throw new BuiltinError(`unknown JWS algorithm: ${alg}`);
  const type = member('typ');
  if ((typeof type !== 'string' || type === 'JWT') && !isJson(payload))
    throw new BuiltinError('type is JWT but payload is not JSON');
  const signed = [headerText, payload].map((part) => Buffer.from(part.toWellFormed()).toString('base64url')).join('.');
  return `${signed}.${signText(alg, key, signed).toString('base64url')}`;
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** JSON Web Tokens. */
export const builtins = [
  builtin('io.jwt.decode', (args) => decode(stringOperand(args, 1))),
  ...asymmetric.map(verifyWith),
  ...['HS256', 'HS384', 'HS512'].map(verifyShared),
  builtin('io.jwt.decode_verify', decodeVerify),
  builtin('io.jwt.encode_sign', ([header = null, payload = null, key = null]) =>
    encodeSign(jsonText(header, true), jsonText(payload, true), jsonText(key, true)),
  ),
  builtin('io.jwt.encode_sign_raw', (args) => {
    const key = stringOperand(args, 3);
    return encodeSign(stringOperand(args, 1), stringOperand(args, 2), key);
  }),
];
