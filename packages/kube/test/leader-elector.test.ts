import {
  type Clock,
  createKubeClient,
  createLeaderElector,
  inProcessTransport,
  type LeaderElector,
  type Lease,
  VirtualClock,
} from '@assay/kube';
import { describe, expect, it } from 'vitest';
import { TinyServer } from './tiny-server.ts';

const lease = { namespace: 'demo', name: 'leader' };
const path = '/apis/coordination.k8s.io/v1/namespaces/demo/leases/leader';

/** Numbers in [0, 1) from a seed (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function setUp(random: () => number = () => 0.5) {
  const clock = new VirtualClock();
  const server = new TinyServer(clock);
  const client = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'test' });
  const said: string[] = [];
  const process = (identity: string, offset = 0): LeaderElector => {
    // Clocks of machines differ; only their rates agree.
    const own: Clock = { now: () => clock.now() + offset, after: (ms, then) => clock.after(ms, then) };
    return createLeaderElector({
      client,
      lease,
      identity,
      clock: own,
      random,
      onStarted: (signal) => {
        said.push(`${identity} leads`);
        signal.addEventListener('abort', () => said.push(`${identity} must stop`));
      },
      onStopped: () => said.push(`${identity} stopped`),
    });
  };
  const held = (): Lease | undefined => server.get(path) as Lease | undefined;
  return { clock, server, process, said, held };
}

describe('the election', () => {
  it('makes one leader, who renews', async () => {
    const { clock, process, held } = setUp();
    const [a, b] = [process('a'), process('b')];
    a.start();
    await clock.advance(0);
    b.start();
    await clock.advance(60_000);
    expect([a.isLeader, b.isLeader]).toEqual([true, false]);
    expect(b.holder).toBe('a');
    expect(held()?.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
  });

  it('writes times with exactly six fractional digits', async () => {
    const { clock, process, held } = setUp();
    process('a').start();
    await clock.advance(10_000);
    // Source: Kubernetes API, meta/v1 MicroTime; the API server answers 400 to three digits.
    expect(held()?.spec?.renewTime).toMatch(/^2026-01-01T00:00:\d\d\.\d{6}Z$/);
    expect(held()?.spec?.acquireTime).toMatch(/\.\d{6}Z$/);
  });

  it('gives the lease back when it is stopped, and the next one takes it within a try', async () => {
    const { clock, process, said } = setUp();
    const [a, b] = [process('a'), process('b')];
    a.start();
    await clock.advance(5_000);
    b.start();
    await clock.advance(5_000);
    const stopping = a.stop();
    await clock.advance(2_500);
    await stopping;
    expect(said).toEqual(['a leads', 'a must stop', 'a stopped', 'b leads']);
    expect(b.isLeader).toBe(true);
  });

  it('waits out a leader that vanished, by its own clock', async () => {
    const { clock, server, process } = setUp();
    // A clock that is an hour off changes nothing.
    const [a, b] = [process('a'), process('b', 3_600_000)];
    a.start();
    await clock.advance(5_000);
    server.fault = ({ body }) => (body?.includes('"holderIdentity":"a"') === true ? 'reset' : undefined);
    b.start();
    await clock.advance(14_000);
    expect(b.isLeader).toBe(false);
    await clock.advance(8_000);
    expect([a.isLeader, b.isLeader]).toEqual([false, true]);
  });

  it('stops leading before anyone else can begin, when it cannot renew', async () => {
    const { clock, server, process, said } = setUp();
    const a = process('a');
    a.start();
    await clock.advance(1_000);
    server.fault = () => 'half-open';
    await clock.advance(14_000);
    expect(a.isLeader).toBe(false);
    expect(said).toEqual(['a leads', 'a must stop', 'a stopped']);
    server.fault = () => undefined;
    await clock.advance(10_000);
    expect(a.isLeader).toBe(true);
  });

  it('asks less than once in two seconds, leader and waiting one alike', async () => {
    const { clock, server, process } = setUp();
    process('a').start();
    await clock.advance(100);
    process('b').start();
    await clock.advance(1_000);
    const before = server.requests.length;
    await clock.advance(600_000);
    expect((server.requests.length - before) / 600).toBeLessThan(0.85);
    const byLeader = server.requests.slice(before).filter((one) => one.method === 'PUT').length;
    expect(byLeader / 600).toBeLessThan(0.35);
  });

  it('refuses durations that could make two leaders', () => {
    const { server, clock } = setUp();
    const client = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'test' });
    const make = (renewMs: number) => () =>
      createLeaderElector({ client, lease, identity: 'a', clock, renewMs, onStarted: () => undefined });
    expect(make(15_000)).toThrow(RangeError);
    expect(make(1_000)).toThrow(RangeError);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('never has two leaders, whatever breaks (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const { clock, server, process } = setUp(random);
    const electors = new Map(['a', 'b', 'c'].map((name) => [name, process(name, Math.floor(random() * 1e9))]));
    for (const elector of electors.values()) elector.start();
    let level = 0;
    server.fault = () => {
      if (random() >= level) return undefined;
      const which = Math.floor(random() * 6);
      if (which === 0) return 'reset';
      if (which === 1) return 'half-open';
      if (which === 2) return 'lost';
      if (which === 3) return { lateMs: Math.floor(random() * 6_000) };
      if (which === 4) return { status: random() < 0.5 ? 500 : 429 };
      return { slowMs: Math.floor(random() * 20_000) };
    };
    const end = clock.now() + 3 * 3_600_000;
    let changes = 0;
    let leader = '';
    let incarnation = 0;
    while (clock.now() < end && (await clock.step(end))) {
      const leading = [...electors].filter(([, elector]) => elector.isLeader).map(([name]) => name);
      expect(leading.length).toBeLessThanOrEqual(1);
      if (leading[0] !== undefined && leading[0] !== leader) {
        [leader] = leading;
        changes += 1;
      }
      // Calm and storm in turns of about ten minutes; now and then a process dies without a word and a new one begins.
      level = Math.floor(clock.now() / 600_000) % 2 === 0 ? 0.1 : 0.7;
      if (random() < 0.002) {
        incarnation += 1;
        const [name] = electors.keys();
        if (name !== undefined) {
          electors
            .get(name)
            ?.stop()
            .catch(() => undefined);
          electors.delete(name);
        }
        const fresh = process(`p${incarnation}`, Math.floor(random() * 1e9));
        electors.set(`p${incarnation}`, fresh);
        fresh.start();
      }
    }
    expect(changes).toBeGreaterThan(3);
    // After the storm there is a leader again.
    server.fault = () => undefined;
    await clock.advance(40_000);
    expect([...electors.values()].filter((elector) => elector.isLeader)).toHaveLength(1);
  });
});
