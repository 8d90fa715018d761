import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Tells } from './tells.ts';

/** Counters with bounded labels: outcomes and engines are closed sets; no name, image or digest ever becomes a label. */
export interface ControllerMetrics {
  readonly tells: Tells;
  /** Read at every scrape. */
  readonly text: (now: {
    readonly waiting: number;
    readonly active: number;
    readonly scans: number;
    readonly leads: boolean;
  }) => Promise<string>;
}

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** Counts what happens and hands it on. */
export function createMetrics(next: Tells): ControllerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const started = new Histogram({
    name: 'assay_scan_wait_seconds',
    help: 'From the creation of a scan to its run.',
    labelNames: ['engine'],
    buckets: seconds,
    registers,
  });
  const ended = new Histogram({
    name: 'assay_scan_duration_seconds',
    help: 'From the creation of a scan to its end.',
    labelNames: ['outcome', 'engine'],
    buckets: seconds,
    registers,
  });
  const retries = new Counter({ name: 'assay_scan_retries_total', help: 'Runs that were made again.', registers });
  const failures = new Counter({
    name: 'assay_controller_failures_total',
    help: 'Work that failed and is tried again.',
    labelNames: ['what'],
    registers,
  });
  const waiting = new Gauge({ name: 'assay_scans_waiting', help: 'Scans that wait for a place.', registers });
  const active = new Gauge({ name: 'assay_scans_active', help: 'Places that are held.', registers });
  const known = new Gauge({ name: 'assay_scans', help: 'Scans that are known.', registers });
  const leads = new Gauge({ name: 'assay_controller_leads', help: 'Whether this replica leads.', registers });
  return {
    tells: {
      started: (facts) => {
        started.observe({ engine: facts.engine }, facts.waitedMs / 1000);
        next.started(facts);
      },
      ended: (facts) => {
        ended.observe({ outcome: facts.outcome, engine: facts.engine }, facts.tookMs / 1000);
        next.ended(facts);
      },
      retried: (facts) => {
        retries.inc();
        next.retried(facts);
      },
      stopped: (facts) => next.stopped(facts),
      removed: (facts) => next.removed(facts),
      failed: (facts) => {
        failures.inc({ what: facts.what });
        next.failed(facts);
      },
    },
    text: (now) => {
      waiting.set(now.waiting);
      active.set(now.active);
      known.set(now.scans);
      leads.set(now.leads ? 1 : 0);
      return registry.metrics();
    },
  };
}
