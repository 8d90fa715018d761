import { AssayError } from '@assay/contract';
import type { Value } from '@assay/rego';

/** Policies to decide by, and the data beside them. */
export interface PolicyBundle {
  /** Text by file name. */
  readonly modules: Readonly<Record<string, string>>;
  /** Base documents, as JSON can tell them. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** One question to a policy. */
export interface PolicyQuestion {
  readonly bundle: PolicyBundle;
  /** A reference such as `data.release.deny`. */
  readonly query: string;
  /** The input as JSON text in UTF-8. It is handed over: the caller's view of the bytes is empty afterwards. */
  readonly input: Uint8Array;
  /** Milliseconds since 1970 that the policy takes for now. */
  readonly now: number;
}

/** What a policy answered. `undefined` is an answer of its own: nobody may take it for "nothing is wrong". */
export type PolicyAnswer =
  | { readonly is: 'defined'; readonly value: Value; readonly prints: readonly string[] }
  | { readonly is: 'undefined'; readonly prints: readonly string[] };

/** What one question may take. */
export interface PolicyLimits {
  /** Milliseconds, from being asked to the answer; what does not look at the time is ended. */
  readonly timeoutMs: number;
  /** Bytes the policy's own values may take, roughly. */
  readonly memoryBytes: number;
  /** Bytes of the input. */
  readonly inputBytes: number;
  /** Bytes of the answer as JSON. */
  readonly answerBytes: number;
}

export const usualLimits: PolicyLimits = {
  timeoutMs: 10_000,
  memoryBytes: 512 * 1024 * 1024,
  inputBytes: 256 * 1024 * 1024,
  answerBytes: 32 * 1024 * 1024,
};

/** Throws LIMIT_EXCEEDED for an input that is too large. */
export function checkInput({ input }: PolicyQuestion, { inputBytes }: PolicyLimits): void {
  if (input.length > inputBytes)
    throw new AssayError('LIMIT_EXCEEDED', `the input has ${input.length} bytes; ${inputBytes} are allowed`);
}

/** Decides by Rego. Throws POLICY_INVALID for what does not compile, POLICY_FAILED for what cannot be evaluated, LIMIT_EXCEEDED, INTERRUPTED. */
export interface PolicyEngine {
  ask(question: PolicyQuestion, signal?: AbortSignal): Promise<PolicyAnswer>;
  close(): Promise<void>;
}
