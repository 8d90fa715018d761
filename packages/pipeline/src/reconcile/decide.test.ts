import { describe, expect, it } from 'vitest';
import type { RunFacts, TaskFacts } from '../status/run-facts.ts';
import type { ScanStatus } from '../status/scan-status.ts';
import { decide } from './decide.ts';
import type { Action, ScanFacts, Seen } from './seen.ts';

const now = Date.UTC(2026, 10, 25, 12);
const digest = `sha256:${'a'.repeat(64)}`;

const scan = (more: Partial<ScanFacts> = {}): ScanFacts => ({
  namespace: 'dev',
  name: 'my-scan',
  uid: 'uid-1',
  generation: 1,
  createdAt: now - 1000,
  deleting: false,
  urgency: 'interactive',
  image: `r.example/app@${digest}`,
  wish: 'w',
  stepImages: ['x:1'],
  status: {},
  ...more,
});

const task = (more: Partial<TaskFacts> = {}): TaskFacts => ({
  task: '',
  state: 'running',
  reason: 'Running',
  message: '',
  failedSteps: [],
  results: {},
  ...more,
});

const run = (more: Partial<RunFacts> = {}): RunFacts => ({
  name: 'my-scan-bcdfg',
  scanUid: 'uid-1',
  engine: 'fused',
  attempt: 1,
  state: 'running',
  reason: 'Running',
  message: '',
  createdAt: now - 500,
  deleting: false,
  tasks: [task()],
  ...more,
});

const seen = (more: Partial<Seen> = {}): Seen => ({
  scan: scan(),
  pods: [],
  tekton: 'ready',
  hasTurn: false,
  sharing: { is: 'none' },
  limits: { startTimeoutMs: 300_000, runTimeoutMs: 3_600_000, mostAttempts: 3, firstRetryMs: 10_000 },
  ...more,
});

const dos = (actions: readonly Action[]): readonly string[] => actions.map((action) => action.do);
const report = (actions: readonly Action[]) => actions.find((action) => action.do === 'report');
const succeeded = (status: ScanStatus | undefined) => status?.conditions?.find(({ type }) => type === 'Succeeded');
const scanned = (status: ScanStatus | undefined) => status?.conditions?.find(({ type }) => type === 'ScanCompleted');

const started = { run: { engine: 'fused', name: 'my-scan-bcdfg', attempt: 1 } } satisfies ScanStatus;
const published = run({
  state: 'succeeded',
  tasks: [task({ state: 'succeeded', results: { 'scan-result': `r.example/res@${digest}`, 'report-count': '2' } })],
});
const evicted = run({
  state: 'failed',
  tasks: [task({ state: 'failed', reason: 'PodEvicted', message: 'pod was evicted' })],
});
const failed = run({
  state: 'failed',
  tasks: [task({ state: 'failed', failedSteps: [{ name: 'scan', exitCode: 2, reason: 'Error' }] })],
});

describe('a new scan', () => {
  it('asks for a place and says that it waits', () => {
    const actions = decide(seen(), now);
    expect(dos(actions)).toEqual(['enlist', 'report']);
    // spec/scan-2.md §17, question 1
    expect(succeeded(report(actions)?.status)).toMatchObject({ status: 'Unknown', reason: 'Queued' });
    expect(scanned(report(actions)?.status)).toMatchObject({ status: 'Unknown', reason: 'Queued' });
    expect(report(actions)?.tell).toMatchObject({ type: 'Normal', reason: 'Queued' });
  });
  it('starts when it has its turn', () => {
    expect(decide(seen({ hasTurn: true }), now)).toEqual([{ do: 'start', attempt: 1 }]);
  });
  it('waits for Tekton with a condition', () => {
    const actions = decide(seen({ hasTurn: true, tekton: 'missing' }), now);
    expect(dos(actions)).toEqual(['report']);
    expect(succeeded(report(actions)?.status)).toMatchObject({ status: 'Unknown', reason: 'TektonMissing' });
    const old = decide(seen({ tekton: 'old' }), now);
    expect(succeeded(report(old)?.status)).toMatchObject({ status: 'Unknown', reason: 'TektonTooOld' });
  });
  it('is not started when it is being deleted', () => {
    expect(decide(seen({ hasTurn: true, scan: scan({ deleting: true }) }), now)).toEqual([]);
  });
  it('waits for an equal scan that runs', () => {
    const actions = decide(seen({ hasTurn: true, sharing: { is: 'awaited', of: 'other', answers: 'a' } }), now);
    expect(dos(actions)).toEqual(['report']);
    expect(succeeded(report(actions)?.status)?.message).toContain('other');
  });
  it('publishes again what an equal scan has found', () => {
    const sharing = { is: 'found', of: 'other', copyFrom: `r/x@${digest}`, answers: 'a' } as const;
    expect(decide(seen({ hasTurn: true, sharing }), now)).toEqual([
      { do: 'start', attempt: 1, copyFrom: `r/x@${digest}`, answers: 'a' },
    ]);
  });
});

