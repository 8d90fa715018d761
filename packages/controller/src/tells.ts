/** What happens, in words of a closed set, for the log and the metrics. Facts are for the log alone: they are unbounded. */
export interface Tells {
  /** A run was made after the scan waited this long. */
  started(facts: ScanName & { readonly run: string; readonly engine: string; readonly waitedMs: number }): void;
  /** A scan has ended; `outcome` is `Succeeded` or the reason of its failure. */
  ended(facts: ScanName & { readonly outcome: string; readonly engine: string; readonly tookMs: number }): void;
  retried(facts: ScanName): void;
  stopped(facts: ScanName & { readonly run: string; readonly because: string }): void;
  removed(facts: ScanName & { readonly run: string }): void;
  failed(facts: { readonly what: 'reconcile' | 'watch'; readonly key: string; readonly error: unknown }): void;
}

export interface ScanName {
  readonly namespace: string;
  readonly scan: string;
}

export const silent: Tells = {
  started: () => undefined,
  ended: () => undefined,
  retried: () => undefined,
  stopped: () => undefined,
  removed: () => undefined,
  failed: () => undefined,
};
