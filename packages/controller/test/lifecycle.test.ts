import {
  configMaps,
  customResourceDefinitions,
  imageVulnerabilityScans,
  isKubeError,
  namespaces,
  pipelineRuns,
  scannerProfiles,
  serviceAccounts,
  taskRuns,
} from '@assay/kube';
import { afterEach, describe, expect, it } from 'vitest';
import { tektonDefinitions } from './simulation/cluster.ts';
import { digest, SmallWorld } from './small-world.ts';

let world: SmallWorld;
afterEach(() => world.stop());

const first = async () => {
  const [run] = await world.runs();
  if (run === undefined) throw new Error('no run was made');
  return run;
};

describe('a scan', () => {
  // issue 4: at most 8 API writes by us per scan, an exact golden
  it('costs six writes from its creation to its result', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    expect(await world.conditions('my-scan')).toEqual(['Unknown Running', 'Unknown Running']);
    await world.publishes(await first());
    expect(await world.conditions('my-scan')).toEqual(['True Succeeded', 'True Succeeded']);
    expect(await world.story('my-scan')).toEqual(['Queued', 'Started', 'Published']);
    expect(world.writes.toSorted()).toEqual([
      'PATCH ImageVulnerabilityScan/status',
      'PATCH ImageVulnerabilityScan/status',
      'POST Event',
      'POST Event',
      'POST Event',
      'POST TaskRun',
    ]);
  });

  it('costs one write more when it had to wait', async () => {
    world = await SmallWorld.start({ maxConcurrentScans: 1 });
    await world.scan('a');
    await world.scan('b');
    expect(await world.conditions('b')).toEqual(['Unknown Queued', 'Unknown Queued']);
    expect(world.counts).toMatchObject({ active: 1, waiting: 1 });
    await world.publishes(await first());
    const [, second] = await world.runs();
    if (second === undefined) throw new Error('the next did not start');
    await world.publishes(second);
    expect(await world.story('b')).toEqual(['Queued', 'Started', 'Published']);
    expect(world.writes.length).toBe(6 + 7);
  });

  it('says why its engine is another one', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan', { activeKeychains: [{ name: 'ecr' }] });
    expect(await world.story('my-scan')).toEqual(['Queued', 'EngineChosen', 'Started']);
    expect((await world.admin.list(pipelineRuns, { namespace: 'dev' })).items.length).toBe(1);
    expect(world.writes.length).toBeLessThanOrEqual(8);
  });

  it('keeps its status, and its run, when nothing happens', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    await world.publishes(await first());
    const before = world.writes.length;
    await world.clock.advance(600_000);
    expect(world.writes.length).toBeLessThanOrEqual(before + 1);
    expect(await world.runs()).toHaveLength(1);
  });

  it('has a status of less than 3 KiB', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    await world.ends(await first(), 'Failed', { steps: [] });
    expect(Buffer.byteLength(JSON.stringify(await world.status('my-scan')))).toBeLessThan(3 * 1024);
  });

  it('takes its run with it when it is deleted', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    await world.admin.delete(imageVulnerabilityScans, { namespace: 'dev', name: 'my-scan' }, { propagation: 'Orphan' });
    await world.clock.advance(2_000);
    expect(await world.runs()).toEqual([]);
    expect(world.counts.active).toBe(0);
  });
});

describe('a scan fails with its own reason', () => {
  it('when an account is missing for half a minute', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan', { serviceAccountNames: { scanner: 'nobody' } });
    expect(await world.conditions('my-scan')).toEqual([
      'Unknown ServiceAccountMissing',
      'Unknown ServiceAccountMissing',
    ]);
    await world.clock.advance(35_000);
    expect(await world.conditions('my-scan')).toEqual(['False Failed', 'False ServiceAccountMissing']);
    expect(await world.runs()).toEqual([]);
    expect(world.counts).toMatchObject({ active: 0, waiting: 0 });
  });

  it('not when the account comes a moment later', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan', { serviceAccountNames: { scanner: 'late' } });
    const late = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'dev', name: 'late' } };
    await world.admin.create(serviceAccounts, late);
    await world.clock.advance(5_000);
    expect(await world.runs()).toHaveLength(1);
  });

  it('when no pod starts in time', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    await world.clock.advance(61_000);
    expect(await world.conditions('my-scan')).toEqual(['False Failed', 'False StartTimedOut']);
    expect((await first()).spec.status).toBe('TaskRunCancelled');
  });

  it('when it does not end', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    await world.pod(await first(), { phase: 'Running' });
    await world.clock.advance(125_000);
    expect(await world.conditions('my-scan')).toEqual(['False Failed', 'False TimedOut']);
    // The pod is still there: so is its place.
    expect(world.counts.active).toBe(1);
  });

  it('when its run is deleted by hand', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    await world.admin.delete(taskRuns, { namespace: 'dev', name: (await first()).metadata.name ?? '' });
    await world.clock.advance(5_000);
    expect(await world.conditions('my-scan')).toEqual(['False Failed', 'False RunDeleted']);
    expect(await world.runs()).toEqual([]);
  });

  it('when the namespace wants more than Tekton’s own containers give', async () => {
    world = await SmallWorld.start();
    await world.labelNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    await world.admin.create(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'tekton-pipelines' },
    });
    const flags = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'tekton-pipelines', name: 'feature-flags' },
    };
    await world.admin.create(configMaps, { ...flags, data: { 'set-security-context': 'false' } });
    await world.scan('my-scan');
    expect(await world.conditions('my-scan')).toEqual(['False Failed', 'False PodSecurityRestricted']);
    const { conditions = [] } = await world.status('my-scan');
    expect(conditions[1]?.message).toContain('set-security-context');
    expect(await world.runs()).toEqual([]);
  });

  it('when a container was killed for its memory', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    const run = await first();
    const steps = [{ name: 'scan', container: 'step-scan', terminated: { exitCode: 137, reason: 'OOMKilled' } }];
    await world.ends(run, 'Failed', { steps });
    expect(await world.conditions('my-scan')).toEqual(['False Failed', 'False OutOfMemory']);
    expect(await world.story('my-scan')).toEqual(['Queued', 'Started', 'OutOfMemory']);
  });

  it('and the next scan is not delayed', async () => {
    world = await SmallWorld.start({ maxConcurrentScans: 1 });
    await world.scan('a');
    await world.scan('b');
    await world.ends(await first(), 'Failed');
    expect(await world.runs()).toHaveLength(2);
  });
});

