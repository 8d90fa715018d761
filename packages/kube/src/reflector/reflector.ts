import type { KubeClient, Selection } from '../client/kube-client.ts';
import type { KubeError } from '../client/kube-error.ts';
import type { Clock, Random } from '../clock.ts';
import type { KubeObject } from '../object.ts';
import type { Resource } from '../resource.ts';
import type { Change, Indexes, Store } from './store.ts';

export interface ReflectorOptions<T extends KubeObject, K> extends Selection {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  /** What is kept of an object. Keep little: no managedFields, no payload. */
  readonly project: (object: T) => K;
  readonly indexes?: Indexes<K>;
  /** Told after the store has changed. What it throws goes to `onError` and breaks nothing. */
  readonly onChange?: (change: Change<K>) => void;
  /** Every failure of the connection and of handlers; the reflector goes on by itself. */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Objects per list request. Default 500. */
  readonly pageSize?: number;
  /** A watch is asked to end after this and something between this and twice as much. Default 300 s. */
  readonly watchSeconds?: number;
  /** A watch that says nothing (not even a bookmark, which come each minute) for this long is given up. Default 150 s. */
  readonly inactivityMs?: number;
  /** Waits after failures: doubled from `firstMs` to `longestMs`, with jitter. Default 250 ms, 30 s. */
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number };
}

/** `absent`: the server does not know the kind (yet); asked again with back-off. */
export type ReflectorState = 'new' | 'listing' | 'watching' | 'waiting' | 'absent' | 'stopped';

/** Keeps a store equal to the server: one list, then watches resumed where they ended; lists again only when the server forgot (410). */
export interface Reflector<K> {
  readonly store: Store<K>;
  readonly state: ReflectorState;
  /** Full lists made so far. */
  readonly lists: number;
  /** Resolves when the store was equal to the server once; of a kind the server does not know: when that is known. Never rejects; stays pending when stopped before. */
  readonly synced: Promise<void>;
  readonly isSynced: boolean;
  /** The last failure; gone after the next success. */
  readonly failure: KubeError | undefined;
  start(): void;
  /** Asks now instead of at the end of a wait, as when the kind is known to have appeared. */
  nudge(): void;
  /** Ends everything at once: when it returns no handler will be called and no request begun. */
  stop(): void;
}
