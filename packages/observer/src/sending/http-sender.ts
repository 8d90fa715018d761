import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type CloudEvent, toStructuredMessage } from '@assay/cloudevents';
import { AssayError } from '@assay/contract';
import { Agent, request } from 'undici';

/** An event on its way. */
export interface Letter {
  readonly event: CloudEvent;
  /** A file with the JSON that is the event's data, where it is not in the event: it may be as large as a report. */
  readonly dataFile?: string;
}

/** Where events go. */
export interface EventSender {
  /** `stored`, or `refused` for an event that will never be taken. Throws EVENT_UNDELIVERED when it may go through later. */
  send(letter: Letter, signal: AbortSignal): Promise<'stored' | 'refused'>;
  /** Whether the endpoint says it is well. */
  probe(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export interface HttpSenderOptions {
  /** Base URL of the handler. */
  readonly endpoint: string;
  /** File of the bearer token, read anew for each event: the kubelet renews it. */
  readonly tokenFile?: string;
  readonly caPem?: string;
  readonly timeoutMs?: number;
}

/** Sends events as structured JSON to the handler's root path. Source: spec/amr.md §3.1. */
export function createHttpSender(options: HttpSenderOptions): EventSender {
  const timeout = options.timeoutMs ?? 30_000;
  const agent = new Agent({
    connect: { timeout: 5000, ...(options.caPem === undefined ? {} : { ca: options.caPem }) },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    pipelining: 1,
  });
  const headers = async (): Promise<Record<string, string>> => {
    const token = options.tokenFile === undefined ? '' : (await readFile(options.tokenFile, 'utf8')).trim();
    return token === '' ? {} : { authorization: `Bearer ${token}` };
  };
  return {
    async send({ event, dataFile }, signal) {
      const message = toStructuredMessage(event);
      const { length, body } = await bodyOf(String(message.body), dataFile);
      try {
        const answer = await request(new URL('/', options.endpoint), {
          method: 'POST',
          dispatcher: agent,
          signal,
          headers: { ...message.headers, 'content-length': String(length), ...(await headers()) },
          body,
        });
        await answer.body.dump({ limit: 64 * 1024 });
        if (answer.statusCode < 300) return 'stored';
        // Bad credentials and a busy or broken handler mend themselves; any other refusal is about the event.
        if (answer.statusCode < 500 && ![401, 403, 408, 425, 429].includes(answer.statusCode)) return 'refused';
        throw new AssayError('EVENT_UNDELIVERED', `the event handler answers ${answer.statusCode}`);
      } catch (cause) {
        if (cause instanceof AssayError || signal.aborted) throw cause;
        throw new AssayError('EVENT_UNDELIVERED', 'the event handler cannot be reached', { cause });
      }
    },
    async probe(signal) {
      const answer = await request(new URL('/healthz', options.endpoint), { dispatcher: agent, signal });
      await answer.body.dump({ limit: 64 * 1024 });
      return answer.statusCode < 300;
    },
    close: () => agent.close(),
  };
}

/** The event as one JSON object, its data read from the disk while it is sent. */
async function bodyOf(
  event: string,
  dataFile: string | undefined,
): Promise<{ length: number; body: string | Readable }> {
  if (dataFile === undefined) return { length: Buffer.byteLength(event), body: event };
  const { size } = await stat(dataFile);
  const before = `${event.slice(0, -1)},"data":`;
  const after = '}';
  const pieces = async function* () {
    yield Buffer.from(before);
    yield* createReadStream(dataFile, { highWaterMark: 256 * 1024 });
    yield Buffer.from(after);
  };
  return {
    length: Buffer.byteLength(before) + size + after.length,
    body: Readable.from(pieces(), { objectMode: false }),
  };
}
