import { isKubeError } from '../client/kube-error.ts';
import { type Clock, pause, type Random, systemClock } from '../clock.ts';
import { type Lease, leases } from '../resources/core.ts';
import type { LeaderElector, LeaderElectorOptions } from './leader-elector.ts';
import { microTime } from './micro-time.ts';

/** An elector; `start()` it. Throws RangeError for durations that could make two leaders. */
export function createLeaderElector(options: LeaderElectorOptions): LeaderElector {
  return new LeaseElector(options);
}

/** A lease as it was seen, and when. Others' clocks are not compared with ours: only the time since we saw a change counts. */
interface Seen {
  readonly lease: Lease;
  readonly at: number;
}

class LeaseElector implements LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #leaseMs: number;
  readonly #renewMs: number;
  readonly #retryMs: number;
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #seen: Seen | undefined;
  /** Until when nobody else can have taken the lease. */
  #validUntil = Number.NEGATIVE_INFINITY;
  #leading: AbortController | undefined;
  #cancelExpiry: () => void = () => undefined;
  #isStarted = false;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#leaseMs = options.leaseMs ?? 15_000;
    this.#renewMs = options.renewMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
    if (!(this.#retryMs > 0 && this.#retryMs < this.#renewMs && this.#renewMs < this.#leaseMs))
      throw new RangeError('durations must be retry < renew < lease');
    if (this.#leaseMs % 1000 !== 0) throw new RangeError('a lease lasts whole seconds');
  }

  get isLeader(): boolean {
    return this.#leading !== undefined && this.#clock.now() < this.#validUntil;
  }

  get holder(): string | undefined {
    return this.#seen?.lease.spec?.holderIdentity || undefined;
  }

  start(): void {
    if (this.#isStarted || this.#stop.signal.aborted) return;
    this.#isStarted = true;
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    const wasLeader = this.isLeader;
    this.#stop.abort(new DOMException('the elector was stopped', 'AbortError'));
    this.#lose();
    await this.#loop;
    if (wasLeader) await this.#release();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const renewed = await this.#attempt();
      // A leader renews three times within its time, and tries again faster when that fails.
      const wait = renewed ? Math.max(this.#retryMs, this.#renewMs / 3) : this.#retryMs;
      await pause(this.#clock, wait * (0.9 + 0.2 * this.#random()), this.#stop.signal);
    }
  }

  /** Renews or takes the lease. True when this process leads. */
  async #attempt(): Promise<boolean> {
    const timeout = new AbortController();
    const cancel = this.#clock.after(this.#renewMs / 2, () =>
      timeout.abort(new DOMException('the lease was not answered in time', 'TimeoutError')),
    );
    const signal = AbortSignal.any([this.#stop.signal, timeout.signal]);
    try {
      return await this.#renewOrTake(signal);
    } catch (error) {
      // Someone wrote in between, or it is unknown whether we did: read before the next try.
      this.#forgetVersion();
      if (!this.#stop.signal.aborted && !isKubeError(error, 409)) this.#options.onError?.(error);
      return false;
    } finally {
      cancel();
    }
  }

  async #renewOrTake(signal: AbortSignal): Promise<boolean> {
    const known = this.isLeader ? this.#seen?.lease : undefined;
    const current = known?.metadata.resourceVersion === undefined ? await this.#read(signal) : known;
    if (current !== undefined && !this.#isFree(current)) {
      this.#lose();
      return false;
    }
    // The time before sending: whoever sees the renewal sees it later.
    const sentAt = this.#clock.now();
    const written = await this.#write(current, sentAt, signal);
    this.#seen = { lease: written, at: this.#clock.now() };
    return this.#renewed(sentAt);
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const lease = await this.#options.client.get(leases, this.#options.lease, { signal });
    if (lease === undefined) {
      this.#seen = undefined;
    } else if (this.#seen === undefined || isOther(this.#seen.lease, lease)) {
      this.#seen = { lease, at: this.#clock.now() };
    } else {
      this.#seen = { lease, at: this.#seen.at };
    }
    return lease;
  }

  #isFree(lease: Lease): boolean {
    const { holderIdentity = '', leaseDurationSeconds } = lease.spec ?? {};
    if (holderIdentity === '' || holderIdentity === this.#options.identity) return true;
    const seenAt = this.#seen?.at ?? this.#clock.now();
    return this.#clock.now() - seenAt >= (leaseDurationSeconds ?? this.#leaseMs / 1000) * 1000;
  }

  #write(current: Lease | undefined, now: number, signal: AbortSignal): Promise<Lease> {
    const { client, lease: key, identity } = this.#options;
    const isOurs = current?.spec?.holderIdentity === identity;
    const transitions = current?.spec?.leaseTransitions ?? 0;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: this.#leaseMs / 1000,
      acquireTime: isOurs ? (current.spec?.acquireTime ?? microTime(now)) : microTime(now),
      renewTime: microTime(now),
      leaseTransitions: current === undefined || isOurs ? transitions : transitions + 1,
    };
    const named = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    if (current === undefined)
      return client.create(
        leases,
        { ...named, metadata: { name: key.name, namespace: key.namespace }, spec },
        { signal },
      );
    // With the version that was read: if anyone wrote since, this fails.
    return client.replace(leases, { ...named, metadata: current.metadata, spec }, { signal });
  }

  #renewed(sentAt: number): boolean {
    if (this.#stop.signal.aborted) return false;
    this.#validUntil = sentAt + this.#renewMs;
    if (this.#clock.now() >= this.#validUntil) {
      this.#lose();
      return false;
    }
    this.#cancelExpiry();
    this.#cancelExpiry = this.#clock.after(this.#validUntil - this.#clock.now(), () => this.#lose());
    if (this.#leading === undefined) {
      const leading = new AbortController();
      this.#leading = leading;
      this.#guarded(() => this.#options.onStarted(leading.signal));
    }
    return true;
  }

  #lose(): void {
    this.#cancelExpiry();
    this.#validUntil = Number.NEGATIVE_INFINITY;
    const leading = this.#leading;
    if (leading === undefined) return;
    this.#leading = undefined;
    leading.abort(new DOMException('leadership was lost', 'AbortError'));
    this.#guarded(() => this.#options.onStopped?.());
  }

  /** Gives the lease back, so that the next one starts at once. Best effort: it runs out by itself. */
  async #release(): Promise<void> {
    const lease = this.#seen?.lease;
    if (lease?.spec?.holderIdentity !== this.#options.identity) return;
    const now = microTime(this.#clock.now());
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
    const timeout = new AbortController();
    const cancel = this.#clock.after(this.#renewMs / 2, () => timeout.abort());
    try {
      await this.#options.client.replace(leases, { ...lease, spec }, { signal: timeout.signal });
    } catch (error) {
      this.#guarded(() => this.#options.onError?.(error));
    } finally {
      cancel();
    }
  }

  #forgetVersion(): void {
    if (this.#seen === undefined) return;
    const { lease, at } = this.#seen;
    const { resourceVersion: _version, ...metadata } = lease.metadata;
    this.#seen = { lease: { ...lease, metadata }, at };
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }
}

/** Whether somebody wrote: another holder or another time. */
function isOther(before: Lease, now: Lease): boolean {
  return (
    before.spec?.holderIdentity !== now.spec?.holderIdentity ||
    before.spec?.renewTime !== now.spec?.renewTime ||
    before.spec?.acquireTime !== now.spec?.acquireTime ||
    before.metadata.uid !== now.metadata.uid
  );
}
