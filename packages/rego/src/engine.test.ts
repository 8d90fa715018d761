import { describe, expect, it } from 'vitest';
import { groups } from './builtins/index.ts';
import { missingBuiltins } from './builtins/missing.ts';
import { forbidden } from './compile/functions.ts';
import { compile, type EvaluationOptions, RegoErrors, toJson, type Value } from './index.ts';
import { operators } from './operators/index.ts';
import { declarations } from './types/declarations.ts';

async function evaluate(source: string, input?: Value, options: EvaluationOptions = {}): Promise<unknown> {
  const query = await (await compile(new Map([['a.rego', source]]))).prepare('data.t.p');
  const value = query.evaluate(input, options).results[0]?.expressions[0]?.value;
  return value === undefined ? undefined : toJson(value);
}

/** Errors as `row:column code: message`. */
async function errorsOf(source: string, strict = false): Promise<string[]> {
  try {
    await compile(new Map([['a.rego', source]]), { strict });
    return [];
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    return error.errors.map(({ row, column, code, message }) => `${row}:${column} ${code}: ${message}`);
  }
}

describe('evaluation', () => {
  it('takes either dialect and tells them apart', async () => {
    expect(await evaluate('package t\np[x] { x := input.a[_]; x > 1 }', { a: [1, 2, 3] })).toEqual([2, 3]);
    expect(await evaluate('package t\np contains x if { some x in input.a; x > 1 }', { a: [1, 2, 3] })).toEqual([2, 3]);
  });

  it('reads properties that objects inherit in JavaScript only where the document has them', async () => {
    const source = 'package t\np := [k | some k in ["constructor", "__proto__", "toString"]; input[k]]';
    expect(await evaluate(source, JSON.parse('{"__proto__": 1}'))).toEqual(['__proto__']);
  });

  it('takes back the error of a rule that reads a path which is not there, and no other', async () => {
    const clash = 'q := x if { some x in input.a }\n';
    const reading = (path: string) => `package t\n${clash}p if { q; count(input.${path}) >= 0 } else := "other"`;
    expect(await evaluate(reading('nowhere'), { a: [1, 2] })).toBe('other');
    await expect(evaluate(reading('a'), { a: [1, 2] })).rejects.toThrow('conflicting values');
  });

  it('applies `with` to its expression alone', async () => {
    const source = 'package t\nq := input.x\np := [a, b] if { a := q with input.x as 2; b := q }';
    expect(await evaluate(source, { x: 1 })).toEqual([2, 1]);
  });

  it('refuses two values for one rule', async () => {
    await expect(evaluate('package t\np := x if some x in [1, 2]')).rejects.toMatchObject({
      code: 'eval_conflict_error',
      row: 2,
    });
  });

  it('ends at the deadline', async () => {
    const source = `package t
a := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
p if { ${'bcdefghijk'
      .split('')
      .map((name) => `some ${name} in a`)
      .join('; ')}; b + c == 100 }`;
    const options = { deadline: performance.now() + 50 };
    await expect(evaluate(source, {}, options)).rejects.toMatchObject({ code: 'eval_cancel_error' });
  });
});

describe('compilation', () => {
  // Expected: `opa check --strict --format json` 1.22.2 of the same modules.
  it('reports what OPA reports, where OPA reports it', async () => {
    expect(await errorsOf('package t\n\np if { not x }')).toEqual(['3:8 rego_unsafe_var_error: var x is unsafe']);
    expect(await errorsOf('package t\n\np if { count(1) == 1 }')).toEqual([
      '3:8 rego_type_error: count: invalid argument(s)',
    ]);
    expect(await errorsOf('package t\n\np := q.foo\nq := {"bar": 1}')).toEqual([
      '3:6 rego_type_error: undefined ref: data.t.q.foo',
    ]);
    expect(await errorsOf('package t\n\np if { x := 1 }', true)).toEqual([
      '3:8 rego_compile_error: assigned var x unused',
    ]);
  });

  it('refuses built-ins that leave the process', async () => {
    const [error] = await errorsOf('package t\n\np := http.send({})');
    expect(error).toContain('unsafe built-in function calls in expression: http.send');
  });

  it('finds rules that need themselves', async () => {
    const [error] = await errorsOf('package t\np if q\nq if p');
    expect(error).toBe('2:1 rego_recursion_error: rule data.t.p is recursive: data.t.p -> data.t.q -> data.t.p');
  });

  it('survives text nested without end', async () => {
    const [error] = await errorsOf(`package t\np := ${'['.repeat(100_000)}`);
    expect(error).toContain('max parsing recursion depth exceeded');
  });
});

describe('a built-in that is not there', () => {
  it('is refused when the policy is compiled', async () => {
    const modules = new Map([['a.rego', 'package a\n\np := rego.parse_module("a.rego", "package a")\n']]);
    await expect(compile(modules)).rejects.toThrow(
      'a.rego:3:6: rego_type_error: built-in function is not supported: rego.parse_module',
    );
  });

  it('is one of the list, and every other one is there', () => {
    const known = new Set([
      ...groups.flatMap(({ names }) => names),
      ...operators.map(({ name }) => name),
      ...missingBuiltins,
      ...forbidden,
    ]);
    // Those the compiler replaces.
    for (const name of ['assign', 'rego.metadata.chain', 'rego.metadata.rule', 'internal.test_case']) known.add(name);
    expect([...declarations.keys()].filter((name) => !known.has(name))).toEqual([]);
    for (const name of missingBuiltins) expect(groups.some(({ names }) => names.includes(name))).toBe(false);
  });
});
