import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
  X509Certificate,
} from 'node:crypto';
import { type Json, parseJson, toJson } from '../values/json.ts';
import { BuiltinError } from './builtin.ts';

/** Algorithms of RFC 7518, section 3.1, and RFC 8037. */
export const algorithms: ReadonlySet<string> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
  'EdDSA',
]);

/** A key by which signatures are checked. */
export interface VerificationKey {
  /** Empty when the key does not say. */
  readonly alg: string;
  readonly kid: string;
  readonly key: KeyObject;
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A certificate or public key in PEM, or a JWK or a set of them. Throws `BuiltinError`. */
export function parseKeys(text: string): readonly VerificationKey[] {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[\s\S]*?-----END \1-----\r?\n?/.exec(text);
  if (block === null) return parseJwks(text).flatMap(toVerificationKey);
  if (block.index + block[0].length < text.length) throw new BuiltinError('extra data after a PEM certificate block');
  const [pem, type] = block;
  const read = (what: string, make: () => KeyObject): readonly VerificationKey[] => {
    try {
      return [{ alg: '', kid: '', key: make() }];
    } catch (error) {
      throw new BuiltinError(`failed to parse a PEM ${what}: ${message(error)}`);
    }
  };
  if (type === 'CERTIFICATE') return read('certificate', () => new X509Certificate(pem).publicKey);
  if (type === 'PUBLIC KEY') return read('public key', () => createPublicKey(pem));
  throw new BuiltinError('failed to extract a Key from the PEM certificate');
}

type Jwk = { readonly [name: string]: Json };

/** One JWK, or the `keys` of a set. */
function parseJwks(text: string): readonly Jwk[] {
  let parsed: Json;
  try {
    parsed = toJson(parseJson(text));
  } catch (error) {
    throw new BuiltinError(`failed to parse a JWK key (set): ${message(error)}`);
  }
  const isKey = (value: Json | undefined): value is Jwk =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isKey(parsed)) throw new BuiltinError('failed to parse a JWK key (set): it is no object');
  const keys = Array.isArray(parsed.keys) ? parsed.keys : [parsed];
  if (!keys.every(isKey)) throw new BuiltinError('failed to parse a JWK key (set): a key is no object');
  return keys;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function toVerificationKey(jwk: Jwk): readonly VerificationKey[] {
  const [alg, kid] = [text(jwk.alg), text(jwk.kid)];
  if (alg !== '' && !algorithms.has(alg)) return [];
  return [{ alg, kid, key: toKey(jwk, createPublicKey) }];
}

function toKey(jwk: Jwk, make: (input: { key: JsonWebKey; format: 'jwk' }) => KeyObject): KeyObject {
  try {
    if (jwk.kty === 'oct') return createSecretKey(Buffer.from(text(jwk.k), 'base64url'));
    return make({ key: jwk as JsonWebKey, format: 'jwk' }); // checked by node:crypto
  } catch (error) {
    throw new BuiltinError(`failed to parse a JWK key (set): ${message(error)}`);
  }
}

/** The first key of a JWK or a set, to sign with. */
export function signingKey(jwks: string): KeyObject {
  const [first] = parseJwks(jwks);
  if (first === undefined) throw new BuiltinError('no keys found in JWK set');
  return toKey(first, createPrivateKey);
}

const hashOf = (alg: string): string => `sha${alg.slice(2)}`;

/** Which keys an algorithm works with, and how. Undefined where they do not fit. */
function detailsOf(alg: string, key: KeyObject) {
  const family = alg.slice(0, 2);
  const type = key.asymmetricKeyType;
  if (family === 'RS' && type === 'rsa') return { hash: hashOf(alg), padding: constants.RSA_PKCS1_PADDING };
  if (family === 'PS' && type === 'rsa') return { hash: hashOf(alg), padding: constants.RSA_PKCS1_PSS_PADDING };
  if (family === 'ES' && type === 'ec') return { hash: hashOf(alg), dsaEncoding: 'ieee-p1363' as const };
  return family === 'Ed' && type === 'ed25519' ? { hash: null } : undefined;
}

/** Whether a signature is that of the text. A key that does not fit the algorithm has made none. Source: RFC 7515, section 5.2. */
export function isSigned(alg: string, key: KeyObject, signed: string, signature: Buffer): boolean {
  if (!algorithms.has(alg)) return false;
  if (alg.startsWith('HS')) {
    if (key.type !== 'secret') return false;
    const wanted = createHmac(hashOf(alg), key).update(signed).digest();
    return wanted.length === signature.length && timingSafeEqual(wanted, signature);
  }
  const details = detailsOf(alg, key);
  if (details === undefined) return false;
  const { hash, ...how } = details;
  const salt = alg.startsWith('PS') ? { saltLength: constants.RSA_PSS_SALTLEN_AUTO } : {};
  try {
    return verify(hash, Buffer.from(signed), { key, ...how, ...salt }, signature);
  } catch {
    return false;
  }
}

/** Signs a text. Throws `BuiltinError` where the key does not fit the algorithm. */
export function signText(alg: string, key: KeyObject, toSign: string): Buffer {
  if (alg.startsWith('HS')) {
    if (key.type !== 'secret') throw new BuiltinError(`${alg} needs a key of the kind oct`);
    return createHmac(hashOf(alg), key).update(toSign).digest();
  }
  const details = detailsOf(alg, key);
  if (details === undefined) throw new BuiltinError(`the key does not fit ${alg}`);
  const { hash, ...how } = details;
  const salt = alg.startsWith('PS') ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
  return sign(hash, Buffer.from(toSign), { key, ...how, ...salt });
}
