import { askedWait, type Backoff, backoffMs } from '../backoff.ts';
import type { Selection } from '../client/kube-client.ts';
import { isKubeError, KubeError } from '../client/kube-error.ts';
import { type Clock, pause, type Random, systemClock } from '../clock.ts';
import { type KubeObject, keyOf } from '../object.ts';
import { ObjectStore } from './object-store.ts';
import type { Reflector, ReflectorOptions, ReflectorState } from './reflector.ts';
import type { Change, Store } from './store.ts';
import { untilAborted } from './until-aborted.ts';

/** A reflector; `start()` it. */
export function createReflector<T extends KubeObject, K>(options: ReflectorOptions<T, K>): Reflector<K> {
  return new ListWatch(options);
}

/** A watch that ended sooner than this counts as a failure, however politely it ended: else a server that ends each at once is asked without a pause. */
const healthyMs = 5_000;

class ListWatch<T extends KubeObject, K> implements Reflector<K> {
  readonly #options: ReflectorOptions<T, K>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #backoff: Backoff;
  readonly #store: ObjectStore<K>;
  readonly #stop = new AbortController();
  readonly synced: Promise<void>;
  #resolveSynced: () => void = () => undefined;
  #nudged = new AbortController();
  #state: ReflectorState = 'new';
  /** Where the next watch begins; undefined when everything must be listed. */
  #version: string | undefined;
  #failures = 0;
  #lists = 0;
  #isSynced = false;
  #failure: KubeError | undefined;

  constructor(options: ReflectorOptions<T, K>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#backoff = options.backoff ?? { firstMs: 250, longestMs: 30_000 };
    this.#store = new ObjectStore(options.indexes);
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  get store(): Store<K> {
    return this.#store;
  }
  get state(): ReflectorState {
    return this.#state;
  }
  get lists(): number {
    return this.#lists;
  }
  get isSynced(): boolean {
    return this.#isSynced;
  }
  get failure(): KubeError | undefined {
    return this.#failure;
  }

  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'listing';
    this.#run().catch((error: unknown) => this.#report(error));
  }

