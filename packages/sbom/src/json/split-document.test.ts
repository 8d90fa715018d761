import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toUtf8 } from '../bytes/to-utf8.ts';
import { openJson, splitDocument } from './split-document.ts';
import type { JsonValue } from './value.ts';

function split(text: string | Uint8Array, arrays: readonly string[] = ['components']) {
  const seen: [string, number, JsonValue][] = [];
  const bytes = toUtf8(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  const { rest, rejected } = splitDocument(openJson(bytes), arrays, (array, index, value) => {
    seen.push([array, index, value]);
  });
  return { rest, rejected, seen };
}

describe('a JSON document split into elements', () => {
  it('hands over each element and returns the rest', () => {
    const { rest, seen } = split('{"a":1,"components":[{"x":1}, 2 ,"s"],"b":{"components":[3]}}');
    expect(seen).toEqual([
      ['components', 0, { x: 1 }],
      ['components', 1, 2],
      ['components', 2, 's'],
    ]);
    expect(rest).toEqual({ a: 1, b: { components: [3] } });
  });

  it('hands over arrays in the order they are named in', () => {
    const { seen } = split('{"b":[1],"a":[2]}', ['a', 'b']);
    expect(seen.map(([array]) => array)).toEqual(['a', 'b']);
  });

  it('takes a single object for an array of one', () => {
    // DependencyTrack#5111: producers that write an object where one component is listed.
    expect(split('{"components":{"name":"x"}}').seen).toEqual([['components', 0, { name: 'x' }]]);
  });

  it('says what JSON.parse says, for any document', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()), (others, components) => {
        const document = { ...others, components };
        const expected = JSON.parse(JSON.stringify(document)) as Record<string, JsonValue>;
        const { rest, seen, rejected } = split(JSON.stringify(document, null, 2));
        // NUL and half surrogate pairs are cleaned; the generator makes hardly any.
        fc.pre(!/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(document)));
        expect({ ...rest, components: seen.map(([, , value]) => value) }).toEqual(expected);
        expect(rejected).toEqual([]);
      }),
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    const damaged = fc
      .tuple(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.nat(),
        fc.constantFrom('', '}', '[', ',', '"', ':', 'x', '\\', '\n\u0001'),
      )
      .map(([document, at, by]) => {
        const text = JSON.stringify({ ...document, components: [1, { a: [] }] });
        const place = at % text.length;
        return text.slice(0, place) + by + text.slice(place + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let isValid = true;
        try {
          const value: unknown = JSON.parse(text);
          isValid = typeof value === 'object' && value !== null && !Array.isArray(value);
        } catch {
          isValid = false;
        }
        if (isValid) split(text);
        else expect(() => split(text)).toThrow(expect.objectContaining({ code: 'SBOM_INVALID' }));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['['.repeat(100_000), '{"a":'.repeat(100_000), `{"components":[${'['.repeat(100_000)}`])(
    'refuses 100 000 levels at once: %.20s',
    (text) => {
      const begin = performance.now();
      expect(() => split(text)).toThrow(
        expect.objectContaining({ code: text.startsWith('[') ? 'SBOM_INVALID' : 'LIMIT_EXCEEDED' }),
      );
      expect(performance.now() - begin).toBeLessThan(500);
    },
  );

  it('reads 1 000 levels and refuses 1 001', () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(() => split(nested(1000))).not.toThrow();
    expect(() => split(nested(1001))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('takes the last of members with one name, as JSON.parse does, and counts the others as rejected', () => {
    const { rest, rejected, seen } = split('{"a":1,"a":2,"components":[{"n":"x","n":"y","d":[{"k":1,"k":2}]}]}');
    expect(rest).toEqual({ a: 2 });
    expect(seen[0]?.[2]).toEqual({ n: 'y', d: [{ k: 2 }] });
    expect(rejected.map(({ at }) => at)).toEqual(['/a', '/components/0/n', '/components/0/d/0/k']);
  });

  it('describes only so many of them', () => {
    const { rejected } = split(`{"a":{${'"b":1,'.repeat(50_000)}"b":1}}`);
    expect(rejected.length).toBeLessThan(20_000);
    expect(rejected.at(-1)?.why).toContain('40000');
  });

  it.each([
    `{${Array.from({ length: 100_001 }, (_, i) => `"k${i}":1`).join(',')}}`,
    `{${'"a":1,'.repeat(100_001)}"b":1}`,
    `{"components":[${'1,'.repeat(2_000_001)}1]}`,
  ])('refuses more members or entries than any real document has: %.12s', (text) => {
    const begin = performance.now();
    expect(() => split(text)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it('keeps __proto__ an ordinary member', () => {
    const { rest } = split('{"__proto__":{"polluted":1},"a":{"__proto__":2}}');
    expect(Object.getPrototypeOf(rest)).toBe(Object.prototype);
    expect(Object.hasOwn(rest, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('removes NUL and replaces half surrogate pairs, which no store takes', () => {
    const { rest, seen } = split('{"a":"x\\u0000y","components":["\\ud800","\\ud83d\\ude00","\\\\ud800"]}');
    expect(rest).toEqual({ a: 'xy' });
    expect(seen.map(([, , value]) => value)).toEqual(['\ufffd', '😀', '\\ud800']);
  });

  it.each([
    ['{"a":1} {"b":2}', 'byte 8'],
    ['{"a":1}x', 'byte 7'],
    ['{"components":[1}}', 'byte 16'],
    ['{"components":[1,]}', 'byte 17'],
    ['{"a" 1}', 'byte 5'],
    ['{"a":"\n"}', 'byte 6'],
    ['{"a":1', 'byte 6'],
  ])('names the place where %j is not JSON', (text, place) => {
    expect(() => split(text)).toThrow(
      expect.objectContaining({ code: 'SBOM_INVALID', message: expect.stringContaining(place) }),
    );
  });

  it('names the first byte that is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"é'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(() => split(bytes)).toThrow(
      expect.objectContaining({ code: 'SBOM_INVALID', detail: 'not UTF-8 at byte 8' }),
    );
  });
});
