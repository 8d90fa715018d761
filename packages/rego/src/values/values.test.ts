import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addNumbers } from '../operators/arithmetic.ts';
import {
  compareValues,
  equalValues,
  numberOf,
  numberText,
  parseJson,
  RegoObject,
  RegoSet,
  type Value,
  valueText,
} from './index.ts';

describe('numbers', () => {
  // Expected texts: `opa eval` 1.22.2 of the same expressions.
  it('add as OPA adds: integers exactly, fractions to 64 bits', () => {
    expect(numberText(addNumbers(0.1, 0.2))).toBe('0.3');
    expect(numberText(addNumbers(numberOf('9007199254740993'), 1))).toBe('9007199254740994');
    expect(numberText(addNumbers(1234567.5, 0))).toBe('1.2345675e+06');
  });

  it('are the same number however they are written', () => {
    expect(equalValues(numberOf('1.0'), 1)).toBe(true);
    expect(equalValues(numberOf('9007199254740993'), numberOf('9007199254740992'))).toBe(false);
    expect(RegoSet.of([1, numberOf('1.0'), numberOf('1e0')]).size).toBe(1);
  });
});

describe('the order of values', () => {
  // OPA's documentation of types: null < boolean < number < string < array < object < set.
  it('puts kinds one after another', () => {
    const sorted: Value[] = [null, false, true, -1, 2, 'A', 'a', [], [1], {}, { a: 1 }, new RegoSet()];
    expect([...sorted].reverse().sort(compareValues)).toEqual(sorted);
  });

  it('compares strings by code point', () => {
    expect(compareValues('\uffff', '\u{10000}')).toBeLessThan(0);
  });

  it('agrees with equality', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [x, y] = [parseJson(JSON.stringify(a)), parseJson(JSON.stringify(b))];
        expect(compareValues(x, y) === 0).toBe(equalValues(x, y));
        expect(Math.sign(compareValues(x, y)) + Math.sign(compareValues(y, x))).toBe(0);
      }),
    );
  });
});

describe('objects and sets', () => {
  it('hold keys of any kind, plain objects being the same as built ones', () => {
    const built = RegoObject.of([
      [[1], 'x'],
      ['a', { b: 1 }],
    ]);
    expect(built.get([numberOf('1.0')])).toBe('x');
    expect(RegoSet.of([{ a: 1 }]).has(RegoObject.of([['a', 1]]))).toBe(true);
  });

  it('print as Rego prints them', () => {
    expect(valueText(RegoSet.of(['b', 'a']))).toBe('{"a", "b"}');
    expect(valueText(new RegoSet())).toBe('set()');
    expect(valueText({ a: [1, null] })).toBe('{"a": [1, null]}');
  });
});
