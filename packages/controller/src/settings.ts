import { AssayError } from '@assay/contract';
import type { Engine, Limits, PlanSettings } from '@assay/pipeline';

/** What the installation's values say, checked. Source: spec/scan-2.md §8. */
export interface ControllerSettings {
  readonly plan: PlanSettings;
  /** Scans that may run at the same time; 0 is no limit. */
  readonly maxConcurrentScans: number;
  readonly engine: Engine;
  readonly limits: Limits;
  /** Where Tekton's own settings lie. */
  readonly tektonNamespace: string;
  /** How long the other replica waits for a leader that is silent. Whole seconds; read at the start of the process. */
  readonly leaseMs: number;
}

/** What is not in the values but in the process. */
export interface Deployment {
  readonly runnerImage: string;
  readonly insecureRegistries: readonly string[];
}

const minute = 60_000;

/** Tekton's own timeout where the values name none. */
const tektonTimeoutMs = 60 * minute;

/** Our net lies this far below Tekton's timeout: Tekton ends a run better than we do. */
const graceMs = 2 * minute;

/**
 * Reads the values document (parsed YAML). Unknown keys are kept for later versions and ignored. `scans.workspace.*` wins over `workspace.*`.
 * Throws VALUES_INVALID naming the key.
 */
export function readValues(document: unknown, deployment: Deployment): ControllerSettings {
  const root = new Branch(document ?? {}, '');
  const scans = root.branch('scans');
  const workspaces = [scans.branch('workspace'), root.branch('workspace')];
  const first = (key: string, fallback: string): string =>
    workspaces.map((one) => one.text(key)).find((one) => one !== undefined) ?? fallback;
  const timeout = scans.duration('timeout');
  const timeoutMs = timeout?.ms ?? tektonTimeoutMs;
  return {
    plan: {
      runnerImage: deployment.runnerImage,
      caCertData: root.text('caCertData') ?? root.branch('shared').text('ca_cert_data') ?? '',
      storageSize: first('storageSize', '2Gi') || '2Gi',
      storageClass: first('storageClass', ''),
      priorityClassName: scans.text('priorityClassName') ?? '',
      timeout: timeout?.text ?? '',
      insecureRegistries: deployment.insecureRegistries,
    },
    maxConcurrentScans: scans.count('maxConcurrentScans', 10),
    engine: scans.word('engine', ['fused', 'compatibility']) ?? 'fused',
    limits: {
      startTimeoutMs: scans.duration('startTimeout')?.ms ?? 5 * minute,
      runTimeoutMs: timeoutMs === 0 ? Number.MAX_SAFE_INTEGER : timeoutMs + graceMs,
      mostAttempts: Math.max(1, scans.count('maxAttempts', 3)),
      firstRetryMs: scans.duration('retryAfter')?.ms ?? 10_000,
    },
    tektonNamespace: root.branch('tekton').text('namespace') || 'tekton-pipelines',
    leaseMs: leaseOf(root.branch('leaderElection')),
  };
}

/** A lease that is too short changes hands when the API server is slow for a moment. */
function leaseOf(values: Branch): number {
  const ms = values.duration('leaseDuration')?.ms ?? 15_000;
  if (ms < 3_000 || ms > 10 * minute || ms % 1000 !== 0)
    throw invalid('leaderElection.leaseDuration', 'is not in whole seconds from 3s to 10m');
  return ms;
}

/** One level of the values. */
class Branch {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalid(path || 'the values', 'is no mapping');
    this.#values = value as Readonly<Record<string, unknown>>; // an object: every value is looked at before use
    this.#path = path;
  }

  branch(key: string): Branch {
    return new Branch(this.#values[key] ?? {}, this.#at(key));
  }

  /** Numbers count as text: `storageSize: 1073741824` is a quantity. */
  text(key: string): string | undefined {
    const value = this.#values[key] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string') throw invalid(this.#at(key), 'is no text');
    return value;
  }

  word<W extends string>(key: string, words: readonly W[]): W | undefined {
    const text = this.text(key);
    if (text === undefined || text === '') return undefined;
    const word = words.find((one) => one === text);
    if (word === undefined) throw invalid(this.#at(key), `is none of: ${words.join(', ')}`);
    return word;
  }

  /** A whole number, not negative; digits in quotes are one too. */
  count(key: string, fallback: number): number {
    const text = this.text(key);
    if (text === undefined || text === '') return fallback;
    if (!/^\d{1,9}$/.test(text)) throw invalid(this.#at(key), 'is no whole number');
    return Number(text);
  }

  /** As Go writes it, `1h30m`; Tekton takes the text. Undefined when empty. */
  duration(key: string): { readonly text: string; readonly ms: number } | undefined {
    const text = this.text(key);
    if (text === undefined || text === '') return undefined;
    const ms = durationMs(text);
    if (ms === undefined) throw invalid(this.#at(key), 'is no duration such as 1h30m or 90s');
    return { text, ms };
  }

  #at(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: minute, h: 60 * minute };

/** Milliseconds of a Go duration; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, count = '0', unit = 's']) => sum + Number(count) * (units[unit] ?? 0), 0);
}

function invalid(path: string, why: string): AssayError {
  return new AssayError('VALUES_INVALID', `${path} ${why}`);
}
