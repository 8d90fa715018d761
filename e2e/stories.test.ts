import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aNamespace, condition, endOf, eventReasons, pinned, removeNamespace, seeScan, stubScan } from './a-scan.ts';
import { openCluster } from './cluster.ts';

const cluster = openCluster();
let namespace = '';
beforeAll(async () => {
  namespace = await aNamespace(cluster);
});
afterAll(() => removeNamespace(cluster, namespace));

// spec/scan-2.md §2.2, last rows: refused at admission, with the place of what is wrong.
describe('the API server refuses', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const step = { name: 'scan', image: 'r.example/scan:1' };
  it.each([
    ['an image by its tag', { image: 'r.example/app:1' }, 'spec.image'],
    ['results at a digest', { scanResults: { location: `r.example/x@${digest}` } }, 'spec.scanResults.location'],
    ['a keychain nobody knows', { activeKeychains: [{ name: 'quay' }] }, 'spec.activeKeychains[0].name'],
    [
      'a volume of two sources',
      { workspace: { bindings: [{ name: 'a', emptyDir: {}, secret: { secretName: 's' } }] } },
      'spec.workspace.bindings[0]',
    ],
    ['the name of a step of ours', { steps: [{ ...step, name: 'write-certs' }] }, 'spec.steps[0].name'],
    ['a scan without steps', { steps: [] }, 'spec.steps'],
  ])('%s', async (_what, spec, place) => {
    const yaml = await stubScan(cluster, namespace, 'refused', { spec });
    const { code, stderr } = await cluster.run('kubectl', ['-n', namespace, 'apply', '-f', '-'], yaml);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`${place}: `);
  });
});

describe('a scan', () => {
  it('ends True Succeeded, with the digest of what is in the registry', async () => {
    const yaml = await stubScan(cluster, namespace, 'good');
    await cluster.apply(namespace, yaml);
    const scan = await endOf(cluster, namespace, 'good');
    expect(condition(scan, 'Succeeded')).toBe('True Succeeded');
    expect(condition(scan, 'ScanCompleted')).toBe('True Succeeded');
    expect(scan.status?.scannedImage).toBe(await pinned(cluster, 'images-test/assay-stub'));
    const location = `${cluster.registry}/${namespace}/results`;
    expect(scan.status?.scanResult).toBe(
      `${location}@${await cluster.ask('crane', 'digest', '--insecure', `${location}:good`)}`,
    );
    expect(await eventReasons(cluster, namespace, 'good')).toEqual(expect.arrayContaining(['Started', 'Published']));
  });
});

// spec/scan-2.md §17, question 7: every file that parses is a report, the rest is passed over.
describe('a scan with a broken report beside a good one', () => {
  it('publishes the good one', async () => {
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'beside', { mode: 'invalid' }));
    const scan = await endOf(cluster, namespace, 'beside');
    expect(condition(scan, 'Succeeded')).toBe('True Succeeded');
    expect(scan.status?.conditions?.find(({ type }) => type === 'Succeeded')?.message).toMatch(
      /^published 1 report at \S+; 1 more file is no valid report$/,
    );
    expect(await eventReasons(cluster, namespace, 'beside')).toContain('Published');
  });
});

// docs/reference/scan-status.md: the table of reasons. spec/scan-2.md §2.4: who is to blame is seen by ScanCompleted.
describe('a scan that fails says why:', () => {
  it.each([
    ['a scanner that ends with an error', 'fail', {}, 'False Failed', 'ScannerFailed'],
    ['a scanner that writes nothing', 'nothing', {}, 'True Succeeded', 'ResultsEmpty'],
    ['half a report', 'half', {}, 'True Succeeded', 'ReportTruncated'],
    [
      'more memory than is allowed',
      'oom',
      { computeResources: { limits: { memory: '64Mi' } } },
      'False Failed',
      'OutOfMemory',
    ],
  ])('%s', async (_what, mode, step, scanned, reason) => {
    const name = reason.toLowerCase();
    const yaml = await stubScan(cluster, namespace, name, { mode, step });
    await cluster.apply(namespace, yaml);
    const scan = await endOf(cluster, namespace, name);
    expect(condition(scan, 'Succeeded')).toBe(`False ${reason}`);
    expect(condition(scan, 'ScanCompleted')).toBe(scanned);
    expect(scan.status?.scanResult ?? '').toBe('');
    expect(await eventReasons(cluster, namespace, name)).toContain(reason);
  });

  // Without a command Tekton itself looks the image up, before there is a pod.
  it.each([
    ['with a command', 'missing', { command: ['stub'] }],
    ['without a command', 'missing-early', {}],
  ])('a scanner image that is not there, %s', async (_what, name, more) => {
    const step = { image: `${cluster.registry}/images-test/assay-stub:0.0.0`, ...more };
    await cluster.apply(namespace, await stubScan(cluster, namespace, name, { step }));
    const scan = await endOf(cluster, namespace, name);
    expect(condition(scan, 'Succeeded')).toBe('False ImageNotFound');
    expect(condition(scan, 'ScanCompleted')).toBe('False Failed');
    expect(await eventReasons(cluster, namespace, name)).toContain('ImageNotFound');
  });

  it('a step that outlives its own timeout', async () => {
    const yaml = await stubScan(cluster, namespace, 'slow', { mode: 'sleep', step: { timeout: '3s' } });
    await cluster.apply(namespace, yaml);
    const scan = await endOf(cluster, namespace, 'slow');
    expect(condition(scan, 'Succeeded')).toBe('False TimedOut');
    expect(condition(scan, 'ScanCompleted')).toBe('False Failed');
    expect(await eventReasons(cluster, namespace, 'slow')).toContain('TimedOut');
  });

  it('an account that does not exist', async () => {
    const spec = { serviceAccountNames: { scanner: 'nobody', publisher: 'nobody' } };
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'nobody', { spec }));
    expect(condition(await endOf(cluster, namespace, 'nobody'), 'Succeeded')).toBe('False ServiceAccountMissing');
    expect(await eventReasons(cluster, namespace, 'nobody')).toContain('ServiceAccountMissing');
  });
});

describe('a scan that is deleted while it runs', () => {
  it('leaves no run and no pod', async () => {
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'gone', { mode: 'sleep' }));
    const ours = ['-n', namespace, '-l', 'imagevulnerabilityscan=gone'];
    await cluster.ask('kubectl', '-n', namespace, 'wait', 'ivs/gone', '--for=create', '--timeout=10s');
    await expect
      .poll(async () => condition(await seeScan(cluster, namespace, 'gone'), 'Succeeded'), { timeout: 60_000 })
      .toBe('Unknown Running');
    await cluster.ask('kubectl', 'wait', 'pod', ...ours, '--for=condition=Ready', '--timeout=60s');
    await cluster.ask('kubectl', '-n', namespace, 'delete', 'ivs', 'gone');
    const left = () => cluster.ask('kubectl', 'get', 'taskrun,pipelinerun,pod,pvc', ...ours, '-o', 'name');
    await expect.poll(left, { timeout: 90_000 }).toBe('');
  });
});
