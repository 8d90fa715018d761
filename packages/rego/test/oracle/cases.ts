import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { compile, type Outcome, parseJson, RegoError, RegoErrors, toJson, type Value } from '../../src/index.ts';
import { exclusions } from '../exclusions.ts';

/** Where OPA's own cases are: in Go's module cache (v1/test/cases/testdata). */
export const casesModule = 'github.com/open-policy-agent/opa@v1.22.2';

interface Case {
  readonly note: string;
  readonly query: string;
  readonly modules?: readonly string[];
  readonly data?: unknown;
  readonly input?: unknown;
  readonly input_term?: string;
  readonly want_result?: readonly unknown[];
  readonly want_defined?: boolean;
  readonly want_error?: string;
  readonly want_error_code?: string;
  readonly strict_error?: boolean;
  readonly sort_bindings?: boolean;
}

/** The folder of the cases; `undefined` where Go or the module is not there. */
export function casesFolder(): string | undefined {
  try {
    const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim();
    const folder = join(cache, casesModule, 'v1/test/cases/testdata');
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function isExcluded(note: string): boolean {
  return exclusions.some(({ note: pattern }) =>
    pattern.endsWith('*') ? note.startsWith(pattern.slice(0, -1)) : note === pattern,
  );
}

/** YAML's data as values with exact numbers. */
function documentOf(data: unknown): Value | undefined {
  return data === undefined ? undefined : parseJson(JSON.stringify(data));
}

async function inputOf(test: Case, dialect: 'v0' | 'v1'): Promise<Value | undefined> {
  if (test.input_term === undefined) return documentOf(test.input);
  const query = await (await compile(new Map(), { dialect })).prepare(`x = ${test.input_term}`);
  return query.evaluate(undefined).results[0]?.bindings.get('x');
}

async function run(test: Case, dialect: 'v0' | 'v1'): Promise<Outcome> {
  const modules = new Map((test.modules ?? []).map((text, i) => [`test-${i}.rego`, text]));
  const query = await (await compile(modules, { dialect })).prepare(test.query);
  const data = documentOf(test.data ?? {});
  return query.evaluate(await inputOf(test, dialect), {
    // The suite's data are objects.
    data: data as Readonly<Record<string, Value>>,
    strictBuiltinErrors: test.strict_error ?? false,
    now: BigInt(Date.now()) * 1_000_000n,
    deadline: performance.now() + 20_000,
  });
}

/** Results as text that does not depend on their order, nor, when the case says so, on that of arrays. */
function textOf(results: readonly unknown[], sortArrays: boolean): string {
  const normal = (value: unknown, depth: number): unknown => {
    if (Array.isArray(value)) {
      const items = value.map((item) => normal(item, depth + 1));
      return sortArrays && depth === 1 ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, inner]) => [key, normal(inner, depth + 1)]));
  };
  return results
    .map((result) => JSON.stringify(normal(result, 0)))
    .sort()
    .join('\n');
}

async function verdict(test: Case, dialect: 'v0' | 'v1'): Promise<string | undefined> {
  const wantsError = test.want_error !== undefined || test.want_error_code !== undefined;
  let outcome: Outcome;
  try {
    outcome = await run(test, dialect);
  } catch (error) {
    const errors = error instanceof RegoErrors ? error.errors : error instanceof RegoError ? [error] : [];
    if (errors.length === 0) throw error;
    // OPA's own text names no column.
    const text = errors.map((one) => String(one).replace(/^(\S+\.rego:\d+):\d+: /, '$1: ')).join('\n');
    if (!wantsError) return `unexpected error: ${text}`;
    if (test.want_error_code !== undefined && errors[0]?.code !== test.want_error_code) return `other code: ${text}`;
    const wanted = test.want_error?.replace(/^\d+ errors? occurred: ?/, '') ?? '';
    return text.includes(wanted) ? undefined : `other message: ${text}`;
  }
  const results = outcome.results.map(({ bindings }) =>
    Object.fromEntries(Array.from(bindings, ([name, value]) => [name, toJson(value)])),
  );
  if (wantsError) return `no error but ${JSON.stringify(results)}`;
  if (test.want_defined !== undefined && results.length > 0 !== test.want_defined) return 'other definedness';
  if (test.want_result === undefined) return undefined;
  const got = textOf(results, test.sort_bindings === true);
  const wanted = textOf(test.want_result ?? [], test.sort_bindings === true);
  return got === wanted ? undefined : `got ${got.slice(0, 500)}\nwant ${wanted.slice(0, 500)}`;
}

/** What became of the cases of a category. */
export interface CategoryOutcome {
  readonly dialect: 'v0' | 'v1';
  readonly category: string;
  /** Cases that were run. */
  readonly count: number;
  readonly excluded: number;
  /** One text for each case that did not pass. */
  readonly failures: readonly string[];
}

/** Runs the cases of a category. */
export async function runCategory(folder: string, dialect: 'v0' | 'v1', category: string): Promise<CategoryOutcome> {
  const failures: string[] = [];
  let [count, excluded] = [0, 0];
  const place = join(folder, dialect, category);
  for (const file of readdirSync(place).sort()) {
    if (!file.endsWith('.yaml')) continue;
    const { cases = [] } = parse(readFileSync(join(place, file), 'utf8'), {
      maxAliasCount: -1,
      merge: true,
    }) as { cases?: readonly Case[] };
    for (const test of cases) {
      if (isExcluded(test.note)) {
        excluded++;
        continue;
      }
      count++;
      const failure = await verdict(test, dialect);
      if (failure !== undefined) failures.push(`${file} ${test.note}: ${failure}`);
    }
  }
  return { dialect, category, count, excluded, failures };
}

/** The categories of a dialect. */
export const categoriesOf = (folder: string, dialect: 'v0' | 'v1'): readonly string[] =>
  readdirSync(join(folder, dialect)).sort();
