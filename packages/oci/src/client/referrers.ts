import { AssayError, type Digest, digestParts } from '@assay/contract';
import type { Descriptor } from '../content-source.ts';
import { isObject, type JsonObject, manifestLimit, member, parseDescriptors, parseObject } from '../document.ts';
import { mediaTypes } from '../media-types.ts';
import { digestOf } from '../verified.ts';
import { type Scope, scopeFor } from './authenticator.ts';
import type { HttpAnswer } from './exchange-once.ts';
import { nextPage } from './link.ts';
import type { RegistryHost } from './registry-host.ts';

const entryLimit = 10_000;
const pageLimit = 1_000;
const writeLimit = 30;
/** How long, at least, a writer waits before it looks whether another one has overwritten it. Milliseconds. */
const settleMs = 200;
/** How long, at most, a writer stands back that was told of another one. Milliseconds. */
const collisionMs = 100;

/** The tag under which registries without the referrers API keep the list. Source: distribution-spec 1.1, "Referrers Tag Schema". */
export function referrersTag(subject: Digest): string {
  const { algorithm, hex } = digestParts(subject);
  return `${algorithm}-${hex.slice(0, 64)}`;
}

interface TagList {
  readonly entries: readonly Descriptor[];
  /** Members we do not know are written back as they were. */
  readonly raw: readonly unknown[];
  readonly document: JsonObject;
  /** `ETag`, or the digest in quotes; undefined when there is no list yet. */
  readonly version: string | undefined;
}

/** What is to become of a list, told so that it can be done again on a newer list. */
interface Change {
  isDone(list: TagList): boolean;
  apply(raw: readonly unknown[]): readonly unknown[];
}

function addition(entry: Descriptor): Change {
  return {
    isDone: (list) => list.entries.some(({ digest }) => digest === entry.digest),
    apply: (raw) => [...raw, entry],
  };
}

function removal(digest: Digest): Change {
  return {
    isDone: (list) => !list.entries.some((entry) => entry.digest === digest),
    apply: (raw) => raw.filter((entry) => !isObject(entry) || member(entry, 'digest') !== digest),
  };
}

/** Lets the write happen only to what was read. A weak validator never matches, so it is not sent. Source: RFC 9110 §13.1.1. */
function conditionOf(version: string | undefined): Readonly<Record<string, string>> {
  if (version === undefined) return { 'if-none-match': '*' };
  return version.startsWith('W/') ? {} : { 'if-match': version };
}

/** Writers of this process to the same list go one after the other: that costs nothing and spares most collisions. */
const queues = new Map<string, Promise<void>>();

/** What refers to an image of one repository. */
export class Referrers {
  readonly #host: RegistryHost;
  readonly #repository: string;

  constructor(host: RegistryHost, repository: string) {
    this.#host = host;
    this.#repository = repository;
  }

  #pull(): readonly Scope[] {
    return [scopeFor(this.#repository, 'pull')];
  }

  async *list(subject: Digest, artifactType: string | undefined, signal?: AbortSignal): AsyncGenerator<Descriptor> {
    // A registry may ignore the filter, so what comes is filtered here in any case.
    const isWanted = (entry: Descriptor) => artifactType === undefined || entry.artifactType === artifactType;
    const query = artifactType === undefined ? '' : `?${new URLSearchParams({ artifactType })}`;
    let to: string | URL | undefined = `/v2/${this.#repository}/referrers/${subject}${query}`;
    for (let page = 0; to !== undefined; page += 1) {
      if (page >= pageLimit)
        throw new AssayError('LIMIT_EXCEEDED', `${this.#host.host} lists referrers on more than ${pageLimit} pages`);
      const request = { method: 'GET', to, scopes: this.#pull(), what: `referrers of ${subject}` } as const;
      const { answer, bytes } = await this.#host.read({ ...request, ...(signal && { signal }) }, manifestLimit);
      // Half a list is no list: only the first answer may say that the API is not there.
      if (page > 0 && answer.status !== 200) throw await this.#host.failure(answer, `referrers of ${subject}`);
      const document = await this.#findIndex(answer, bytes, subject);
      if (document === undefined) break;
      for (const entry of entriesOf(document, subject)) if (isWanted(entry)) yield entry;
      to = nextPage(answer);
      if (to === undefined) return;
    }
    const { entries } = await this.#readTag(subject, signal);
    for (const entry of entries) if (isWanted(entry)) yield entry;
  }

  /** The index of an answer; undefined when the registry does not know the referrers API. */
  async #findIndex(
    answer: HttpAnswer,
    bytes: Uint8Array | undefined,
    subject: Digest,
  ): Promise<JsonObject | undefined> {
    if (answer.status === 401 || answer.status === 403)
      throw await this.#host.failure(answer, `referrers of ${subject}`);
    if (bytes === undefined) answer.drop();
    const isIndex = (answer.header('content-type') ?? '').toLowerCase().startsWith(mediaTypes.ociIndex);
    return bytes === undefined || !isIndex ? undefined : parseObject(bytes, `the list of referrers of ${subject}`);
  }

  async #readTag(subject: Digest, signal?: AbortSignal): Promise<TagList> {
    const request = {
      method: 'GET',
      to: `/v2/${this.#repository}/manifests/${referrersTag(subject)}`,
      scopes: this.#pull(),
      headers: { accept: mediaTypes.ociIndex },
      what: `referrers of ${subject}`,
      ...(signal && { signal }),
    } as const;
    const { answer, bytes } = await this.#host.read(request, manifestLimit);
    if (answer.status === 404) {
      answer.drop();
      return { entries: [], raw: [], document: {}, version: undefined };
    }
    if (bytes === undefined) throw await this.#host.failure(answer, `referrers of ${subject}`);
    const document = parseObject(bytes, `the list of referrers of ${subject}`);
    const listed = member(document, 'manifests');
    const raw: readonly unknown[] = Array.isArray(listed) ? listed : [];
    return {
      entries: entriesOf(document, subject),
      raw,
      document,
      version: answer.header('etag') ?? `"${digestOf(bytes)}"`,
    };
  }

