import { createHash } from 'node:crypto';
import { parseDigest } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { digestOf, readAll, verified } from './verified.ts';

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

// `printf hello | sha256sum`
const hello = {
  digest: parseDigest('sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'),
  size: 5,
};

describe('verified bytes', () => {
  it('pass through when they are the promised ones', async () => {
    expect(Buffer.from(await readAll(verified(chunks('he', 'llo'), hello), 10)).toString()).toBe('hello');
  });

  it('are handed on without a copy', async () => {
    const chunk = Buffer.from('hello');
    const source = async function* () {
      yield chunk;
    };
    for await (const same of verified(source(), hello)) expect(same).toBe(chunk);
  });

  it('may be promised by sha512', async () => {
    const digest = parseDigest(`sha512:${createHash('sha512').update('hello').digest('hex')}`);
    await expect(readAll(verified(chunks('hello'), { digest, size: 5 }), 10)).resolves.toHaveLength(5);
  });

  it.each([
    ['too short', ['hell'], 'CONTENT_TRUNCATED'],
    ['nothing', [], 'CONTENT_TRUNCATED'],
    ['too long', ['hello', '!'], 'CONTENT_MISMATCH'],
    ['others', ['jello'], 'CONTENT_MISMATCH'],
  ])('are refused when they are %s', async (_, texts, code) => {
    await expect(readAll(verified(chunks(...texts), hello), 10)).rejects.toMatchObject({ code });
  });

  it('end at the limit', async () => {
    await expect(readAll(chunks('abc', 'def'), 5)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('of nothing have the digest of nothing', () => {
    // FIPS 180-4 example: SHA-256 of the empty message.
    expect(digestOf(new Uint8Array())).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
