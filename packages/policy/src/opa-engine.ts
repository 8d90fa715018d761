import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { AssayError } from '@assay/contract';
import { isArray, isObject, lookup, parseJson, type Value } from '@assay/rego';
import {
  checkInput,
  type PolicyAnswer,
  type PolicyEngine,
  type PolicyLimits,
  type PolicyQuestion,
  usualLimits,
} from './engine.ts';

export interface OpaEngineOptions {
  /** The `opa` program. */
  readonly program: string;
  readonly limits?: Partial<PolicyLimits>;
}

/** OPA itself, one process a question: for those who want OPA to decide. The input goes over standard input, policies and data over files. */
export function createOpaEngine({ program, limits = {} }: OpaEngineOptions): PolicyEngine {
  const all = { ...usualLimits, ...limits };
  return {
    ask: (question, signal) => ask(program, all, question, signal),
    close: () => Promise.resolve(),
  };
}

async function ask(
  program: string,
  limits: PolicyLimits,
  question: PolicyQuestion,
  signal: AbortSignal | undefined,
): Promise<PolicyAnswer> {
  checkInput(question, limits);
  const folder = await mkdtemp(join(tmpdir(), 'assay-opa-'));
  try {
    await writeBundle(folder, question);
    const { stdout, code } = await run(program, [...argsOf(folder, limits), question.query], {
      limits,
      question,
      signal,
    });
    return toAnswer(stdout, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeBundle(folder: string, { bundle }: PolicyQuestion): Promise<void> {
  for (const [name, text] of Object.entries(bundle.modules)) {
    // A name stays below the folder, whatever it says.
    const path = join(folder, 'policy', normalize(`/${name}`));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeFile(join(folder, 'data', 'data.json'), JSON.stringify(bundle.data));
}

const argsOf = (folder: string, { timeoutMs }: PolicyLimits): readonly string[] => [
  'eval',
  '--format=json',
  '--stdin-input',
  `--timeout=${timeoutMs}ms`,
  `--data=${join(folder, 'policy')}`,
  `--data=${join(folder, 'data')}`,
];

interface Run {
  readonly limits: PolicyLimits;
  readonly question: PolicyQuestion;
  readonly signal: AbortSignal | undefined;
}

function run(program: string, args: readonly string[], { limits, question, signal }: Run) {
  return new Promise<{ readonly stdout: string; readonly code: number | null }>((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
      ...(signal === undefined ? {} : { signal }),
    });
    const parts: Buffer[] = [];
    let size = 0;
    const stop = (error: AssayError): void => {
      child.kill('SIGKILL');
      reject(error);
    };
    const late = new AssayError('LIMIT_EXCEEDED', `the policy did not answer within ${limits.timeoutMs} ms`);
    const timer = setTimeout(() => stop(late), limits.timeoutMs + 2_000);
    child.stdout.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > limits.answerBytes)
        stop(new AssayError('LIMIT_EXCEEDED', `the answer has more than ${limits.answerBytes} bytes`));
    });
    child.once('error', (cause) =>
      reject(
        signal?.aborted === true
          ? new AssayError('INTERRUPTED', 'the question to the policy was taken back', { cause })
          : new AssayError('POLICY_FAILED', `${program} cannot be run`, { cause }),
      ),
    );
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ stdout: Buffer.concat(parts).toString('utf8'), code });
    });
    // A policy that does not compile is told before the input was read.
    child.stdin.on('error', () => undefined);
    child.stdin.end(question.input);
  });
}

function toAnswer(stdout: string, code: number | null): PolicyAnswer {
  let parsed: Value;
  try {
    parsed = parseJson(stdout);
  } catch (cause) {
    throw new AssayError('POLICY_FAILED', `opa ended with ${code} and said nothing that can be read`, { cause });
  }
  const errors = isObject(parsed) ? lookup(parsed, 'errors') : undefined;
  const [error] = isArray(errors) ? errors : [];
  if (error !== undefined) throw problemOf(error);
  const results = isObject(parsed) ? lookup(parsed, 'result') : undefined;
  const value = [0, 'expressions', 0, 'value'].reduce<Value | undefined>(
    (at, step) => (at === undefined ? undefined : lookup(at, step)),
    results,
  );
  return value === undefined ? { is: 'undefined', prints: [] } : { is: 'defined', value, prints: [] };
}

function problemOf(error: Value): AssayError {
  const [code, message] = ['code', 'message'].map((name) => String(lookup(error, name) ?? ''));
  const detail = code === '' ? `${message}` : `${code}: ${message}`;
  if (code === 'eval_cancel_error') return new AssayError('LIMIT_EXCEEDED', detail);
  return new AssayError(code?.startsWith('rego_') === true ? 'POLICY_INVALID' : 'POLICY_FAILED', detail);
}