describe('an evicted scan', () => {
  it('is run again under another name', async () => {
    world = await SmallWorld.start();
    await world.scan('my-scan');
    const run = await first();
    await world.pod(run, { phase: 'Failed', reason: 'Evicted', message: 'low on memory' });
    await world.ends(run, 'Failed');
    expect(await world.conditions('my-scan')).toEqual(['Unknown Queued', 'Unknown Queued']);
    await world.clock.advance(5_000);
    const runs = await world.runs();
    expect(runs).toHaveLength(2);
    const second = runs.find(({ metadata }) => metadata.annotations?.['assay.dev/attempt'] === '2');
    if (second === undefined) throw new Error('no second attempt');
    await world.publishes(second);
    expect(await world.conditions('my-scan')).toEqual(['True Succeeded', 'True Succeeded']);
    expect(await world.story('my-scan')).toEqual(['Queued', 'Started', 'Retrying', 'Started', 'Published']);
  });
});

describe('without Tekton', () => {
  it('a scan says so, and starts as soon as it is there', async () => {
    world = await SmallWorld.start({}, false);
    await world.scan('my-scan');
    await world.clock.advance(5_000);
    expect(await world.conditions('my-scan')).toEqual(['Unknown TektonMissing', 'Unknown TektonMissing']);
    expect(world.counts.active).toBe(0);
    for (const one of tektonDefinitions()) await world.admin.create(customResourceDefinitions, one);
    await world.clock.advance(15_000);
    expect(await world.conditions('my-scan')).toEqual(['Unknown Running', 'Unknown Running']);
    expect(await world.runs()).toHaveLength(1);
  });

  it('of a version that is too old, a scan says that', async () => {
    world = await SmallWorld.start({}, false);
    for (const one of tektonDefinitions('v1beta1')) await world.admin.create(customResourceDefinitions, one);
    await world.scan('my-scan');
    await world.clock.advance(5_000);
    expect(await world.conditions('my-scan')).toEqual(['Unknown TektonTooOld', 'Unknown TektonTooOld']);
  });
});

describe('equal scans', () => {
  const declare = async () => {
    await world.admin.create(scannerProfiles, {
      apiVersion: 'assay.dev/v1alpha1',
      kind: 'ScannerProfile',
      metadata: { namespace: 'dev', name: 'scan' },
      spec: { image: 'scan:1', dataVersion: '1', freshFor: '1h' },
    });
    await world.clock.advance(500);
  };

  it('each run where no data is declared', async () => {
    world = await SmallWorld.start();
    await world.scan('a');
    await world.scan('b');
    expect(await world.runs()).toHaveLength(2);
  });

  it('share a run where it is, and each publishes at its own location', async () => {
    world = await SmallWorld.start();
    await declare();
    await world.scan('a');
    await world.scan('b', { scanResults: { location: 'r.example/b' } });
    expect(await world.runs()).toHaveLength(1);
    expect(await world.conditions('b')).toEqual(['Unknown Queued', 'Unknown Queued']);
    await world.publishes(await first());
    const copy = (await world.runs()).find(
      ({ metadata }) => metadata.annotations?.['assay.dev/copy-from'] !== undefined,
    );
    expect(copy?.metadata.annotations?.['assay.dev/copy-from']).toBe(`r.example/results@${digest}`);
    expect(copy?.spec.taskSpec?.steps?.map(({ name }) => name)).not.toContain('scan');
    if (copy === undefined) throw new Error('no copy');
    await world.publishes(copy);
    expect(await world.conditions('b')).toEqual(['True Succeeded', 'True Succeeded']);
  });

  it('scan again when the answer is no longer fresh', async () => {
    world = await SmallWorld.start();
    await declare();
    await world.scan('a');
    await world.publishes(await first());
    await world.clock.advance(3_700_000);
    await world.scan('b');
    const runs = await world.runs();
    expect(runs.filter(({ metadata }) => metadata.annotations?.['assay.dev/copy-from'] !== undefined)).toEqual([]);
    expect(runs).toHaveLength(2);
  });
});

it('the API server of these tests refuses what the real one refuses', async () => {
  world = await SmallWorld.start();
  const refused = await world.scan('bad', { image: 'r.example/app:latest' }).catch((error: unknown) => error);
  expect(isKubeError(refused, 422)).toBe(true);
});
