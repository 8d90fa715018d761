import { AssayError } from '@assay/contract';
import { compile, type Outcome, RegoError, type Value } from '@assay/rego';
import { type CheckOptions, toInvalid } from './check-policies.ts';
import type { PolicyFiles } from './load-files.ts';

export interface EvalOptions extends CheckOptions {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Nanoseconds since 1970 that `time.now_ns` gives. */
  readonly now: bigint;
  /** Fail on the first error of a built-in instead of taking it for undefined. */
  readonly strictBuiltinErrors: boolean;
}

/** Evaluates a query. Throws POLICY_INVALID for what does not compile, POLICY_FAILED for what cannot be evaluated. */
export async function evalPolicies(
  { modules, data }: PolicyFiles,
  query: string,
  input: Value | undefined,
  options: EvalOptions,
): Promise<Outcome> {
  const { dialect, strict } = options;
  const compiled = await compile(modules, { dialect, strict }).catch(toInvalid);
  const prepared = await compiled.prepare(query).catch(toInvalid);
  try {
    return prepared.evaluate(input, {
      data,
      now: options.now,
      deadline: performance.now() + options.timeoutMs,
      strictBuiltinErrors: options.strictBuiltinErrors,
    });
  } catch (error) {
    if (error instanceof RegoError) throw new AssayError('POLICY_FAILED', String(error), { cause: error });
    throw error;
  }
}
