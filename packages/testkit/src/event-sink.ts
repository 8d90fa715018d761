import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloudEvent, readMessage } from '@assay/cloudevents';

/** An event handler that takes events as the store does and remembers them. Source: spec/amr.md §3.1, §4. */
export class EventSink {
  /** Every event taken, in order, repeats included. */
  readonly taken: CloudEvent[] = [];
  /** What the next requests are answered with; empty means as usual. */
  readonly answers: number[] = [];
  /** Whether `/healthz` says that all is well. */
  isWell = true;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      if (request.url === '/healthz') return response.writeHead(this.isWell ? 204 : 503).end();
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const answer = this.answers.shift();
        if (answer !== undefined) return response.writeHead(answer).end();
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        try {
          this.taken.push(...readMessage({ headers, body: Buffer.concat(parts) }));
        } catch {
          return response.writeHead(400).end();
        }
        return response.writeHead(204).end();
      });
      return response;
    });
  }

  /** Takes requests on a free port of an address; `0.0.0.0` is for senders on a cluster. */
  async listen(address = '127.0.0.1'): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ids taken more than once. */
  get repeats(): readonly string[] {
    const ids = this.taken.map(({ id }) => id);
    return ids.filter((id, index) => ids.indexOf(id) !== index);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
