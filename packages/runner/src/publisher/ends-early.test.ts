import { describe, expect, it } from 'vitest';
import { endsEarly } from './ends-early.ts';

/** Asks with the text in one piece and byte by byte: both must give the same. */
async function ask(text: string): Promise<boolean> {
  const bytes = Buffer.from(text);
  const whole = await endsEarly(inPieces(bytes, bytes.length || 1));
  expect(await endsEarly(inPieces(bytes, 1))).toBe(whole);
  return whole;
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('a document ends early', () => {
  it.each([
    [''],
    [' \n'],
    ['{'],
    ['{"a":[1,2}'],
    ['{"a":"}'],
    ['{"a":"\\"}'],
    ['[{"a":1}'],
    ['<?xml version="1.0"?>'],
    ['<bom>'],
    ['<bom><a/>'],
    ['<?xml version="1.0"?><!-- <x/> --><bom xmlns="y"><components><component/>'],
    ['<b:bom xmlns:b="y"></b:bo'],
  ])('as %j does', async (text) => expect(await ask(text)).toBe(true));

  it.each([
    ['{}'],
    ['\ufeff{"a":"[{"}\n'],
    ['{"a":"\\\\"}'],
    ['{"a":1}}'],
    ['<bom></bom>'],
    ['<bom><a></a></bom>\n<!-- end -->'],
    ['<bom xmlns="y"/>'],
    ['<?xml version="1.0"?>\n<bom xmlns="y"/>\n'],
    ['SPDXVersion: SPDX-2.3\nDataLicense'],
  ])('but %j does not', async (text) => expect(await ask(text)).toBe(false));
});
