import { Counter, Gauge, Registry } from 'prom-client';
import type { ObserverTells } from './observer.ts';

/** Counters with bounded labels: no image, digest or name ever becomes one. */
export interface ObserverMetrics {
  readonly tell: ObserverTells;
  /** 1 while the event handler is well. */
  setAvailable(available: boolean): void;
  setRemembered(ids: number): void;
  /** The Prometheus text format. */
  text(): Promise<string>;
}

export function createMetrics(): ObserverMetrics {
  const registry = new Registry();
  const registers = [registry];
  const events = new Counter({
    name: 'assay_observer_events_total',
    help: 'Events by answer of the handler.',
    labelNames: ['answer', 'type'],
    registers,
  });
  const happenings = new Counter({
    name: 'assay_observer_happenings_total',
    help: 'What else happened.',
    labelNames: ['what'],
    registers,
  });
  const grants = new Counter({
    name: 'assay_observer_missing_grants_total',
    help: 'Scans whose results the observer may not fetch.',
    registers,
  });
  const available = new Gauge({
    name: 'assay_observer_handler_available',
    help: 'Whether the event handler is well.',
    registers,
  });
  const remembered = new Gauge({
    name: 'assay_observer_acknowledged_ids',
    help: 'Ids of acknowledged events that are remembered.',
    registers,
  });
  return {
    tell(what, facts) {
      if (what === 'event-stored' || what === 'event-refused')
        events.inc({ answer: what.slice('event-'.length), type: facts.type ?? '' });
      else if (what === 'grant-missing') grants.inc();
      else happenings.inc({ what });
    },
    setAvailable: (is) => available.set(is ? 1 : 0),
    setRemembered: (ids) => remembered.set(ids),
    text: () => registry.metrics(),
  };
}
