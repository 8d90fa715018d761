import { AssayError } from '@assay/contract';
import { compile, RegoErrors } from '@assay/rego';

/** How policies are read. */
export interface CheckOptions {
  /** `auto` tries v1, then v0, file by file. */
  readonly dialect: 'auto' | 'v0' | 'v1';
  /** Unused and shadowed names, deprecated built-ins and duplicate imports are faults too. */
  readonly strict: boolean;
}

/** One thing that is wrong with a policy, in OPA's words. */
export interface PolicyFault {
  readonly file: string;
  /** From 1; 0 when it has no place. */
  readonly row: number;
  readonly column: number;
  /** OPA's code, such as `rego_unsafe_var_error`. */
  readonly code: string;
  readonly message: string;
  readonly details: readonly string[];
}

/** Compiles policies and gives what is wrong with them; nothing when all is well. */
export async function checkPolicies(
  modules: ReadonlyMap<string, string>,
  { dialect, strict }: CheckOptions,
): Promise<readonly PolicyFault[]> {
  try {
    await compile(modules, { dialect, strict });
    return [];
  } catch (error) {
    return faultsOf(error);
  }
}

/** The faults in what `compile` or `prepare` has thrown. Throws on what is none. */
export function faultsOf(error: unknown): readonly PolicyFault[] {
  if (!(error instanceof RegoErrors)) throw error;
  return error.errors.map(({ file, row, column, code, message, details }) => ({
    file,
    row,
    column,
    code,
    message,
    details,
  }));
}

/** `FILE:ROW:COL: code: message`, and details below. */
export function faultText({ file, row, column, code, message, details }: PolicyFault): string {
  const place = row === 0 ? '' : `${file === '' ? '' : `${file}:`}${row}:${column}: `;
  return [`${place}${code}: ${message}`, ...details.map((line) => `\t${line}`)].join('\n');
}

/** What does not compile cannot be run: throws POLICY_INVALID with the first fault of it. */
export function toInvalid(error: unknown): never {
  const faults = faultsOf(error);
  const [first] = faults;
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
  throw new AssayError('POLICY_INVALID', `${first === undefined ? 'the policy' : faultText(first)}${more}`, {
    cause: error,
    hint: 'See all faults with: assay policy check',
  });
}
