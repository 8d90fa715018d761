import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { jsonText, lookup, parseJson } from '../../src/index.ts';
import { baseData } from './generate.ts';

/** An answer: a document as JSON text, undefined, or the codes of what went wrong. */
export type Answer = { readonly value: string } | { readonly undefined: true } | { readonly codes: readonly string[] };

interface OpaAnswer {
  readonly result?: unknown;
  readonly code?: string;
  readonly errors?: readonly { readonly code: string }[];
}

/** `opa run --server` on loopback. */
export class OpaServer {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#process = child;
    this.#url = url;
  }

  static async start(program: string): Promise<OpaServer> {
    const address = `127.0.0.1:${await freePort()}`;
    const args = ['run', '--server', '--addr', address, '--log-level', 'error', '--skip-version-check'];
    const child = spawn(program, args, { stdio: 'ignore' });
    const server = new OpaServer(child, `http://${address}`);
    await server.#untilReady();
    await server.#send('PUT', '/v1/data', JSON.stringify(baseData));
    return server;
  }

  async #untilReady(): Promise<void> {
    for (let turn = 0; turn < 400; turn++) {
      if (this.#process.exitCode !== null) throw new Error(`opa ended with ${this.#process.exitCode}`);
      const isReady = await fetch(`${this.#url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      await pause(25);
    }
    throw new Error('opa did not come up within ten seconds');
  }

  /** Puts the policy in the place of the last one; the codes of its errors, none when it compiles. */
  async load(text: string): Promise<readonly string[]> {
    const answer = await this.#send('PUT', '/v1/policies/fuzz', text, 'text/plain');
    return answer.status < 300 ? [] : codesOf(parse(answer.text));
  }

  /** `data.fuzz` for an input, numbers exact; undefined when the server has not answered. */
  async ask(input: unknown): Promise<Answer | undefined> {
    const body = JSON.stringify({ input: input ?? {} });
    // OPA 1.22 panics on some built-ins' operands; its server then drops the connection.
    const answer = await this.#send('POST', '/v1/data/fuzz', body).catch(() => undefined);
    if (answer === undefined) return undefined;
    const { status, text } = answer;
    if (status >= 300) return { codes: codesOf(parse(text)) };
    const result = lookup(parseJson(text), 'result');
    return result === undefined ? { undefined: true } : { value: jsonText(result) };
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  async #send(method: string, path: string, body: string, type = 'application/json') {
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(this.#url + path, { method, body, headers: { 'content-type': type }, signal });
    return { status: answer.status, text: await answer.text() };
  }
}

/** OPA does not tell which port it took, so it is given one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port');
  return address.port;
}

const parse = (text: string): OpaAnswer => JSON.parse(text) as OpaAnswer; // OPA's own answer
const codesOf = ({ errors = [], code = '' }: OpaAnswer): readonly string[] =>
  errors.length === 0 ? [code] : errors.map((one) => one.code).sort();
