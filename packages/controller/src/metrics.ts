import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from './log.ts';
import type { Tells } from './tells.ts';

/** What is measured besides what happens: asked when somebody scrapes. */
export interface Measured {
  readonly counts: {
    readonly waiting: number;
    readonly active: number;
    readonly scans: number;
    readonly queued: number;
  };
  readonly isLeader: boolean;
  readonly droppedEvents: number;
}

export interface ControllerMetrics {
  /** Counts and logs what happens. */
  readonly tells: Tells;
  text(): Promise<string>;
}

/** All labels are of closed sets: engine, outcome. Nothing of a user's is ever a label. */
export function createMetrics(measured: () => Measured, log: Log): ControllerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const ended = new Counter({
    name: 'assay_scans_ended_total',
    help: 'Scans that have ended, by outcome: Succeeded, or the reason of the failure.',
    labelNames: ['outcome', 'engine'],
    registers,
  });
  const started = new Counter({
    name: 'assay_runs_started_total',
    help: 'Runs made.',
    labelNames: ['engine'],
    registers,
  });
  const retried = new Counter({ name: 'assay_scans_retried_total', help: 'Attempts after the first.', registers });
  const stopped = new Counter({
    name: 'assay_runs_stopped_total',
    help: 'Runs stopped since they took too long.',
    registers,
  });
  const failed = new Counter({
    name: 'assay_controller_errors_total',
    help: 'Failures of the controller itself, which it tries again.',
    labelNames: ['what'],
    registers,
  });
  const waited = new Histogram({
    name: 'assay_scan_wait_seconds',
    help: 'From the creation of a scan to its run.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300, 1800],
    registers,
  });
  const took = new Histogram({
    name: 'assay_scan_duration_seconds',
    help: 'From the creation of a scan to its end.',
    labelNames: ['engine'],
    buckets: [2, 5, 10, 20, 40, 60, 120, 300, 600, 1800, 3600],
    registers,
  });
  gauge('assay_scans_waiting', 'Scans that wait for a place.', () => measured().counts.waiting);
  gauge('assay_scans_active', 'Places that scans hold.', () => measured().counts.active);
  gauge('assay_scans_known', 'Scans in the cluster.', () => measured().counts.scans);
  gauge('assay_controller_queue', 'Scans to be looked at.', () => measured().counts.queued);
  gauge('assay_controller_leader', 'Whether this process works.', () => (measured().isLeader ? 1 : 0));
  gauge('assay_events_dropped', 'Events that could not be written.', () => measured().droppedEvents);

  function gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }

  const tells: Tells = {
    started({ engine, waitedMs, ...facts }) {
      started.inc({ engine });
      waited.observe(waitedMs / 1000);
      log('info', 'scan started', { ...facts, engine, waitedMs });
    },
    ended({ outcome, engine, tookMs, ...facts }) {
      ended.inc({ outcome, engine });
      took.observe({ engine }, tookMs / 1000);
      log(outcome === 'Succeeded' ? 'info' : 'warn', 'scan ended', { ...facts, outcome, engine, tookMs });
    },
    retried(facts) {
      retried.inc();
      log('warn', 'scan is tried again', { ...facts });
    },
    stopped(facts) {
      stopped.inc();
      log('warn', 'run stopped', { ...facts });
    },
    removed: (facts) => log('info', 'run removed', { ...facts }),
    failed({ what, key, error }) {
      failed.inc({ what });
      log('warn', what === 'watch' ? 'watching the cluster failed' : 'looking at a scan failed', { key, error });
    },
  };
  return { tells, text: () => registry.metrics() };
}
