import { AssayError } from '@assay/contract';
import { scopeFor } from './authenticator.ts';
import type { HttpAnswer } from './exchange-once.ts';
import type { PushBlobOptions, PushContent } from './options.ts';
import type { RegistryHost } from './registry-host.ts';
import { type Attempt, withRetries } from './retry.ts';

const octets = { 'content-type': 'application/octet-stream' };

/** Pushes blobs to one repository. Sources: distribution-spec 1.1, "Pushing blobs", "Mounting a blob". */
export class BlobPusher {
  readonly #host: RegistryHost;
  readonly #repository: string;
  readonly #scopes: readonly string[];

  constructor(host: RegistryHost, repository: string) {
    this.#host = host;
    this.#repository = repository;
    this.#scopes = [scopeFor(repository, 'pull,push')];
  }

  /** Sends the bytes, or has them mounted. A failed transfer is begun anew. */
  push(content: PushContent, options: PushBlobOptions): Promise<'mounted' | 'sent'> {
    return withRetries(this.#host.retries, this.#host.clock, options.signal, async (attempt) => {
      const begun = await this.#begin(content, options, attempt);
      if (begun.status === 201) {
        begun.drop();
        return 'mounted';
      }
      begun.drop();
      const chunk =
        options.chunkBytes === undefined ? undefined : Math.max(options.chunkBytes, this.#smallestChunk(begun));
      const location = this.#host.locate(begun.header('location'), begun);
      if (chunk === undefined) await this.#finish(location, content, content.open(), content.size, options, attempt);
      else await this.#inChunks(location, content, chunk, options, attempt);
      return 'sent';
    });
  }

  #smallestChunk(answer: HttpAnswer): number {
    const text = answer.header('oci-chunk-min-length') ?? '';
    return /^\d{1,12}$/.test(text) ? Number(text) : 1;
  }

  async #begin(content: PushContent, options: PushBlobOptions, attempt: Attempt): Promise<HttpAnswer> {
    const uploads = `/v2/${this.#repository}/blobs/uploads/`;
    const common = {
      method: 'POST',
      what: `uploads to ${this.#repository}`,
      headers: { 'content-length': '0' },
    } as const;
    const { mountFrom, signal } = options;
    if (mountFrom !== undefined) {
      const query = new URLSearchParams({ mount: content.digest, from: mountFrom });
      const scopes = [...this.#scopes, scopeFor(mountFrom, 'pull')];
      const mounted = await this.#host
        .sendOnce({ ...common, to: `${uploads}?${query}`, scopes, ...(signal && { signal }) }, attempt)
        .catch((error: unknown) => {
          // Who may not read the other repository uploads after all.
          if (error instanceof AssayError && error.code === 'REGISTRY_DENIED') return undefined;
          throw error;
        });
      if (mounted?.status === 201 || mounted?.status === 202) return mounted;
      mounted?.drop();
    }
    const begun = await this.#host.sendOnce(
      { ...common, to: uploads, scopes: this.#scopes, ...(signal && { signal }) },
      attempt,
    );
    if (begun.status === 202) return begun;
    throw await this.#host.failure(begun, `uploads to ${this.#repository}`);
  }

  async #finish(
    location: URL,
    content: PushContent,
    bytes: AsyncIterable<Uint8Array>,
    size: number,
    options: PushBlobOptions,
    attempt: Attempt,
  ): Promise<void> {
    const answer = await this.#send('PUT', withDigest(location, content), bytes, size, {}, options, attempt);
    if (answer.status !== 201 && answer.status !== 204)
      throw await this.#host.failure(answer, `blob ${content.digest}`);
    answer.drop();
  }

  async #inChunks(
    location: URL,
    content: PushContent,
    chunk: number,
    options: PushBlobOptions,
    attempt: Attempt,
  ): Promise<void> {
    let next = location;
    let sent = 0;
    for await (const part of inPieces(content.open(), chunk)) {
      const range = { 'content-range': `${sent}-${sent + part.byteLength - 1}` };
      const answer = await this.#send('PATCH', next, once(part), part.byteLength, range, options, attempt);
      if (answer.status !== 202) throw await this.#host.failure(answer, `blob ${content.digest}`);
      answer.drop();
      next = this.#host.locate(answer.header('location'), answer);
      sent += part.byteLength;
    }
    await this.#finish(next, content, once(), 0, options, attempt);
  }

  #send(
    method: 'PUT' | 'PATCH',
    to: URL,
    bytes: AsyncIterable<Uint8Array>,
    size: number,
    headers: Readonly<Record<string, string>>,
    { signal }: PushBlobOptions,
    attempt: Attempt,
  ): Promise<HttpAnswer> {
    let isFirst = true;
    const body = () => {
      // The token was asked for before the upload began, so bytes are sent once; a second asking begins the upload anew.
      if (!isFirst) throw new AssayError('REGISTRY_DENIED', `${this.#host.host} refuses the upload it has begun`);
      isFirst = false;
      return bytes;
    };
    return this.#host.sendOnce(
      {
        method,
        to,
        scopes: this.#scopes,
        headers: { ...octets, ...headers, 'content-length': String(size) },
        ...(size > 0 && { body }),
        what: `blob upload to ${this.#repository}`,
        ...(signal && { signal }),
      },
      attempt,
    );
  }
}

/** Adds the digest without touching what the registry put into the query. */
function withDigest(location: URL, content: PushContent): URL {
  const sign = location.search === '' ? '?' : '&';
  return new URL(`${location.href}${sign}digest=${encodeURIComponent(content.digest)}`);
}

async function* once(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

/** The same bytes in pieces of exactly `length`, the last one shorter. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + length - size);
      waiting.push(part);
      size += part.byteLength;
      at += part.byteLength;
      if (size < length) continue;
      yield Buffer.concat(waiting, size);
      waiting = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(waiting, size);
}
