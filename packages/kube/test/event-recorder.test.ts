import {
  createEventRecorder,
  createKubeClient,
  type EventRecorderOptions,
  type Happening,
  inProcessTransport,
  VirtualClock,
} from '@assay/kube';
import { describe, expect, it } from 'vitest';
import { TinyServer } from './tiny-server.ts';

const scan = {
  apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
  kind: 'ImageVulnerabilityScan',
  metadata: { namespace: 'demo', name: 'my-scan', uid: 'u1', resourceVersion: '7' },
};

const queued: Happening = { regarding: scan, type: 'Normal', reason: 'Queued', note: 'waits for its turn' };

function setUp(more: Partial<EventRecorderOptions> = {}) {
  const clock = new VirtualClock();
  const server = new TinyServer(clock);
  const client = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'test' });
  const recorder = createEventRecorder({
    client,
    reportingController: 'assay.dev/controller',
    reportingInstance: 'pod-1',
    clock,
    random: () => 0.5,
    ...more,
  });
  const sent = () => server.requests.map((one) => ({ method: one.method, ...JSON.parse(one.body ?? '{}') }));
  return { clock, server, recorder, sent };
}

describe('the recorder of events', () => {
  it('writes an event as events.k8s.io/v1 wants it', async () => {
    const { clock, recorder, sent } = setUp();
    recorder.record({ ...queued, action: 'StartScan' });
    await clock.advance(0);
    expect(sent()).toEqual([
      {
        method: 'POST',
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { namespace: 'demo', name: expect.stringMatching(/^my-scan\.[0-9a-f]+$/) },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'assay.dev/controller',
        reportingInstance: 'pod-1',
        action: 'StartScan',
        reason: 'Queued',
        type: 'Normal',
        regarding: {
          apiVersion: scan.apiVersion,
          kind: scan.kind,
          namespace: 'demo',
          name: 'my-scan',
          uid: 'u1',
          resourceVersion: '7',
        },
        note: 'waits for its turn',
      },
    ]);
  });

  it('counts equal ones as a series instead of writing each', async () => {
    const { clock, recorder, sent } = setUp();
    for (let i = 0; i < 100; i += 1) {
      recorder.record(queued);
      await clock.advance(100);
    }
    await clock.advance(10_000);
    expect(sent().map((one) => one.method)).toEqual(['POST', 'PATCH']);
    expect(sent()[1].series).toEqual({ count: 100, lastObservedTime: '2026-01-01T00:00:09.900000Z' });
  });

  it('begins a new event after a silence, and for another reason, note or object', async () => {
    const { clock, recorder, sent } = setUp();
    recorder.record(queued);
    recorder.record({ ...queued, reason: 'Started' });
    recorder.record({ ...queued, note: 'other' });
    recorder.record({ ...queued, regarding: { ...scan, metadata: { ...scan.metadata, uid: 'u2' } } });
    await clock.advance(400_000);
    recorder.record(queued);
    await clock.advance(0);
    expect(sent().map((one) => one.method)).toEqual(['POST', 'POST', 'POST', 'POST', 'POST']);
  });

  it('keeps to its rate, and drops the oldest rather than wait or grow', async () => {
    const { clock, recorder, sent } = setUp({ burst: 3, perSecond: 1, capacity: 10 });
    for (let i = 0; i < 20; i += 1) recorder.record({ ...queued, note: `note ${i}` });
    await clock.advance(0);
    expect(sent()).toHaveLength(3);
    await clock.advance(2_000);
    expect(sent()).toHaveLength(5);
    expect(recorder.dropped).toBeGreaterThan(0);
    await clock.advance(60_000);
    expect(sent().at(-1).note).toBe('note 19');
    expect(sent().length + recorder.dropped).toBe(20);
    expect(new Set(sent().map((one) => one.metadata.name)).size).toBe(sent().length);
  });

  it('tries again when the server fails, and counts what it gives up', async () => {
    const { clock, server, recorder, sent } = setUp();
    let failures = 2;
    server.fault = () => {
      failures -= 1;
      return failures >= 0 ? { status: 503 } : undefined;
    };
    recorder.record(queued);
    await clock.advance(10_000);
    expect(sent()).toHaveLength(3);
    expect(recorder.dropped).toBe(0);
    server.fault = () => ({ status: 403, reason: 'Forbidden' });
    recorder.record({ ...queued, note: 'other' });
    await clock.advance(10_000);
    expect(sent()).toHaveLength(4);
    expect(recorder.dropped).toBe(1);
  });

  it('is content when the event was written and only the answer lost', async () => {
    const { clock, server, recorder } = setUp();
    let calls = 0;
    server.fault = () => {
      calls += 1;
      return calls === 1 ? 'lost' : undefined;
    };
    recorder.record(queued);
    await clock.advance(5_000);
    expect(recorder.dropped).toBe(0);
    expect(calls).toBe(2);
  });

  it('cuts a note at 1024 bytes without splitting a character', async () => {
    const { clock, recorder, sent } = setUp();
    recorder.record({ ...queued, note: 'ü'.repeat(600) });
    await clock.advance(0);
    expect(Buffer.byteLength(sent()[0].note)).toBeLessThanOrEqual(1024);
    expect(sent()[0].note).toMatch(/^ü+…$/);
  });

  it('puts events of cluster-scoped objects where kubectl looks, under a name the API takes', async () => {
    const { clock, recorder, sent } = setUp();
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'system:Node-' },
    };
    recorder.record({ ...queued, regarding: role });
    await clock.advance(0);
    expect(sent()[0].metadata.namespace).toBe('default');
    // Source: Kubernetes API, DNS-1123 subdomain.
    expect(sent()[0].metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  });

  it('writes what waits when it is flushed, whatever the rate', async () => {
    const { clock, recorder, sent } = setUp({ burst: 1, perSecond: 0.001 });
    for (let i = 0; i < 5; i += 1) recorder.record({ ...queued, note: `note ${i}` });
    const flushed = recorder.flush();
    await clock.advance(100);
    await flushed;
    expect(sent()).toHaveLength(5);
    expect(recorder.waiting).toBe(0);
  });

  it('writes the count of a series that goes on when it is flushed', async () => {
    const { clock, recorder, sent } = setUp();
    recorder.record(queued);
    await clock.advance(100);
    recorder.record(queued);
    recorder.record(queued);
    const flushed = recorder.flush();
    await clock.advance(100);
    await flushed;
    expect(sent().at(-1)).toMatchObject({ method: 'PATCH', series: { count: 3 } });
    await clock.advance(60_000);
    expect(sent()).toHaveLength(2);
  });

  it('ends a flush in time when the server hangs', async () => {
    const { clock, server, recorder } = setUp();
    server.fault = () => 'half-open';
    recorder.record(queued);
    const flushed = recorder.flush(3_000);
    await clock.advance(3_000);
    await flushed;
  });
});
