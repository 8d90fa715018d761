import type { Location } from './location.ts';

/** The codes OPA gives its errors, and two of ours: `limit_error` and `internal_error`. */
export type ErrorCode =
  | 'rego_parse_error'
  | 'rego_compile_error'
  | 'rego_type_error'
  | 'rego_unsafe_var_error'
  | 'rego_recursion_error'
  | 'eval_internal_error'
  | 'eval_conflict_error'
  | 'eval_type_error'
  | 'eval_builtin_error'
  | 'eval_cancel_error'
  | 'eval_with_merge_error'
  | 'limit_error';

/** One thing that is wrong with a policy or its evaluation, as OPA reports it. */
export class RegoError extends Error {
  readonly code: ErrorCode;
  readonly file: string;
  /** From 1; 0 when the error has no place. */
  readonly row: number;
  /** From 1, in characters; 0 when the error has no place. */
  readonly column: number;
  /** Lines that say more, as OPA prints them below the message. */
  readonly details: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    location?: Location | { file: string; row: number; column: number },
    details: readonly string[] = [],
  ) {
    super(message);
    this.details = details;
    this.name = 'RegoError';
    this.code = code;
    this.file = location?.file ?? '';
    this.row = location?.row ?? 0;
    this.column = location?.column ?? 0;
  }

  /** `FILE:ROW:COLUMN: code: message`, the details below. */
  override toString(): string {
    const place = this.row === 0 ? '' : `${this.file === '' ? '' : `${this.file}:`}${this.row}:${this.column}: `;
    return [`${place}${this.code}: ${this.message}`, ...this.details].join('\n\t');
  }
}

/** All errors of one attempt to parse, compile or evaluate; the first leads. */
export class RegoErrors extends Error {
  readonly errors: readonly RegoError[];

  constructor(errors: readonly RegoError[]) {
    super(errors.map(String).join('\n'));
    this.name = 'RegoErrors';
    this.errors = errors;
  }
}
