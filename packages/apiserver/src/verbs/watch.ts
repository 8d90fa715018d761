import type { Call } from '../context.ts';
import type { JsonObject } from '../json.ts';
import { apiVersionOf } from '../kinds/resource.ts';
import { flag, numberParameter } from '../request.ts';
import { everything, type Selector } from '../selectors.ts';
import { ApiError, badRequest } from '../status.ts';
import type { Change } from '../store/collection.ts';
import { selectorOf, versionParameter } from './list.ts';

/** An event of a watch. `object` is a Status when the type is ERROR. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject;
}

/** How a fault makes a watch misbehave. */
export interface WatchFault {
  /** Ends the stream after so many events. */
  readonly endAfter?: number;
  /** Sends nothing more after so many events, and does not end. */
  readonly silentAfter?: number;
  /** Sends the 410 ERROR event after so many events, then ends. */
  readonly expireAfter?: number;
}

const slowConsumerLimit = 100_000;

/** A stream of events that somebody reads. Ends itself when the reader falls too far behind. */
export class EventStream implements AsyncIterable<WatchEvent> {
  readonly #queue: WatchEvent[] = [];
  readonly #cleanups: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: Error | undefined;

  push(event: WatchEvent): void {
    if (this.#ended) return;
    this.#queue.push(event);
    if (this.#queue.length > slowConsumerLimit) this.end();
    this.#wake?.();
  }

  /** No more events; what was pushed is still read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const cleanup of this.#cleanups) cleanup();
    this.#wake?.();
  }

  /** Breaks the stream: the reader gets this error, even before events it has not read. */
  fail(error: Error): void {
    this.#failure = error;
    this.end();
  }

  onEnd(cleanup: () => void): void {
    if (this.#ended) cleanup();
    else this.#cleanups.push(cleanup);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent> {
    try {
      while (true) {
        if (this.#failure !== undefined) throw this.#failure;
        const next = this.#queue.shift();
        if (next !== undefined) yield next;
        else if (this.#ended) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.end();
    }
  }
}

/** Starts a watch. Throws 410 or 400 before the stream begins where the real server does. */
export function watch(call: Call, fault: WatchFault = {}): EventStream {
  const { store, clock, random, bookmarkIntervalMs } = call.context;
  const collection = store.collection(call.kind.collection);
  const version = versionParameter(call);
  const wantsInitial = flag(call.query, 'sendInitialEvents') && call.query.has('sendInitialEvents');
  const bookmarks = flag(call.query, 'allowWatchBookmarks') && call.query.has('allowWatchBookmarks');
  if (wantsInitial && call.query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw badRequest(
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  const sender = new Sender(call, selectorOf(call), fault);
  const { stream } = sender;

  if (wantsInitial || version === undefined || version === 0) {
    if (!call.query.has('sendInitialEvents') || wantsInitial) {
      for (const object of collection.list(call.namespace)) sender.initial(object);
    }
    if (wantsInitial) sender.bookmark(store.version, { 'k8s.io/initial-events-end': 'true' });
  } else {
    try {
      for (const change of collection.since(version)) sender.change(change);
    } catch (error) {
      // The stream has begun when the server notices: the refusal is its only event.
      if (!(error instanceof ApiError)) throw error;
      stream.push({ type: 'ERROR', object: error.status() });
      stream.end();
      return stream;
    }
  }

  stream.onEnd(collection.listen((change) => sender.change(change)));
  const timeoutMs = (numberParameter(call.query, 'timeoutSeconds') || 1800 * (1 + random())) * 1000;
  stream.onEnd(
    clock.after(timeoutMs, () => {
      if (bookmarks) sender.bookmark(store.version);
      sender.finish();
    }),
  );
  if (bookmarks) repeat(call, stream, bookmarkIntervalMs, () => sender.bookmark(store.version));
  return stream;
}

function repeat(call: Call, stream: EventStream, ms: number, then: () => void): void {
  let cancel = () => {};
  const again = () => {
    cancel = call.context.clock.after(ms, () => {
      then();
      again();
    });
  };
  again();
  stream.onEnd(() => cancel());
}

/** Turns changes of a collection into events of one watch. */
class Sender {
  readonly stream = new EventStream();
  readonly #call: Call;
  readonly #selects: Selector;
  readonly #fault: WatchFault;
  #sent = 0;

  constructor(call: Call, selects: Selector, fault: WatchFault) {
    this.#call = call;
    this.#selects = selects;
    this.#fault = fault;
    this.#mind();
  }

  initial(object: JsonObject): void {
    if (this.#selects(object)) this.#send('ADDED', object);
  }

  change(change: Change): void {
    const { namespace } = this.#call;
    if (namespace !== '' && !change.key.startsWith(`${namespace}/`)) return;
    if (this.#selects === everything) {
      this.#send(change.type, change.object);
      return;
    }
    const was = change.before !== undefined && this.#selects(change.before);
    const is = change.type !== 'DELETED' && this.#selects(change.object);
    if (is) this.#send(was ? 'MODIFIED' : 'ADDED', change.object);
    else if (was) this.#send('DELETED', change.object);
  }

  bookmark(version: number, annotations?: JsonObject): void {
    if (this.#isSilent()) return;
    const metadata: JsonObject = { resourceVersion: String(version), creationTimestamp: null };
    if (annotations !== undefined) metadata.annotations = annotations;
    const { kind } = this.#call;
    this.stream.push({ type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } });
  }

  finish(): void {
    if (!this.#isSilent()) this.stream.end();
  }

  #isSilent(): boolean {
    return this.#fault.silentAfter !== undefined && this.#sent >= this.#fault.silentAfter;
  }

  #send(type: WatchEvent['type'], object: JsonObject): void {
    if (this.#isSilent()) return;
    this.stream.push({ type, object: this.#call.kind.fromStored(object) });
    this.#sent += 1;
    this.#mind();
  }

  #mind(): void {
    const { endAfter, expireAfter } = this.#fault;
    if (endAfter !== undefined && this.#sent >= endAfter) this.stream.end();
    if (expireAfter !== undefined && this.#sent >= expireAfter) {
      this.stream.push({ type: 'ERROR', object: expiredStatus });
      this.stream.end();
    }
  }
}

const expiredStatus: JsonObject = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'The resourceVersion for the provided watch is too old.',
  reason: 'Expired',
  code: 410,
};
