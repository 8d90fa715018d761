import { type Fate, mostRuns, rightEnds } from './fates.ts';

interface KnownScan {
  readonly key: string;
  readonly namespace: string;
  readonly fate: Fate;
  readonly createdAt: number;
  readonly answers: string | undefined;
  runs: number;
  hasRun: boolean;
  copies: number;
  statusWrites: number;
  end: string | undefined;
  lastEndedAt: number;
  lastStatus: string;
  readonly told: Set<string>;
  isRemoved: boolean;
  /** When it was marked as deleted. */
  markedAt: number | undefined;
}

interface KnownRun {
  readonly uid: string;
  readonly namespace: string;
  readonly isCopy: boolean;
}

/** What the judge asks the cluster itself. */
export interface Truth {
  readonly now: () => number;
  /** Whether the run has not ended, or its pod is still there. */
  readonly isActive: (run: string) => boolean;
  /** No answer is lost and nobody is killed: then nothing may be written or told twice. */
  readonly isCalm: boolean;
}

/** Counts and complaints; a complaint breaks an invariant. */
export class Judge {
  readonly complaints: string[] = [];
  readonly #cap: number;
  readonly #retryMs: number;
  readonly #truth: Truth;
  readonly #scans = new Map<string, KnownScan>();
  readonly #runs = new Map<string, KnownRun>();
  readonly #waitingIn = new Map<string, number>();
  mostActive = 0;
  ended = 0;
  admissions = 0;
  unfair = 0;
  steps = 0;

  constructor(cap: number, retryMs: number, truth: Truth) {
    this.#cap = cap;
    this.#retryMs = retryMs;
    this.#truth = truth;
  }

  get open(): number {
    return this.#scans.size;
  }

  fateOf = (uid: string): Fate | undefined => this.#scans.get(uid)?.fate;