  /**
   * Adds an entry to the list kept under a tag: reads, merges, writes, and looks again until the entry stays. With a registry that honours
   * If-Match nothing can be lost; with others a writer would have to stall between its reading and its writing for longer than we watch.
   */
  add(subject: Digest, entry: Descriptor, signal?: AbortSignal): Promise<void> {
    return this.#change(subject, addition(entry), signal);
  }

  /** Takes an entry off the list kept under a tag, where there is one: a registry with the referrers API does so itself. */
  async remove(subject: Digest, digest: Digest, signal?: AbortSignal): Promise<void> {
    const { entries } = await this.#readTag(subject, signal);
    if (entries.some((entry) => entry.digest === digest)) await this.#change(subject, removal(digest), signal);
  }

  async #change(subject: Digest, change: Change, signal?: AbortSignal): Promise<void> {
    const key = `${this.#host.host}/${this.#repository}@${subject}`;
    const before = queues.get(key);
    const run = (async () => {
      await before;
      await this.#changeAlone(subject, change, signal);
    })();
    const quiet = run.catch(() => undefined);
    queues.set(key, quiet);
    try {
      await run;
    } finally {
      if (queues.get(key) === quiet) queues.delete(key);
    }
  }

  async #changeAlone(subject: Digest, change: Change, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#host;
    for (let round = 0; round < writeLimit; round += 1) {
      const began = clock.now();
      const list = await this.#readTag(subject, signal);
      if (!change.isDone(list) && !(await this.#write(subject, list, change, signal))) {
        await clock.sleep(collisionMs * Math.random(), signal);
        continue;
      }
      const settle = Math.max(settleMs, 2 * (clock.now() - began));
      let stays = true;
      for (let look = 0; stays && look < 2; look += 1) {
        // Uneven waits let two writers that collided drift apart.
        if (look > 0) await clock.sleep(settle * (1 + Math.random()), signal);
        stays = change.isDone(await this.#readTag(subject, signal));
      }
      if (stays) return;
    }
    throw new AssayError(
      'REGISTRY_BUSY',
      `${this.#host.host}: the list of referrers of ${subject} is overwritten by others again and again`,
    );
  }

  /** False when another writer was faster, as far as the registry tells. */
  async #write(subject: Digest, list: TagList, change: Change, signal?: AbortSignal): Promise<boolean> {
    const index = {
      ...list.document,
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: change.apply(list.raw),
    };
    const bytes = Buffer.from(JSON.stringify(index));
    if (bytes.byteLength > manifestLimit)
      throw new AssayError('LIMIT_EXCEEDED', `the list of referrers of ${subject} is full`);
    const answer = await this.#host.send({
      method: 'PUT',
      to: `/v2/${this.#repository}/manifests/${referrersTag(subject)}`,
      scopes: [scopeFor(this.#repository, 'pull,push')],
      headers: {
        'content-type': mediaTypes.ociIndex,
        ...conditionOf(list.version),
      },
      body: () => bytes,
      what: `referrers of ${subject}`,
      ...(signal && { signal }),
    });
    if (answer.status === 412 || answer.status === 409) {
      answer.drop();
      return false;
    }
    if (answer.status < 200 || answer.status > 299) throw await this.#host.failure(answer, `referrers of ${subject}`);
    answer.drop();
    return true;
  }
}

function entriesOf(document: JsonObject, subject: Digest): readonly Descriptor[] {
  return parseDescriptors(member(document, 'manifests'), `referrers of ${subject}`, entryLimit);
}
