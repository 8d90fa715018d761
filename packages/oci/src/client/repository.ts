import { AssayError, type Digest, type ImageReference, isDigest } from '@assay/contract';
import type { Descriptor } from '../content-source.ts';
import { findText, manifestLimit, member, parseDescriptor, parseObject, toReferrerEntry } from '../document.ts';
import { acceptManifests, isForeignLayer, isManifestType } from '../media-types.ts';
import { formatReference } from '../reference.ts';
import { digestOf } from '../verified.ts';
import { scopeFor } from './authenticator.ts';
import { type HttpAnswer, readFacts } from './exchange-once.ts';
import { notARegistry, toAnswerFailure } from './failure.ts';
import { nextPage } from './link.ts';
import type { Network } from './network.ts';
import type { PushBlobOptions, PushContent, RegistryOptions, RegistryRepository } from './options.ts';
import { BlobPusher } from './push-blob.ts';
import { readBlob } from './read-blob.ts';
import { Referrers } from './referrers.ts';
import type { ReadAnswer, RegistryHost, RegistryRequest } from './registry-host.ts';

/** Where a repository is reached: the registry itself, or a mirror of it. */
export interface Endpoint {
  readonly host: RegistryHost;
  readonly repository: string;
}

const pageLimit = 10_000;
const usualDeadline = 60_000;
const usualBlobDeadline = 3_600_000;

interface Resolved {
  readonly descriptor: Descriptor;
  /** The bytes, where finding the descriptor took them. */
  readonly bytes?: Uint8Array;
}

/** One repository over HTTP. Source: distribution-spec 1.1. */
export class Repository implements RegistryRepository {
  readonly name: string;
  readonly #network: Network;
  readonly #reference: ImageReference;
  readonly #origin: Endpoint;
  readonly #endpoints: readonly Endpoint[];
  readonly #options: RegistryOptions;
  #resolved: Resolved | undefined;

  constructor(
    network: Network,
    reference: ImageReference,
    origin: Endpoint,
    mirrors: readonly Endpoint[],
    options: RegistryOptions,
  ) {
    this.name = formatReference(reference);
    this.#network = network;
    this.#reference = reference;
    this.#origin = origin;
    this.#endpoints = [...mirrors, origin];
    this.#options = options;
  }

