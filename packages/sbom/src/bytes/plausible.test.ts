import { describe, expect, it } from 'vitest';
import { readDocument } from '../read-document.ts';

/** Endless: the header once, then the filling for ever. */
function endless(header: Uint8Array, filling: number) {
  const state = { given: 0 };
  async function* bytes() {
    yield header;
    for (;;) {
      state.given += 65_536;
      yield Buffer.alloc(65_536, filling);
    }
  }
  return { state, bytes: bytes() };
}

describe('an endless input', () => {
  it.each([
    [
      'zeros behind a header',
      Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":['),
      0,
      'SBOM_INVALID',
    ],
    ['a disk image', Buffer.from([0x7f, 0x45, 0x4c, 0x46]), 1, 'SBOM_UNKNOWN'],
  ])('is refused at once: %s', async (_, header, filling, code) => {
    const { state, bytes } = endless(header, filling);
    await expect(readDocument(bytes)).rejects.toMatchObject({ code });
    expect(state.given).toBeLessThanOrEqual(65_536);
  });

  it('of white space is refused at the limit', async () => {
    const { state, bytes } = endless(Buffer.from('{'), 0x20);
    await expect(readDocument(bytes, { maxBytes: 1_000_000 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(state.given).toBeLessThan(1_100_000);
  });
});

describe('an input in pieces', () => {
  it('is read as one that is whole, UTF-16 included', async () => {
    const text = '\n {"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"é"}]}';
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    for (const whole of [Buffer.from(text), wide]) {
      async function* pieces() {
        for (let at = 0; at < whole.length; at += 3) yield whole.subarray(at, at + 3);
      }
      const { inventory } = await readDocument(pieces());
      expect(inventory.packages.map(({ name }) => name)).toEqual(['é']);
    }
  });
});
