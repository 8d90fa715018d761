import { describe, expect, it } from 'vitest';
import { compile, jsonText } from '../src/index.ts';

// What the fuzzer found, made small. The answers are those of `opa eval` 1.22.2.
const examples: readonly (readonly [expression: string, answer: string])[] = [
  ['net.cidr_contains_matches(json.unmarshal("1"), json.unmarshal("[1]"))', '[]'],
  [
    'sprintf("%20q|%-20z|%020z|%+z|%20t", [1.5, 1.5, 12, "a", "b"])',
    '"%!q(float64=                 1.5)|%!z(float64=1.5                 )|%!z(int64=00000000000000000012)|%!z(string=a)|%!t(string=                   b)"',
  ],
  [
    'sprintf("%.2q|%.3z|%+q|%-8z", [1.23456, "abcdef", 1.5, 123456789012345678901234567890])',
    '"%!q(float64=1.2)|%!z(string=abc)|%!q(float64=+1.5)|%!z(big.Int=123456789012345678901234567890)"',
  ],
  ['yaml.marshal(18446744073709551615)', '"18446744073709551615\\n"'],
  ['yaml.marshal(18446744073709551616)', '"1.8446744073709552e+19\\n"'],
  ['yaml.marshal(-9223372036854775809)', '"-9.223372036854776e+18\\n"'],
  [
    'yaml.marshal({"a": [1234567.5, 1e6, 1e5, 0.00001, 123456789.0, 2e3]})',
    '"a:\\n  - 1.2345675e+06\\n  - 1e+06\\n  - 100000\\n  - 1e-05\\n  - 1.23456789e+08\\n  - 2000\\n"',
  ],
  [String.raw`yaml.marshal(["a\tb", "a "])`, String.raw`"- \"a\\tb\"\n- 'a '\n"`],
  ['{1.5e-3 * 1.5e-3: 0.001 * 0.0001}', '{"2.25e-06":1e-07}'],
  ['{2.25e-6: 1e-7}', '{"2.25e-6":1e-7}'],
  ['9007199254740993 / 64', '1.4073748835532801562e+14'],
];

describe('counter-examples of the fuzzer', () => {
  it.each(examples)('%s', async (expression, answer) => {
    const query = await (await compile(new Map())).prepare(`answer = ${expression}`);
    expect(jsonText(query.evaluate(undefined).results[0]?.bindings.get('answer') ?? null)).toBe(answer);
  });
});