describe('a run that could not be made', () => {
  const failure = { reason: 'TektonWebhookDown', detail: 'x', scanned: false } as const;
  it('is tried again later', () => {
    const actions = decide(seen({ hasTurn: true, refusal: { failure, since: now - 1000, again: now + 5000 } }), now);
    expect(dos(actions)).toEqual(['report', 'wait']);
    expect(decide(seen({ hasTurn: true, refusal: { failure, since: now - 1000, again: now } }), now)).toMatchObject([
      { do: 'start' },
    ]);
  });
  it('fails when that took too long', () => {
    const actions = decide(seen({ refusal: { failure, since: now - 300_000, again: now + 5000 } }), now);
    expect(succeeded(report(actions)?.status)).toMatchObject({ status: 'False', reason: 'TektonWebhookDown' });
  });
  it('fails at once when it never will be', () => {
    const actions = decide(seen({ refusal: { failure: { ...failure, reason: 'RunRefused' }, since: now } }), now);
    expect(succeeded(report(actions)?.status)).toMatchObject({ status: 'False', reason: 'RunRefused' });
    expect(report(actions)?.outcome).toBe('RunRefused');
  });
});

describe('a run', () => {
  it('is reported once', () => {
    const actions = decide(seen({ run: run() }), now);
    expect(succeeded(report(actions)?.status)).toMatchObject({ status: 'Unknown', reason: 'Running' });
    expect(report(actions)?.tell?.reason).toBe('Started');
    const again = decide(seen({ run: run(), scan: scan({ status: report(actions)?.status ?? {} }) }), now + 1000);
    expect(report(again)).toMatchObject({ status: report(actions)?.status });
    expect(report(again)?.tell).toBeUndefined();
  });
  it('that published is a success with a digest and the image as written', () => {
    const { status, outcome } = report(decide(seen({ run: published, scan: scan({ status: started }) }), now)) ?? {};
    expect(status).toMatchObject({
      scanResult: `r.example/res@${digest}`,
      scannedImage: `r.example/app@${digest}`,
      reportCount: 2,
    });
    expect(succeeded(status)).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(scanned(status)).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(outcome).toBe('Succeeded');
  });
  it.each(['', 'r.example/res:latest', `r.example/res@${digest} x`])('that published %j is no success', (result) => {
    const odd = { ...published, tasks: [task({ state: 'succeeded', results: { 'scan-result': result } })] };
    expect(succeeded(report(decide(seen({ run: odd }), now))?.status)).toMatchObject({
      status: 'False',
      reason: 'PublishFailed',
    });
  });
  it('whose scanner failed is a failure, not repeated', () => {
    const { status } = report(decide(seen({ run: failed, scan: scan({ status: started }) }), now)) ?? {};
    expect(succeeded(status)).toMatchObject({ status: 'False', reason: 'ScannerFailed' });
    expect(scanned(status)).toMatchObject({ status: 'False', reason: 'Failed' });
  });
  it('that was evicted is repeated after a while', () => {
    const { status, tell, outcome } =
      report(decide(seen({ run: evicted, scan: scan({ status: started }) }), now)) ?? {};
    expect(outcome).toBeUndefined();
    expect(tell?.note).toBe('The pod was evicted from its node: pod was evicted. Attempt 2 of 3 in 10 s');
    expect(status?.run).toEqual({ attempt: 2, notBefore: new Date(now + 10_000).toISOString() });
    const next = seen({ run: evicted, hasTurn: true, scan: scan({ status: status ?? {} }) });
    expect(dos(decide(next, now + 9_000))).toEqual(['wait']);
    expect(decide(next, now + 10_000)).toEqual([{ do: 'start', attempt: 2 }]);
  });
  it('is not repeated for ever', () => {
    const third = { ...evicted, attempt: 3 };
    const { status } = report(decide(seen({ run: third }), now)) ?? {};
    expect(succeeded(status)).toMatchObject({ status: 'False', reason: 'Evicted' });
  });
  it('whose secrets were of no use is repeated with the compatibility engine', () => {
    const results = {
      failure: JSON.stringify({ step: 'publisher', reason: 'CredentialsUnusable', message: 'none', retry: 'never' }),
    };
    const useless = run({ state: 'failed', tasks: [task({ state: 'failed', results })] });
    const { status } = report(decide(seen({ run: useless, scan: scan({ status: started }) }), now)) ?? {};
    expect(decide(seen({ run: useless, hasTurn: true, scan: scan({ status: status ?? {} }) }), now)).toEqual([
      { do: 'start', attempt: 2, engine: 'compatibility' },
    ]);
  });
  it('that could not copy is repeated as a scan of its own', () => {
    const copy = { ...failed, copyFrom: `r/x@${digest}` };
    const { status } = report(decide(seen({ run: copy, scan: scan({ status: started }) }), now)) ?? {};
    const sharing = { is: 'found', of: 'other', copyFrom: `r/x@${digest}`, answers: 'a' } as const;
    expect(decide(seen({ run: copy, hasTurn: true, sharing, scan: scan({ status: status ?? {} }) }), now)).toEqual([
      { do: 'start', attempt: 2, answers: 'a' },
    ]);
  });
  it('of a scan of the same name that is gone is not its run', () => {
    expect(decide(seen({ run: run({ scanUid: 'uid-0' }), hasTurn: true }), now)).toMatchObject([{ do: 'start' }]);
  });
  it('that starts too late is stopped, with what it waits for', () => {
    const late = run({ createdAt: now - 300_000, reason: 'Pending', message: 'pending' });
    expect(decide(seen({ run: late }), now)).toEqual([
      { do: 'stop', run: late, because: 'StartTimedOut: no pod was made; Tekton says: pending' },
    ]);
    const stopped = { ...late, stopped: 'StartTimedOut: no pod was made; Tekton says: pending' };
    const { status } = report(decide(seen({ run: stopped }), now)) ?? {};
    expect(succeeded(status)).toMatchObject({ status: 'False', reason: 'StartTimedOut' });
  });
  // Two watches, one for each kind: the news of the whole may come before the news of its part.
  it('of three tasks that ended well is waited for until its publisher has told, and not for ever', () => {
    const pipeline = { engine: 'compatibility', state: 'succeeded', finishedAt: now - 1_000 } as const;
    const whole = (tasks: readonly TaskFacts[]) => decide(seen({ run: run({ ...pipeline, tasks }) }), now);
    expect(whole([])).toEqual([{ do: 'wait', until: now + 59_000 }]);
    expect(whole([task({ task: 'publish-task' })])).toEqual([{ do: 'wait', until: now + 59_000 }]);
    const told = task({
      task: 'publish-task',
      state: 'succeeded',
      results: { 'scan-result': `r.example/x@${digest}` },
    });
    expect(succeeded(report(whole([told]))?.status)).toMatchObject({ status: 'True' });
    const late = run({ ...pipeline, finishedAt: now - 60_000, tasks: [] });
    expect(succeeded(report(decide(seen({ run: late }), now))?.status)).toMatchObject({ reason: 'PublishFailed' });
  });
  it('of three tasks that failed is waited for a moment, until one of them says why', () => {
    const pipeline = { engine: 'compatibility', state: 'failed', finishedAt: now - 1_000 } as const;
    expect(decide(seen({ run: run({ ...pipeline, tasks: [] }) }), now)).toEqual([{ do: 'wait', until: now + 2_000 }]);
    const failed = run({ ...pipeline, tasks: [task({ task: 'scan-task', state: 'failed' })] });
    expect(succeeded(report(decide(seen({ run: failed }), now))?.status)).toMatchObject({ status: 'False' });
    const late = run({ ...pipeline, finishedAt: now - 3_000, tasks: [] });
    expect(succeeded(report(decide(seen({ run: late }), now))?.status)).toMatchObject({ reason: 'Failed' });
  });
  // Tried on Tekton 1.6: an image for another machine, without a command; its starter ends without a word, and the next step waits for an hour.
  it('whose step never began is stopped, since the steps after it wait for ever', () => {
    const started = run({ createdAt: now - 60_000 });
    const trouble = { container: 'step-scan', reason: 'Error', message: '', exitCode: 1, endedAt: now - 16_000 };
    const pod = (more: object) => ({
      name: 'p',
      phase: 'Running' as const,
      reason: '',
      message: '',
      disruption: '',
      unschedulable: '',
      troubles: [{ ...trouble, ...more }],
    });
    const because = (more: object) => {
      const [first] = decide(seen({ run: started, pods: [pod(more)] }), now);
      return first?.do === 'stop' ? first.because : first?.do;
    };
    expect(because({ madeFor: 'linux/arm64' })).toBe(
      'WrongArchitecture: the image of step scan is made for linux/arm64; its node is another kind of machine',
    );
    expect(because({})).toBe(
      'ScannerFailed: step scan ended with exit code 1 before it began, and the steps after it would wait for ever',
    );
    expect(because({ reason: 'OOMKilled', exitCode: 137 })).toBe('OutOfMemory: step scan');
    expect(because({ container: 'step-cred-helper' })).toMatch(/^SetupFailed: step cred-helper /);
    // Tekton's starter tells the time before it begins: this step did begin, and the others will end.
    expect(because({ message: '[{"key":"StartedAt"}]' })).toBe('report');
    expect(because({ container: 'sidecar-x' })).toBe('report');
    expect(decide(seen({ run: started, pods: [pod({ endedAt: now - 1_000 })] }), now)).toContainEqual({
      do: 'wait',
      until: now + 14_000,
    });
  });
  it('that says it runs is not stopped for a pod nobody has told of', () => {
    expect(dos(decide(seen({ run: run({ createdAt: now - 300_000 }) }), now))).toEqual(['report', 'wait']);
  });
  it('is looked at again when its time is over', () => {
    const pending = run({ reason: 'Pending' });
    expect(decide(seen({ run: pending }), now)).toContainEqual({ do: 'wait', until: now - 500 + 300_000 });
  });
  it('that vanished is asked for before the scan fails', () => {
    const gone = seen({ scan: scan({ status: started }) });
    expect(decide(gone, now)).toEqual([{ do: 'confirm', name: 'my-scan-bcdfg', engine: 'fused' }]);
    const { status } = report(decide({ ...gone, isGone: true }, now)) ?? {};
    expect(succeeded(status)).toMatchObject({ status: 'False', reason: 'RunDeleted' });
  });
});