  nudge(): void {
    this.#failures = 0;
    this.#nudged.abort();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#stop.abort(new DOMException('the reflector was stopped', 'AbortError'));
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const began = this.#clock.now();
      try {
        this.#version ??= await this.#listAll();
        if (this.#stop.signal.aborted) return;
        await this.#watchFrom(this.#version);
        this.#failures = this.#clock.now() - began >= healthyMs ? 0 : this.#failures + 1;
        if (this.#failures > 0) await this.#wait(0);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (this.#clock.now() - began >= healthyMs && this.#state === 'watching') this.#failures = 0;
        this.#failures += 1;
        this.#learn(error);
        await this.#wait(askedWait(error));
      }
    }
  }

  /** Everything, page by page, each object cut down as it comes. Returns where to watch from. */
  async #listAll(): Promise<string> {
    this.#state = 'listing';
    const { client, resource, pageSize } = this.#options;
    const pages = client.pages(resource, {
      signal: this.#stop.signal,
      ...(pageSize === undefined ? {} : { pageSize }),
      ...selectionOf(this.#options),
    });
    const seen = new Set<string>();
    let version = '';
    for await (const page of untilAborted(pages, this.#stop.signal)) {
      for (const item of page.items) {
        seen.add(keyOf(item));
        this.#put(item);
      }
      version = page.resourceVersion;
    }
    this.#lists += 1;
    this.#tell(this.#store.removeAllBut(seen));
    this.#markSynced();
    return version;
  }

  /** One watch, to its end. Remembers after every event how far it came. */
  async #watchFrom(resourceVersion: string): Promise<void> {
    const { client, resource, watchSeconds = 300 } = this.#options;
    this.#state = 'watching';
    const silence = this.#watchdog();
    const signal = AbortSignal.any([this.#stop.signal, silence.signal]);
    try {
      const events = client.watch(resource, {
        resourceVersion,
        signal,
        timeoutSeconds: Math.round(watchSeconds * (1 + this.#random())),
        ...selectionOf(this.#options),
      });
      for await (const event of untilAborted(events, signal)) {
        silence.heard();
        this.#failure = undefined;
        if (event.type === 'BOOKMARK') {
          this.#version = event.resourceVersion;
          continue;
        }
        if (event.type === 'DELETED') this.#tell(this.#store.remove(keyOf(event.object), event.object.metadata.uid));
        else this.#put(event.object);
        this.#version = event.object.metadata.resourceVersion ?? this.#version;
      }
    } finally {
      silence.end();
    }
  }

  /** Fires when nothing was heard for too long: a connection can be half open for hours. */
  #watchdog(): { readonly signal: AbortSignal; readonly heard: () => void; readonly end: () => void } {
    const quiet = this.#options.inactivityMs ?? 150_000;
    const controller = new AbortController();
    let last = this.#clock.now();
    let cancel: () => void = () => undefined;
    const check = (): void => {
      const left = last + quiet - this.#clock.now();
      if (left > 0) cancel = this.#clock.after(left, check);
      else controller.abort(inactive(this.#options.resource.plural, quiet));
    };
    cancel = this.#clock.after(quiet, check);
    return {
      signal: controller.signal,
      heard: () => {
        last = this.#clock.now();
      },
      end: () => cancel(),
    };
  }

  /** What a failure changes besides a wait. */
  #learn(error: unknown): void {
    this.#failure = error instanceof KubeError ? error : undefined;
    if (isKubeError(error, 'KindMissing')) {
      // A kind that is not served has no objects. That is an answer, and may change any time.
      this.#version = undefined;
      this.#tell(this.#store.removeAllBut(new Set()));
      this.#state = 'absent';
      this.#markSynced();
    } else {
      this.#state = 'waiting';
      if (isForgotten(error)) this.#version = undefined;
    }
    this.#report(error);
  }

  async #wait(asked: number): Promise<void> {
    const ms = Math.max(asked, backoffMs(this.#failures, this.#backoff, this.#random));
    this.#nudged = new AbortController();
    await pause(this.#clock, ms, AbortSignal.any([this.#stop.signal, this.#nudged.signal]));
  }

  #put(object: T): void {
    try {
      const { uid = '', resourceVersion = '' } = object.metadata;
      this.#tell(this.#store.put({ key: keyOf(object), uid, resourceVersion, kept: this.#options.project(object) }));
    } catch (error) {
      this.#report(error);
    }
  }

  #tell(changes: readonly Change<K>[]): void {
    for (const change of changes) {
      if (this.#stop.signal.aborted) return;
      try {
        const told: unknown = this.#options.onChange?.(change);
        if (told instanceof Promise) told.catch((error: unknown) => this.#report(error));
      } catch (error) {
        this.#report(error);
      }
    }
  }

  #markSynced(): void {
    if (this.#isSynced || this.#stop.signal.aborted) return;
    this.#isSynced = true;
    this.#resolveSynced();
  }

  #report(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    try {
      this.#options.onError?.(error);
    } catch {
      // The handler of errors has failed: there is nobody left to tell.
    }
  }
}

function selectionOf({ namespace, labelSelector, fieldSelector, metadataOnly }: Selection): Selection {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(metadataOnly === undefined ? {} : { metadataOnly }),
  };
}

/** Whether the server cannot resume from our version: it is too old (410), from another life of the server (too large), or no version to it. */
function isForgotten(error: unknown): boolean {
  if (!isKubeError(error)) return false;
  if (error.status === 410 || error.status === 400 || error.status === 422) return true;
  return error.causes.some((cause) => cause.reason === 'ResourceVersionTooLarge');
}

function inactive(plural: string, quietMs: number): KubeError {
  const detail = `watch ${plural}: nothing was heard for ${Math.round(quietMs / 1000)} s`;
  return new KubeError('KUBE_UNREACHABLE', detail, { status: 0, reason: 'Inactive', retryable: true });
}
