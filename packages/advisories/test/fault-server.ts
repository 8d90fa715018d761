import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one request; `undefined` leaves it to the usual answer. */
export type Fault = (request: IncomingMessage, response: ServerResponse, bytes: Buffer | undefined) => boolean;

/** A source of archives on loopback, with entity tags and ranges as an object store has them, and faults on demand. */
export class FaultServer {
  readonly files = new Map<string, Buffer>();
  /** `METHOD PATH [range]`, in order. */
  readonly requests: string[] = [];
  /** Answers that held only the rest of a file. */
  parts = 0;
  /** Headers for every good answer, by path. */
  readonly headers = new Map<string, Record<string, string>>();
  /** Each is used once for a request to its path. */
  readonly faults: { readonly path: string; readonly fault: Fault }[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));
  url = '';

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    // Listening on TCP: the address has a port.
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? '/').slice(1));
    const { range } = request.headers;
    this.requests.push(`${path}${range === undefined ? '' : ` ${range}`}`);
    const bytes = this.files.get(path);
    const at = this.faults.findIndex((each) => each.path === path);
    const [planned] = at < 0 ? [] : this.faults.splice(at, 1);
    if (planned?.fault(request, response, bytes) === true) return;
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${bytes.length}-${bytes.readUInt32LE(bytes.length - 8)}"`;
    const headers = { etag, 'last-modified': 'Fri, 31 May 2024 12:00:00 GMT', ...this.headers.get(path) };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    if (start > 0 && request.headers['if-range'] === etag) {
      const part = {
        'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
        'content-length': bytes.length - start,
      };
      this.parts++;
      response.writeHead(206, { ...headers, ...part }).end(bytes.subarray(start));
      return;
    }
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
  }
}

/** Answers with a status and nothing else. */
export function status(code: number, headers: Record<string, string> = {}): Fault {
  return (_request, response) => {
    response.writeHead(code, headers).end();
    return true;
  };
}

/** Sends the first bytes of the file and says no more, until `cut` is called. */
export function sendOnly(count: number): { readonly fault: Fault; readonly cut: () => void } {
  let held: ServerResponse | undefined;
  return {
    fault: (_request, response, bytes) => {
      if (bytes === undefined) return false;
      const etag = `"${bytes.length}-${bytes.readUInt32LE(bytes.length - 8)}"`;
      response.writeHead(200, { etag, 'content-length': bytes.length });
      response.write(bytes.subarray(0, count));
      held = response;
      return true;
    },
    cut: () => held?.destroy(),
  };
}
