import { AssayError } from '@assay/contract';
import type { KeychainWorld } from './keychain.ts';

/** A question to a provider's token server. */
export interface ProviderQuestion {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In words, for messages: `Azure's token server`. */
  readonly who: string;
  /** Attempts in all. Default 3; the metadata servers of machines that have none are asked once. */
  readonly attempts?: number;
  /** Milliseconds for each attempt. Default 5000. */
  readonly patienceMs?: number;
}

const answerLimit = 256 * 1024;
const firstPause = 300;

/** A failure in words. Never holds what was sent or answered: both are secrets. */
export function keychainFailed(detail: string, cause?: unknown): AssayError {
  return new AssayError('KEYCHAIN_FAILED', detail, { cause });
}

/** The text of a 2xx answer. Answers that ask to wait, fail or never come are asked for again. Redirects are refused: they would carry tokens elsewhere. Throws KEYCHAIN_FAILED. */
export async function askProvider(question: ProviderQuestion, world: KeychainWorld): Promise<string> {
  const { attempts = 3, who } = question;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await askOnce(question, world);
    if ('text' in outcome) return outcome.text;
    world.signal.throwIfAborted();
    if (!outcome.mayPass || attempt >= attempts) throw keychainFailed(`${who} ${outcome.why}`);
    await world.sleep(firstPause * 2 ** (attempt - 1), world.signal);
  }
}

type Outcome = { readonly text: string } | { readonly why: string; readonly mayPass: boolean };

async function askOnce(question: ProviderQuestion, { fetch, signal }: KeychainWorld): Promise<Outcome> {
  const { method, url, headers = {}, body, patienceMs = 5_000 } = question;
  let answer: Response;
  try {
    answer = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      ...(body === undefined ? {} : { body }),
    });
    if (answer.ok) return { text: await readText(answer) };
    await answer.body?.cancel();
  } catch (error) {
    if (error instanceof AssayError) throw error;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { why: isLate ? 'does not answer in time' : 'cannot be reached', mayPass: true };
  }
  const mayPass = answer.status === 429 || answer.status === 408 || answer.status >= 500;
  return { why: `answers ${answer.status}`, mayPass };
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > answerLimit) throw keychainFailed(`an answer is longer than ${answerLimit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The members of a JSON answer. Throws KEYCHAIN_FAILED. */
export function parseAnswer(text: string, who: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // The cause would quote the answer.
  }
  throw keychainFailed(`${who} answers with something that is no JSON object`);
}

/** A member that must be a text. Throws KEYCHAIN_FAILED. */
export function textOf(answer: Readonly<Record<string, unknown>>, name: string, who: string): string {
  const value = answer[name];
  if (typeof value !== 'string' || value === '') throw keychainFailed(`${who} answers without ${name}`);
  return value;
}
