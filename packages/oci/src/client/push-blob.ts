import { AssayError } from '@assay/contract';
import { verified } from '../verified.ts';
import { scopeFor } from './authenticator.ts';
import type { HttpAnswer } from './exchange-once.ts';
import type { PushBlobOptions, PushContent } from './options.ts';
import type { RegistryHost } from './registry-host.ts';
import { type Attempt, withRetries } from './retry.ts';

const octets = { 'content-type': 'application/octet-stream' };

/** A begun upload: where it goes on, and how much the registry is known to have. */
interface Upload {
  location: URL;
  sent: number;
  /** Bytes of the least part the registry takes. */
  readonly smallestPart: number;
}

/** One blob on its way, with what came of the attempts so far. */
interface Push {
  readonly content: PushContent;
  readonly options: PushBlobOptions;
  /** Kept between attempts where the transfer can go on from its middle. */
  upload?: Upload | undefined;
}

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

  /** Sends the bytes, or has them mounted. A failed transfer is begun anew; one in parts goes on where the registry says it stands. */
  push(content: PushContent, options: PushBlobOptions): Promise<'mounted' | 'sent'> {
    const push: Push = { content, options };
    return withRetries(this.#host.retries, this.#host.clock, options.signal, (attempt) => this.#attempt(push, attempt));
  }

  async #attempt(push: Push, attempt: Attempt): Promise<'mounted' | 'sent'> {
    if (push.upload !== undefined) push.upload = await this.#findPosition(push, push.upload, attempt);
    if (push.upload === undefined) {
      const begun = await this.#begin(push, attempt);
      begun.drop();
      if (begun.status === 201) return 'mounted';
      push.upload = {
        location: this.#host.locate(begun.header('location'), begun),
        sent: 0,
        smallestPart: smallestPart(begun),
      };
    }
    const { upload } = push;
    if (push.options.chunkBytes === undefined) {
      // One piece cannot go on from its middle.
      push.upload = undefined;
      const bytes = () => verified(push.content.open(), push.content);
      await this.#finish(push, upload.location, bytes, push.content.size, attempt);
    } else await this.#inParts(push, upload, push.options.chunkBytes, attempt);
    return 'sent';
  }

  async #begin({ content, options }: Push, attempt: Attempt): Promise<HttpAnswer> {
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

  /** Where an upload that was cut off stands; undefined when the registry has forgotten it. Source: distribution-spec 1.1, "Pushing a blob in chunks". */
  async #findPosition({ content, options }: Push, upload: Upload, attempt: Attempt): Promise<Upload | undefined> {
    const answer = await this.#host.sendOnce(
      {
        method: 'GET',
        to: upload.location,
        scopes: this.#scopes,
        what: `blob upload to ${this.#repository}`,
        ...(options.signal && { signal: options.signal }),
      },
      attempt,
    );
    answer.drop();
    const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.header('range') ?? '')?.[1];
    if (answer.status !== 204 && answer.status !== 200) return undefined;
    // `0-0` means one byte by the letter, and none as registries write it: what is known to be there decides.
    const sent = last === undefined || last === '0' ? Math.min(upload.sent, 1) : Number(last) + 1;
    if (sent > content.size) return undefined;
    const location = answer.header('location');
    return {
      ...upload,
      sent,
      location: location === undefined ? upload.location : this.#host.locate(location, answer),
    };
  }

  async #inParts(push: Push, upload: Upload, chunkBytes: number, attempt: Attempt): Promise<void> {
    const { content } = push;
    const length = Math.max(chunkBytes, upload.smallestPart);
    for await (const part of inPieces(verified(content.open(), content), upload.sent, length)) {
      const range = { 'content-range': `${upload.sent}-${upload.sent + part.byteLength - 1}` };
      const answer = await this.#send(
        push,
        'PATCH',
        upload.location,
        () => once(part),
        part.byteLength,
        range,
        attempt,
      );
      if (answer.status !== 202) throw await this.#host.failure(answer, `blob ${content.digest}`);
      answer.drop();
      upload.location = this.#host.locate(answer.header('location'), answer);
      upload.sent += part.byteLength;
    }
    await this.#finish(push, upload.location, () => once(), 0, attempt);
  }

  async #finish(
    push: Push,
    location: URL,
    bytes: () => AsyncIterable<Uint8Array>,
    size: number,
    attempt: Attempt,
  ): Promise<void> {
    const to = withDigest(location, push.content);
    const answer = await this.#send(push, 'PUT', to, bytes, size, {}, attempt);
    if (answer.status !== 201 && answer.status !== 204)
      throw await this.#host.failure(answer, `blob ${push.content.digest}`);
    answer.drop();
  }

  #send(
    { options: { signal } }: Push,
    method: 'PUT' | 'PATCH',
    to: URL,
    body: () => AsyncIterable<Uint8Array>,
    size: number,
    headers: Readonly<Record<string, string>>,
    attempt: Attempt,
  ): Promise<HttpAnswer> {
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

/** Source: distribution-spec 1.1, `OCI-Chunk-Min-Length`. */
function smallestPart(answer: HttpAnswer): number {
  const text = answer.header('oci-chunk-min-length') ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Math.max(1, Number(text)), largestPart) : 1;
}

/** A part is held in memory while it is sent. */
const largestPart = 64 * 1024 * 1024;

/** Adds the digest without touching what the registry put into the query. */
function withDigest(location: URL, content: PushContent): URL {
  const sign = location.search === '' ? '?' : '&';
  return new URL(`${location.href}${sign}digest=${encodeURIComponent(content.digest)}`);
}

async function* once(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

/** The same bytes from `start` on, in pieces of exactly `length`, the last one shorter. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, start: number, length: number): AsyncGenerator<Uint8Array> {
  let skip = start;
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    let at = Math.min(skip, chunk.byteLength);
    skip -= at;
    while (at < chunk.byteLength) {
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
