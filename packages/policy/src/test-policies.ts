import {
  type Compiled,
  compile,
  type Location,
  type Outcome,
  RegoError,
  RegoErrors,
  type TestRule,
  testRules,
} from '@assay/rego';
import { type CheckOptions, toInvalid } from './check-policies.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import type { PolicyFiles } from './load-files.ts';

export interface TestOptions extends CheckOptions {
  /** Only tests whose full name matches. */
  readonly only?: RegExp;
  /** Milliseconds of one test. */
  readonly timeoutMs: number;
  /** Nanoseconds since 1970 that `time.now_ns` gives. */
  readonly now: bigint;
  readonly coverage: boolean;
  readonly signal: AbortSignal;
}

/** What came of one test. */
export interface TestResult {
  /** `data.release.test_allow`. */
  readonly name: string;
  readonly file: string;
  readonly row: number;
  /** `skipped`: its name begins with `todo_`. */
  readonly verdict: 'passed' | 'failed' | 'error' | 'skipped';
  readonly error?: string;
  readonly prints: readonly string[];
  readonly milliseconds: number;
}

export interface TestReport {
  readonly results: readonly TestResult[];
  readonly coverage?: Coverage;
}

/** Runs every rule whose name begins with `test_`. Throws POLICY_INVALID when the policies do not compile. */
export async function testPolicies({ modules, data }: PolicyFiles, options: TestOptions): Promise<TestReport> {
  const { dialect, strict, only } = options;
  const compiled = await compile(modules, { dialect, strict, observed: options.coverage }).catch(toInvalid);
  const covered = new Set<Location>();
  const results: TestResult[] = [];
  for (const rule of testRules(compiled)) {
    options.signal.throwIfAborted();
    if (only !== undefined && !only.test(rule.name)) continue;
    results.push(await runTest(compiled, rule, { options, data, covered }));
  }
  return { results, ...(options.coverage ? { coverage: coverageOf(compiled.modules, covered) } : {}) };
}

interface Surroundings {
  readonly options: TestOptions;
  readonly data: PolicyFiles['data'];
  readonly covered: Set<Location>;
}

async function runTest(
  compiled: Compiled,
  { name, file, row, isTodo }: TestRule,
  { options, data, covered }: Surroundings,
): Promise<TestResult> {
  const began = performance.now();
  const told = (verdict: TestResult['verdict'], more: Partial<TestResult> = {}): TestResult => ({
    name,
    file,
    row,
    verdict,
    prints: [],
    milliseconds: performance.now() - began,
    ...more,
  });
  if (isTodo) return told('skipped');
  let outcome: Outcome;
  try {
    const query = await compiled.prepare(name);
    outcome = query.evaluate(undefined, {
      data,
      now: options.now,
      deadline: performance.now() + options.timeoutMs,
      coverage: covered,
    });
  } catch (error) {
    if (error instanceof RegoError || error instanceof RegoErrors) return told('error', { error: String(error) });
    throw error;
  }
  const value = outcome.results[0]?.expressions[0]?.value;
  const prints = outcome.prints.map(({ text }) => text);
  return told(value === undefined || value === false ? 'failed' : 'passed', { prints });
}
