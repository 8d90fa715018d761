import type { RunFacts, ScanStatus } from '@assay/pipeline';
import type { KeptScan } from '../project/project-scan.ts';

interface WrittenStatus {
  readonly uid: string;
  /** Version of the object after our write. */
  readonly version: bigint;
  readonly status: ScanStatus;
}

/**
 * What we wrote and the stores have not told back yet. Without it a scan that is looked at in between is told about, or even run, as if nothing had
 * been written.
 */
export class OwnWrites {
  readonly #statuses = new Map<string, WrittenStatus>();
  readonly #runs = new Map<string, RunFacts>();

  wroteStatus(key: string, uid: string, resourceVersion: string, status: ScanStatus): void {
    const version = versionOf(resourceVersion);
    if (version !== undefined) this.#statuses.set(key, { uid, version, status });
  }

  madeRun(key: string, run: RunFacts): void {
    this.#runs.set(key, run);
  }

  /** The store tells of a run, or of its end. */
  sawRun(key: string, name: string): void {
    if (this.#runs.get(key)?.name === name) this.#runs.delete(key);
  }

  forget(key: string): void {
    this.#statuses.delete(key);
    this.#runs.delete(key);
  }

  /** The newer of what the store has and what we wrote. */
  statusOf(key: string, { facts, resourceVersion }: KeptScan): ScanStatus {
    const written = this.#statuses.get(key);
    if (written === undefined) return facts.status;
    const stored = versionOf(resourceVersion);
    if (written.uid === facts.uid && stored !== undefined && stored < written.version) return written.status;
    this.#statuses.delete(key);
    return facts.status;
  }

  runOf(key: string, uid: string, stored: RunFacts | undefined): RunFacts | undefined {
    const made = this.#runs.get(key);
    if (made === undefined || made.scanUid !== uid) return stored;
    return stored === undefined || made.attempt > stored.attempt ? made : stored;
  }
}

/** Resource versions are numbers that grow (Kubernetes 1.35 promises it, all servers did before). Another kind of server gets no overlay. */
function versionOf(text: string): bigint | undefined {
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}