describe('a scan that has ended', () => {
  const end = report(decide(seen({ run: published, scan: scan({ status: started }) }), now))?.status ?? {};
  it('rests', () => {
    expect(decide(seen({ scan: scan({ status: end }), run: published, hasTurn: true }), now)).toEqual([]);
    expect(decide(seen({ scan: scan({ status: end }), hasTurn: true }), now)).toEqual([]);
  });
  it('stops a run that woke up late, once', () => {
    const late = run();
    expect(dos(decide(seen({ scan: scan({ status: end }), run: late }), now))).toEqual(['stop']);
    expect(decide(seen({ scan: scan({ status: end }), run: { ...late, stopped: 'x' } }), now)).toEqual([]);
  });
  it('takes its run with it when it is deleted', () => {
    const going = scan({ status: end, deleting: true });
    expect(dos(decide(seen({ scan: going, run: run() }), now))).toEqual(['remove']);
    expect(decide(seen({ scan: going, run: run({ deleting: true }) }), now)).toEqual([]);
  });
});

it('a status stays below 3 KiB', () => {
  const message = 'ö'.repeat(10_000);
  const loud = run({ state: 'failed', tasks: [task({ state: 'failed', reason: 'Novelty', message })] });
  const { status } = report(decide(seen({ run: loud, scan: scan({ status: started }) }), now)) ?? {};
  expect(Buffer.byteLength(JSON.stringify(status))).toBeLessThan(3 * 1024);
});
