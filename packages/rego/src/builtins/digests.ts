import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { builtin, stringOperand } from './operands.ts';

const bytes = (text: string): Buffer => Buffer.from(text.toWellFormed(), 'utf8');

const digest = (algorithm: string) =>
  builtin(`crypto.${algorithm}`, (args) =>
    createHash(algorithm)
      .update(bytes(stringOperand(args, 1)))
      .digest('hex'),
  );

const keyed = (algorithm: string) =>
  builtin(`crypto.hmac.${algorithm}`, (args) => {
    const [text, key] = [stringOperand(args, 1), stringOperand(args, 2)];
    return createHmac(algorithm, bytes(key)).update(bytes(text)).digest('hex');
  });

/** Digests, plain and with a key, as hexadecimal digits. */
export const builtins = [
  ...['md5', 'sha1', 'sha256'].map(digest),
  ...['md5', 'sha1', 'sha256', 'sha512'].map(keyed),
  builtin('crypto.hmac.equal', (args) => {
    const [a, b] = [bytes(stringOperand(args, 1)), bytes(stringOperand(args, 2))];
    return a.length === b.length && timingSafeEqual(a, b);
  }),
];
