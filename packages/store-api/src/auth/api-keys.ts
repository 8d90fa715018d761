import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { findKey, insertKey, type Queries } from '@assay/store';
import type { Admission, Attempt, Authenticator } from './authenticator.ts';

/** Tokens of ours begin like this, so that scanners of secrets find them. */
const stem = 'assay_';

/** SHA-256 is enough for 256 random bits: there is nothing to guess. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A new token, as it is shown once. */
export function createToken(): string {
  return `${stem}${randomBytes(32).toString('base64url')}`;
}

/** Makes a key and gives its token; only the token's hash is stored. */
export async function createKey(queries: Queries, name: string, access: 'read' | 'write'): Promise<string> {
  const token = createToken();
  await insertKey(queries, { hash: hashOf(token), name, access });
  return token;
}

/** Knows one token, such as the one that a local store prints. */
export function oneToken(token: string, access: 'read' | 'write', user: string): Authenticator {
  const wanted = hashOf(token);
  return {
    admit: async (given, attempt) => {
      if (given === undefined || !timingSafeEqual(wanted, hashOf(given))) return { is: 'unknown' };
      return decide(user, access, attempt);
    },
  };
}

/** Knows the keys of the database. */
export function storedKeys(queries: Queries): Authenticator {
  return {
    admit: async (token, attempt) => {
      if (token === undefined || !token.startsWith(stem)) return { is: 'unknown' };
      const key = await findKey(queries, hashOf(token));
      return key === undefined ? { is: 'unknown' } : decide(key.name, key.access, attempt);
    },
  };
}

function decide(user: string, access: 'read' | 'write', { verb }: Attempt): Admission {
  return access === 'write' || verb === 'get' ? { is: 'allowed', user } : { is: 'denied', user };
}