  scanMade(uid: string, key: string, fate: Fate, answers: string | undefined): void {
    const namespace = key.split('/')[0] ?? '';
    this.#scans.set(uid, {
      key,
      namespace,
      fate,
      answers,
      createdAt: this.#truth.now(),
      runs: 0,
      hasRun: false,
      copies: 0,
      statusWrites: 0,
      end: undefined,
      lastEndedAt: 0,
      lastStatus: '',
      told: new Set(),
      isRemoved: false,
      markedAt: undefined,
    });
    this.#waits(namespace, 1);
  }

  scanRemoved(uid: string): void {
    const scan = this.#scans.get(uid);
    if (scan === undefined) return;
    if (scan.runs === 0) this.#waits(scan.namespace, -1);
    this.#scans.delete(uid);
    this.steps += 1;
  }

  scanMarked(uid: string): void {
    const scan = this.#scans.get(uid);
    if (scan !== undefined) scan.markedAt ??= this.#truth.now();
  }

  /** The controller has made a run. */
  runMade(key: string, uid: string, attempt: number, isCopy: boolean): void {
    this.steps += 1;
    const scan = this.#scans.get(uid);
    const namespace = key.split('/')[0] ?? '';
    const activeIn = this.#judgeCap(key, { uid, namespace, isCopy });
    // A create that was on its way when the scan went is collected by the cluster; nobody can know.
    if (scan === undefined) return;
    if (scan.end !== undefined) this.#complain(`${scan.key} had ended and was run again`);
    // Between looking at the scan and making its run lie up to three slow requests.
    if (scan.markedAt !== undefined && this.#truth.now() - scan.markedAt > 8_000)
      this.#complain(`${scan.key} was being deleted and was run`);
    // Tidied away while no controller looked, and before the status told of it: nobody can know that it ever was.
    if (scan.fate === 'pruned' && scan.runs === 1) scan.runs = 0;
    if (scan.runs > 0 && this.#truth.now() - scan.lastEndedAt < this.#retryMs - 1)
      this.#complain(`${scan.key} (${scan.fate}, ${this.#truth.now() - scan.lastEndedAt} ms) was repeated too early`);
    scan.runs += 1;
    if (isCopy) scan.copies += 1;
    if (attempt !== scan.runs) this.#complain(`${scan.key}: run ${scan.runs} is attempt ${attempt}`);
    if (scan.runs > (mostRuns[scan.fate] ?? 1)) this.#complain(`${scan.key} (${scan.fate}) was run ${scan.runs} times`);
    if (scan.runs === 1 && !scan.hasRun) {
      this.#judgeFairness(scan.namespace, activeIn);
      this.#waits(scan.namespace, -1);
    }
    scan.hasRun = true;
    if (scan.answers !== undefined && !isCopy) this.#judgeSharing(key, scan.answers);
  }

  /** The controller tried to make a run that is there already. */
  nameWasTaken(path: string): void {
    this.steps += 1;
    if (this.#truth.isCalm) this.#complain(`a run was made twice: ${path}`);
  }

  /** A status was written; what the object says now. */
  written(uid: string, status: string): void {
    const scan = this.#scans.get(uid);
    if (scan === undefined) return;
    if (this.#truth.isCalm && scan.lastStatus === status)
      this.#complain(`${scan.key}: the same status was written twice`);
    scan.lastStatus = status;
  }

  /** An Event was recorded. */
  told(uid: string, reason: string, note: string): void {
    this.steps += 1;
    const { told, key } = this.#scans.get(uid) ?? {};
    if (told === undefined) return;
    const text = `${reason} ${note}`;
    if (this.#truth.isCalm && told.has(text)) this.#complain(`${key}: was told twice: ${text}`);
    told.add(text);
  }

  runEnded(key: string): void {
    const scan = this.#scans.get(this.#runs.get(key)?.uid ?? '');
    if (scan !== undefined) scan.lastEndedAt = this.#truth.now();
  }

  /** A status was written. */
  status(
    uid: string,
    succeeded: { readonly status: string; readonly reason: string } | undefined,
    scanResult: string | undefined,
  ): void {
    this.steps += 1;
    const scan = this.#scans.get(uid);
    if (scan === undefined) return;
    scan.statusWrites += 1;
    // Waits of different kinds are each said once: an account that is missing, an API server that fails.
    if (scan.statusWrites > (scan.fate === 'noAccount' ? 25 : 5) + 3 * Math.max(1, scan.runs))
      this.#complain(`${scan.key} (${scan.fate}): ${scan.statusWrites} status writes`);
    if (!scan.hasRun && (succeeded?.reason === 'Running' || succeeded?.reason === 'Succeeded'))
      this.#complain(`${scan.key} (${scan.fate}) is ${succeeded.reason} and was never run`);
    if (succeeded === undefined || succeeded.status === 'Unknown') {
      if (scan.end !== undefined) this.#complain(`${scan.key} had ended and goes on`);
      return;
    }
    if (scan.end !== undefined && scan.end !== succeeded.reason)
      this.#complain(`${scan.key} ended as ${scan.end}, then as ${succeeded.reason}`);
    if (!rightEnds[scan.fate].includes(succeeded.reason))
      this.#complain(`${scan.key} (${scan.fate}) ended as ${succeeded.reason}`);
    if (succeeded.reason === 'Succeeded' && !/@sha256:[0-9a-f]{64}$/.test(scanResult ?? ''))
      this.#complain(`${scan.key} succeeded without a digest`);
    if (scan.end === undefined) {
      this.ended += 1;
      if (scan.runs === 0) this.#waits(scan.namespace, -1);
      // No longer waiting, whether or not it ever ran.
      if (scan.runs === 0) scan.runs = 1;
    }
    scan.end = succeeded.reason;
  }

  hasEnded(uid: string): boolean {
    return this.#scans.get(uid)?.end !== undefined;
  }

  hasRun(uid: string): boolean {
    return (this.#scans.get(uid)?.runs ?? 0) > 0;
  }

  /** Scans that nobody removed and that have not ended for too long. */
  judgeLost(longestMs: number): void {
    for (const { key, fate, end, createdAt } of this.#scans.values()) {
      if (end === undefined && this.#truth.now() - createdAt > longestMs) this.#complain(`${key} (${fate}) is lost`);
    }
  }

  /** The namespace that is served next holds no more than any other that waits. A controller sees a little later than we do, hence the tolerance of one. */
  #judgeFairness(namespace: string, activeIn: ReadonlyMap<string, number>): void {
    const mine = (activeIn.get(namespace) ?? 1) - 1;
    let least = Number.POSITIVE_INFINITY;
    for (const [other, waiting] of this.#waitingIn) if (waiting > 0) least = Math.min(least, activeIn.get(other) ?? 0);
    this.admissions += 1;
    // Where everything comes late, the controller serves those it has heard of.
    if (mine > least + 1 && !this.#truth.isCalm) this.unfair += 1;
  }

  #judgeSharing(key: string, answers: string): void {
    for (const [other, run] of this.#runs) {
      if (other === key || run.isCopy) continue;
      if (this.#scans.get(run.uid)?.answers === answers) this.#complain(`${key} runs beside the equal ${other}`);
    }
  }

  /** All runs that are active, the new one among them; those that are not any more are forgotten. */
  #judgeCap(key: string, run: KnownRun): ReadonlyMap<string, number> {
    const activeIn = new Map([[run.namespace, 1]]);
    for (const [other, { namespace }] of this.#runs) {
      if (this.#truth.isActive(other)) activeIn.set(namespace, (activeIn.get(namespace) ?? 0) + 1);
      else this.#runs.delete(other);
    }
    this.#runs.set(key, run);
    this.mostActive = Math.max(this.mostActive, this.#runs.size);
    if (this.#runs.size > this.#cap)
      this.#complain(
        `${this.#runs.size} runs are active, and the cap is ${this.#cap}: ${[...this.#runs].map(([one, { uid }]) => `${one}=${this.#scans.get(uid)?.fate ?? 'gone'}`).join(' ')}`,
      );
    return activeIn;
  }

  #waits(namespace: string, by: number): void {
    this.#waitingIn.set(namespace, (this.#waitingIn.get(namespace) ?? 0) + by);
  }

  #complain(what: string): void {
    if (this.complaints.length < 50) this.complaints.push(what);
  }
}
