import { missingBuiltins } from '../../src/builtins/missing.ts';
import { declarations } from '../../src/types/declarations.ts';
import type { Type } from '../../src/types/type.ts';
import type { Chance } from './chance.ts';

/** Not the same twice, or a way out, or about the program itself. */
const left = new Set([
  'time.now_ns',
  'rand.intn',
  'uuid.rfc4122',
  'io.jwt.encode_sign',
  'io.jwt.encode_sign_raw',
  'http.send',
  'net.lookup_ip_addr',
  'opa.runtime',
  'trace',
  'print',
  'assign',
  'eq',
  'rego.metadata.rule',
  'rego.metadata.chain',
]);

/** What generated policies may call. */
export const fuzzedBuiltins: readonly string[] = [...declarations.values()]
  .filter(({ name, relation, deprecated }) => !left.has(name) && !relation && !deprecated && !missingBuiltins.has(name))
  .map(({ name }) => name)
  .filter((name) => !name.startsWith('internal.'));

/** Large numbers make large answers here; OPA's server has no limit and falls over. */
const grows = new Set(['bits.lsh', 'numbers.range', 'numbers.range_step']);

const numbers = [
  '0',
  '1',
  '2',
  '-1',
  '3',
  '7',
  '10',
  '100',
  '0.5',
  '-2.5',
  '2.50',
  '1e3',
  '1.5e-3',
  '9007199254740993',
  '123456789012345678901234567890',
  '64',
  '1451311705000000000',
];
const strings = [
  '""',
  '"a"',
  '"b"',
  '"abc"',
  '"A b"',
  '"ä€😀"',
  '"1.2.3"',
  '"v1.10.0-rc.1"',
  '"10.1.2.0/29"',
  '"10.1.2.3"',
  '"2001:db8::/125"',
  '"a.b/c"',
  '"[a-z]+"',
  '"%d %s %v"',
  '"{\\"a\\": [1, 2.0]}"',
  '"YWJj"',
  '"616263"',
  '"10Gi"',
  '"5m"',
  '"2026-11-25T12:00:00.5Z"',
  '"1h30m"',
  '"2006-01-02"',
  '"*.b"',
  '"/a/0"',
  '"x=1&y=2"',
  '"https://u@h.example:8080/p%20q?a=b#f"',
  '"\\t "',
  '"high"',
  '"CVE-2026-1"',
  '"UTC"',
  '"Europe/Berlin"',
];

/** A policy of several rules. Every variable is bound where it is used; whether types fit is left to chance. */
export class PolicyMaker {
  readonly #chance: Chance;
  #variables = 0;
  /** Rules made so far: what may be referred to without a circle. */
  readonly #rules: string[] = [];
  readonly #functions: string[] = [];

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Rules, each a text of its own, so that a policy can be made smaller. */
  rules(): readonly string[] {
    const count = 2 + this.#chance.below(5);
    const made: string[] = [];
    for (let at = 0; at < count; at++) {
      made.push(this.#rule(at));
    }
    return made;
  }

  #rule(at: number): string {
    const name = `r${at}`;
    const kind = this.#chance.below(6);
    if (kind === 5) {
      const text = `f${at}(x) := ${this.#term(['x'], 2)} if {\n${this.#body(['x']).text}}`;
      this.#functions.push(`f${at}`);
      return text;
    }
    const { text: body, scope } = this.#body([]);
    const head = this.#head(kind, name, scope);
    const otherwise = kind === 0 && this.#chance.happens(0.3) ? ` else := ${this.#term([], 1)}` : '';
    const fallback = kind <= 1 && this.#chance.happens(0.25) ? `default ${name} := ${this.#literal()}\n\n` : '';
    this.#rules.push(name);
    return `${fallback}${head} if {\n${body}}${otherwise}`;
  }