  async resolve(signal?: AbortSignal): Promise<Descriptor> {
    this.#resolved ??= await this.#timed(this.#options.deadlineMs ?? usualDeadline, signal, (limited) =>
      this.#anywhere((endpoint) => this.#resolveAt(endpoint, limited)),
    );
    return this.#resolved.descriptor;
  }

  async *fetch(what: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const kept = this.#resolved?.bytes;
    if (kept !== undefined && this.#resolved?.descriptor.digest === what.digest) {
      yield kept;
      return;
    }
    const isManifest = isManifestType(what.mediaType) || what.digest === this.#resolved?.descriptor.digest;
    const { deadlineMs = usualDeadline, blobDeadlineMs = usualBlobDeadline } = this.#options;
    const deadline = AbortSignal.timeout(isManifest ? deadlineMs : blobDeadlineMs);
    const limited = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    try {
      for (const endpoint of this.#endpoints) {
        let began = false;
        try {
          for await (const chunk of readBlob(endpoint, what, isManifest, limited)) {
            began = true;
            yield chunk;
          }
          return;
        } catch (error) {
          if (began || endpoint === this.#origin || !(error instanceof AssayError)) throw error;
        }
      }
    } catch (error) {
      if (error instanceof AssayError && error.code === 'REGISTRY_NOT_FOUND' && isForeignLayer(what.mediaType)) {
        throw new AssayError(
          'LAYER_UNSUPPORTED',
          `layer ${what.digest} lies with its publisher and is not in ${this.name}`,
          { cause: error },
        );
      }
      throw this.#late(error, deadline);
    }
  }

  referrers(subject: Descriptor, artifactType?: string, signal?: AbortSignal): AsyncIterable<Descriptor> {
    return new Referrers(this.#origin.host, this.#origin.repository).list(subject.digest, artifactType, signal);
  }

  hasBlob(digest: Digest, signal?: AbortSignal): Promise<boolean> {
    return this.#hasBlob(digest, 'pull', signal);
  }

  async #hasBlob(digest: Digest, actions: string, signal?: AbortSignal): Promise<boolean> {
    const answer = await this.#send(
      { method: 'HEAD', to: this.#path(`blobs/${digest}`), scopes: [this.#scope(actions)], what: `blob ${digest}` },
      signal,
    );
    if (answer.status === 401 || answer.status === 403) throw await this.#origin.host.failure(answer, `blob ${digest}`);
    answer.drop();
    return answer.status === 200;
  }

  async pushBlob(content: PushContent, options: PushBlobOptions = {}): Promise<'present' | 'mounted' | 'sent'> {
    // Asked with the rights of the upload that may follow, so that one token does for both.
    if (await this.#hasBlob(content.digest, 'pull,push', options.signal)) return 'present';
    return this.#timed(this.#options.blobDeadlineMs ?? usualBlobDeadline, options.signal, (signal) =>
      new BlobPusher(this.#origin.host, this.#origin.repository).push(content, { ...options, signal }),
    );
  }

  async pushManifest(
    bytes: Uint8Array,
    mediaType: string,
    options: { readonly tag?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Descriptor> {
    const descriptor: Descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
    const document = parseObject(bytes, 'the manifest to push');
    const named = member(document, 'subject');
    const subject =
      named === undefined ? undefined : parseDescriptor(named, 'the subject of the manifest to push').digest;
    const reference = options.tag ?? descriptor.digest;
    const what = `manifest ${reference}`;
    const answer = await this.#send(
      {
        method: 'PUT',
        to: this.#path(`manifests/${reference}`),
        scopes: [this.#scope('pull,push')],
        headers: { 'content-type': mediaType },
        body: () => bytes,
        what,
      },
      options.signal,
    );
    if (answer.status < 200 || answer.status > 299) throw await this.#origin.host.failure(answer, what);
    answer.drop();
    // A registry that keeps the list of referrers itself says so with this header.
    if (subject === undefined || answer.header('oci-subject') !== undefined) return descriptor;
    await new Referrers(this.#origin.host, this.#origin.repository).add(
      subject,
      toReferrerEntry(descriptor, document),
      options.signal,
    );
    return descriptor;
  }

  async deleteManifest(digest: Digest, signal?: AbortSignal): Promise<void> {
    const what = `manifest ${digest}`;
    const subject = await this.#findSubject(digest, signal);
    const answer = await this.#send(
      { method: 'DELETE', to: this.#path(`manifests/${digest}`), scopes: [this.#scope('delete,pull,push')], what },
      signal,
    );
    if (answer.status < 200 || answer.status > 299) throw await this.#origin.host.failure(answer, what);
    answer.drop();
    if (subject !== undefined)
      await new Referrers(this.#origin.host, this.#origin.repository).remove(subject, digest, signal);
  }

  /** What a manifest that is about to go says it refers to. Whatever cannot be read is the registry's to refuse. */
  async #findSubject(digest: Digest, signal?: AbortSignal): Promise<Digest | undefined> {
    const { answer, bytes } = await this.#read(
      {
        method: 'GET',
        to: this.#path(`manifests/${digest}`),
        scopes: [this.#scope('delete,pull,push')],
        headers: { accept: acceptManifests },
        what: `manifest ${digest}`,
      },
      signal,
    );
    if (bytes === undefined) {
      answer.drop();
      return undefined;
    }
    try {
      const document = parseAnswer(bytes, this.#origin.host.host);
      const named = member(document, 'subject');
      return named === undefined ? undefined : parseDescriptor(named, 'subject').digest;
    } catch (error) {
      if (error instanceof AssayError) return undefined;
      throw error;
    }
  }

  async *tags(signal?: AbortSignal): AsyncGenerator<string> {
    const { host } = this.#origin;
    let to: string | URL | undefined = this.#path('tags/list');
    for (let page = 0; to !== undefined; page += 1) {
      if (page >= pageLimit)
        throw new AssayError('LIMIT_EXCEEDED', `${host.host} lists tags on more than ${pageLimit} pages`);
      const what = `tags of ${this.#origin.repository}`;
      const { answer, bytes } = await this.#read({ method: 'GET', to, scopes: [this.#scope('pull')], what }, signal);
      if (bytes === undefined) throw await host.failure(answer, what);
      const list = member(parseAnswer(bytes, host.host), 'tags');
      if (Array.isArray(list)) for (const tag of list) if (typeof tag === 'string') yield tag;
      to = nextPage(answer);
    }
  }

  close(): Promise<void> {
    return this.#network.close();
  }

  #path(rest: string): string {
    return `/v2/${this.#origin.repository}/${rest}`;
  }

  #scope(actions: string): string {
    return scopeFor(this.#origin.repository, actions);
  }

  #send(request: RegistryRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    return this.#timed(this.#options.deadlineMs ?? usualDeadline, signal, (limited) =>
      this.#origin.host.send({ ...request, signal: limited }),
    );
  }

  #read(request: RegistryRequest, signal?: AbortSignal): Promise<ReadAnswer> {
    return this.#timed(this.#options.deadlineMs ?? usualDeadline, signal, (limited) =>
      this.#origin.host.read({ ...request, signal: limited }, manifestLimit),
    );
  }

  async #timed<T>(
    milliseconds: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const deadline = AbortSignal.timeout(milliseconds);
    try {
      return await work(signal === undefined ? deadline : AbortSignal.any([signal, deadline]));
    } catch (error) {
      throw this.#late(error, deadline);
    }
  }

  /** A deadline of ours that passed, in words. */
  #late(error: unknown, deadline: AbortSignal): unknown {
    if (!deadline.aborted || error instanceof AssayError) return error;
    return new AssayError('REGISTRY_UNREACHABLE', `${this.#origin.host.host} took too long`, { cause: error });
  }

  /** Asks the mirrors first; whatever keeps one from answering, the next one is asked. */
  async #anywhere<T>(work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    for (const endpoint of this.#endpoints) {
      try {
        return await work(endpoint);
      } catch (error) {
        if (endpoint === this.#origin || !(error instanceof AssayError)) throw error;
      }
    }
    throw new AssayError('INTERNAL', 'a repository without an endpoint');
  }

  /** HEAD first: it does not count as a pull. Where it does not say enough, GET. */
  async #resolveAt({ host, repository }: Endpoint, signal: AbortSignal): Promise<Resolved> {
    const { tag = 'latest', digest } = this.#reference;
    const request = {
      to: `/v2/${repository}/manifests/${digest ?? tag}`,
      scopes: [scopeFor(repository, 'pull')],
      headers: { accept: acceptManifests },
      what: digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`,
      signal,
    };
    const head = await host.send({ ...request, method: 'HEAD' });
    head.drop();
    const told = head.status === 200 ? this.#fromHead(head) : undefined;
    if (told !== undefined) return { descriptor: told };
    if (head.status === 401) throw await host.failure(head, request.what);

    const { answer, bytes } = await host.read({ ...request, method: 'GET' }, manifestLimit);
    if (bytes === undefined) throw await this.#missing(host, answer, request);
    const type = typeOf(answer);
    if (type === 'text/html') throw notARegistry(host.host);
    const own = findText(parseAnswer(bytes, host.host), 'mediaType');
    const descriptor: Descriptor = {
      mediaType: isManifestType(type) ? type : (own ?? (type || 'application/octet-stream')),
      digest: digest ?? digestOf(bytes),
      size: bytes.byteLength,
    };
    return { descriptor, bytes };
  }

  /** What a HEAD says, when it says it all. The digest that was asked for is the one that counts. */
  #fromHead(answer: HttpAnswer): Descriptor | undefined {
    const digest = this.#reference.digest ?? answer.header('docker-content-digest') ?? '';
    const length = answer.header('content-length') ?? '';
    const mediaType = typeOf(answer);
    if (!isDigest(digest) || !/^\d{1,12}$/.test(length) || length === '0' || !isManifestType(mediaType))
      return undefined;
    return { mediaType, digest, size: Number(length) };
  }

  /** Not every 404 comes from a registry. One that knows the API answers its root. */
  async #missing(
    host: RegistryHost,
    answer: HttpAnswer,
    request: Omit<RegistryRequest, 'method'>,
  ): Promise<AssayError> {
    if (answer.status !== 404) return host.failure(answer, request.what);
    const facts = await readFacts(answer);
    if (facts.code !== undefined) return toAnswerFailure(facts, host.host, request.what);
    const root = await host.send({ ...request, method: 'GET', to: '/v2/' });
    root.drop();
    const isRegistry =
      root.header('docker-distribution-api-version') !== undefined ||
      ((root.status === 200 || root.status === 401) && typeOf(root) !== 'text/html');
    return isRegistry
      ? toAnswerFailure(facts, host.host, request.what)
      : new AssayError('REGISTRY_PROTOCOL', `${host.host} is not a registry: it knows no /v2/`);
  }
}

function typeOf(answer: HttpAnswer): string {
  return (answer.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function parseAnswer(bytes: Uint8Array, host: string) {
  try {
    return parseObject(bytes, 'the answer');
  } catch (cause) {
    throw new AssayError('REGISTRY_PROTOCOL', `${host} answers with something that is not JSON`, { cause });
  }
}
