import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '@assay/oci';

/** The port on which the stories' own registry listens, on every address of this machine. Our steps speak plain http to it. */
export const faultyPort = 5077;

/** A port at which nothing listens; our steps would speak plain http to it too. */
export const deadPort = 5078;

/**
 * Our embedded registry, which knows referrers, with moods by the first word of a repository's name: `readonly/…` refuses every upload,
 * `busy/…` says 503 to the first one, everything else is as it should be.
 */
export class FaultyRegistry {
  readonly #folder = mkdtempSync(join(tmpdir(), 'assay-e2e-registry-'));
  readonly #seen = new Set<string>();
  readonly #server = createServer((from, to) => this.#answer(from, to));
  #behind: Awaited<ReturnType<typeof createRegistry>> | undefined;

  async listen(): Promise<void> {
    this.#behind = await createRegistry({ folder: this.#folder });
    await this.#behind.listen();
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(faultyPort, '0.0.0.0', resolve);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#behind?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #answer(from: IncomingMessage, to: ServerResponse): void {
    const [, mood = '', rest = ''] = /^\/v2\/([^/]+)\/(.*)\/blobs\/uploads\//.exec(from.url ?? '') ?? [];
    const isUpload = from.method === 'POST';
    if (isUpload && mood === 'readonly') refuse(to, 403, 'DENIED', 'the registry is read-only');
    else if (isUpload && mood === 'busy' && this.#isFirst(rest)) refuse(to, 503, 'UNAVAILABLE', 'it is being cleaned');
    else this.#pass(from, to);
  }

  #isFirst(repository: string): boolean {
    const isFirst = !this.#seen.has(repository);
    this.#seen.add(repository);
    return isFirst;
  }

  #pass(from: IncomingMessage, to: ServerResponse): void {
    const { url = '' } = this.#behind ?? {};
    const { method, headers } = from;
    const onward = request(new URL(from.url ?? '/', url), { method, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  }
}

function refuse(to: ServerResponse, status: number, code: string, message: string): void {
  to.writeHead(status, { 'content-type': 'application/json' });
  to.end(JSON.stringify({ errors: [{ code, message }] }));
}