  #head(kind: number, name: string, scope: readonly string[]): string {
    if (kind === 2) return `${name} contains ${this.#term(scope, 1)}`;
    if (kind === 3)
      return `${name}[${this.#chance.pick([...strings.slice(1, 4), ...scope, ...scope])}] := ${this.#term(scope, 1)}`;
    return kind === 4 ? name : `${name} := ${this.#term(scope, 2)}`;
  }

  /** Statements, and the variables they bind. */
  #body(outer: readonly string[]): { readonly text: string; readonly scope: readonly string[] } {
    const scope = [...outer];
    const lines: string[] = [];
    const count = 1 + this.#chance.below(4);
    for (let at = 0; at < count; at++) lines.push(`\t${this.#statement(scope)}\n`);
    return { text: lines.join(''), scope };
  }

  #variable(): string {
    this.#variables++;
    return `v${this.#variables}`;
  }

  /** May add to the scope. */
  #statement(scope: string[]): string {
    const kind = this.#chance.below(9);
    if (kind <= 2) {
      const value = this.#term(scope, 3);
      const variable = this.#variable();
      scope.push(variable);
      return `${variable} := ${value}`;
    }
    if (kind === 3 || kind === 4) {
      const collection = this.#collection(scope);
      const [key, value] = [this.#variable(), this.#variable()];
      const text = this.#chance.happens(0.3)
        ? `some ${key}, ${value} in ${collection}`
        : `some ${value} in ${collection}`;
      if (text.includes(key)) scope.push(key);
      scope.push(value);
      return text;
    }
    if (kind === 5) return `not ${this.#condition(scope)}`;
    if (kind === 6) {
      const variable = this.#variable();
      return `every ${variable} in ${this.#collection(scope)} { ${this.#condition([...scope, variable])} }`;
    }
    if (kind === 7 && this.#rules.length > 0) {
      const target = this.#chance.pick(['input', 'input.findings', 'input.n', 'data.base']);
      const [rule, variable] = [this.#chance.pick(this.#rules), this.#variable()];
      const text = `${variable} := ${rule} with ${target} as ${this.#term(scope, 1)}`;
      scope.push(variable);
      return text;
    }
    return this.#condition(scope);
  }

  #condition(scope: readonly string[]): string {
    if (this.#chance.happens(0.2)) return `${this.#term(scope, 1)} in ${this.#collection(scope)}`;
    const operator = this.#chance.pick(['!=', '<', '<=', '>', '>=']);
    // Types that cannot be equal are an error: one side is mostly something whose type nobody knows.
    if (this.#chance.happens(0.4)) return `${this.#reference(scope)} == ${this.#term(scope, 1)}`;
    return `${this.#term(scope, 2)} ${operator} ${this.#term(scope, 1)}`;
  }

  #collection(scope: readonly string[]): string {
    return this.#chance.pick([
      'input.findings',
      'input.packages',
      'input.tags',
      'data.base.list',
      `[${this.#term(scope, 1)}, ${this.#term(scope, 1)}]`,
      // Members with variables are looked at one by one by OPA, equal ones too.
      `{${this.#chance.pick(numbers)}, ${this.#chance.pick(strings)}}`,
      ...(this.#rules.length > 0 ? [this.#chance.pick(this.#rules)] : []),
      ...(scope.length > 0 ? [this.#chance.pick(scope)] : []),
    ]);
  }

  #literal(): string {
    return this.#chance.pick([
      ...numbers.slice(0, 8),
      ...strings.slice(0, 6),
      'true',
      'false',
      'null',
      '[]',
      '{}',
      'set()',
      '[1, "a"]',
      '{"a": 1}',
    ]);
  }

  #term(scope: readonly string[], depth: number): string {
    const kind = this.#chance.below(depth > 0 ? 14 : 6);
    if (kind <= 1) return this.#chance.pick([...numbers, ...strings, 'true', 'false', 'null']);
    if (kind <= 3 && scope.length > 0) return this.#chance.pick(scope);
    if (kind <= 4) return this.#reference(scope);
    if (kind === 5) return this.#rules.length > 0 ? this.#chance.pick(this.#rules) : this.#literal();
    const inner = () => this.#term(scope, depth - 1);
    if (kind === 6) return `[${inner()}, ${inner()}]`;
    if (kind === 7) return `{"a": ${inner()}, ${this.#chance.pick(strings)}: ${inner()}}`;
    if (kind === 8) return `{${inner()}, ${inner()}}`;
    if (kind === 9) return this.#comprehension(scope, depth);
    if (kind === 10) return this.#arithmetic(scope);
    if (kind === 11 && this.#functions.length > 0) return `${this.#chance.pick(this.#functions)}(${inner()})`;
    return this.#call(scope, depth - 1);
  }

  #arithmetic(scope: readonly string[]): string {
    if (this.#chance.happens(0.3)) {
      const set = () =>
        this.#chance.happens(0.5) ? this.#reference(scope) : `{${this.#literal()}, ${this.#literal()}}`;
      return `(${set()} ${this.#chance.pick(['|', '&', '-'])} ${set()})`;
    }
    const number = () => (this.#chance.happens(0.4) ? this.#reference(scope) : this.#chance.pick(numbers));
    return `(${number()} ${this.#chance.pick(['+', '-', '*', '/', '%'])} ${number()})`;
  }

  #comprehension(scope: readonly string[], depth: number): string {
    const variable = this.#variable();
    const guard = this.#chance.happens(0.5) ? `; ${this.#condition([...scope, variable])}` : '';
    const body = `some ${variable} in ${this.#collection(scope)}${guard}`;
    const head = this.#term([...scope, variable], depth - 1);
    const kind = this.#chance.below(3);
    if (kind === 0) return `[${head} | ${body}]`;
    // Keys that are met twice are a conflict, which is an answer too.
    return kind === 1 ? `{${head} | ${body}}` : `{${variable}: ${head} | ${body}}`;
  }

  #reference(scope: readonly string[]): string {
    const base = this.#chance.pick([
      'input.findings',
      'input.packages',
      'input.tags',
      'input.n',
      'input.name',
      'input',
      'data.base',
      'data.base.list',
    ]);
    const steps = ['[0]', '[1]', '.id', '.severity', '["a"]', '', '', ...scope.map((name) => `[${name}]`)];
    return `${base}${this.#chance.pick(steps)}${this.#chance.happens(0.3) ? this.#chance.pick(steps) : ''}`;
  }

  #call(scope: readonly string[], depth: number): string {
    const name = this.#chance.pick(fuzzedBuiltins);
    const declaration = declarations.get(name);
    if (declaration === undefined) return this.#literal();
    const args = grows.has(name)
      ? declaration.type.args.map(() => this.#chance.pick(numbers.slice(0, 8)))
      : declaration.type.args.map(({ type }) => this.#typed(type, scope, depth));
    if (declaration.infix !== undefined) return `(${args[0]} ${declaration.infix} ${args[1]})`;
    return `${name}(${args.join(', ')})`;
  }

  /** A term that fits the type, mostly; what OPA's checker refuses, both refuse. */
  #typed(type: Type | undefined, scope: readonly string[], depth: number): string {
    if (this.#chance.happens(0.15)) return this.#reference(scope);
    switch (type?.kind) {
      case 'number':
        return this.#chance.pick(numbers);
      case 'string':
        return this.#chance.pick(strings);
      case 'boolean':
        return this.#chance.pick(['true', 'false']);
      case 'null':
        return 'null';
      case 'array': {
        const items = type.items.map((item) => this.#typed(item, scope, depth - 1));
        const more = type.items.length === 0 ? [0, 1].map(() => this.#typed(type.rest, scope, depth - 1)) : [];
        return `[${[...items, ...more].join(', ')}]`;
      }
      case 'set':
        return `{${[0, 1].map(() => this.#typed(type.of, scope, depth - 1)).join(', ')}}`;
      case 'object': {
        const known = type.properties.map(
          ({ key, value }) => `${JSON.stringify(key)}: ${this.#typed(value, scope, depth - 1)}`,
        );
        const rest =
          type.rest === undefined
            ? []
            : [`${this.#typed(type.rest.key, scope, 0)}: ${this.#typed(type.rest.value, scope, depth - 1)}`];
        return `{${[...known, ...rest].join(', ')}}`;
      }
      case 'any':
        return type.of.length === 0
          ? this.#term(scope, Math.max(0, depth))
          : this.#typed(this.#chance.pick(type.of), scope, depth);
      default:
        return this.#term(scope, Math.max(0, depth));
    }
  }
}

/** A document of the shape of reports, and what reports should not have. */
export function makeInput(chance: Chance): unknown {
  const severity = () => chance.pick(['critical', 'high', 'medium', 'low', 'Unknown', 7, null]);
  const finding = (_one: unknown, at: number) => ({
    id: `CVE-2026-${at}`,
    severity: severity(),
    score: chance.pick([9.8, 5, 0, -1, 0.25, 12345678901234]),
    a: chance.pick([1, 'a', [1, 2], { b: true }]),
  });
  return {
    findings: Array.from({ length: chance.below(4) }, finding),
    packages: Object.fromEntries(
      Array.from({ length: chance.below(3) }, (_one, at) => [`p${at}`, { version: `1.${at}` }]),
    ),
    tags: chance.pick([[], ['a', 'b', 'a'], 'a', { a: 1 }]),
    n: chance.pick([0, 1, 2.5, -3, 10]),
    name: chance.pick(['abc', '', 'ä', 'a.b/c']),
    a: chance.pick([1, null, true, [0]]),
  };
}

export const baseData = { base: { list: [3, 1, 2, 'x', null], map: { k: 'v' }, a: 1 } };
