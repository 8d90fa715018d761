import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { aNamespace, condition, endOf, eventReasons, pinned, removeNamespace, seeScan, stubScan } from './a-scan.ts';
import { openCluster } from './cluster.ts';
import { deadPort, FaultyRegistry, faultyPort } from './faulty-registry.ts';
import { withValues } from './values.ts';

const cluster = openCluster();
const [host = ''] = cluster.registry.split(':');
const kubectl = (...args: readonly string[]) => cluster.ask('kubectl', ...args);
const faulty = new FaultyRegistry();
let namespace = '';
let values: { restore(): Promise<void> } | undefined;

beforeAll(async () => {
  namespace = await aNamespace(cluster);
  await faulty.listen();
  // Nobody waits five minutes here for a pod that cannot start.
  values = await withValues(cluster, { scans: { startTimeout: '15s', retryAfter: '1s' } });
});
afterAll(async () => {
  await values?.restore();
  await faulty.close();
  await removeNamespace(cluster, namespace);
});

type More = NonNullable<Parameters<typeof stubScan>[3]>;

async function scanned(name: string, more: More) {
  await cluster.apply(namespace, await stubScan(cluster, namespace, name, more));
  return endOf(cluster, namespace, name);
}

const at = (port: number, repository: string): More => ({
  spec: { scanResults: { location: `${host}:${port}/${repository}` } },
});

// docs/reference/scan-status.md, the table of reasons; each from the real part that fails.
describe.concurrent('the results', () => {
  it('find a registry that is read-only', async () => {
    const scan = await scanned('read-only', at(faultyPort, 'readonly/results'));
    expect(condition(scan, 'Succeeded')).toBe('False RegistryDenied');
    expect(condition(scan, 'ScanCompleted')).toBe('True Succeeded');
    expect(await eventReasons(cluster, namespace, 'read-only')).toContain('RegistryDenied');
  });

  it('find a registry that is not there', async () => {
    const scan = await scanned('no-registry', at(deadPort, 'results'));
    expect(condition(scan, 'Succeeded')).toBe('False RegistryUnreachable');
    expect(condition(scan, 'ScanCompleted')).toBe('True Succeeded');
    expect(await eventReasons(cluster, namespace, 'no-registry')).toContain('RegistryUnreachable');
  });

  it('find a registry that is busy for a moment, and lie in it in the end', async () => {
    const scan = await scanned('busy', at(faultyPort, 'busy/results'));
    expect(condition(scan, 'Succeeded')).toBe('True Succeeded');
  });

  it('are 200 MiB of nothing', async () => {
    const scan = await scanned('large', { mode: 'large' });
    expect(condition(scan, 'Succeeded')).toBe('False ResultsTooLarge');
    expect(JSON.stringify(scan.status).length).toBeLessThan(3 * 1024);
    expect(await eventReasons(cluster, namespace, 'large')).toContain('ResultsTooLarge');
  });

  it('are 50 MiB, and arrive', async () => {
    const scan = await scanned('much', { mode: 'findings' });
    expect(condition(scan, 'Succeeded')).toBe('True Succeeded');
    expect(JSON.stringify(scan.status).length).toBeLessThan(3 * 1024);
  });

  it('are found from the scanned image where its registry knows referrers', async () => {
    const image = `${host}:${faultyPort}/apps/stub`;
    await cluster.ask('crane', 'copy', '--insecure', await pinned(cluster, 'images-test/assay-stub'), `${image}:1`);
    const scanned = `${image}@${await cluster.ask('crane', 'digest', '--insecure', `${image}:1`)}`;
    const spec = { ...at(faultyPort, 'apps/results').spec, image: scanned };
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'referred', { spec }));
    expect(condition(await endOf(cluster, namespace, 'referred'), 'Succeeded')).toBe('True Succeeded');
    const found = await cluster.ask('oras', 'discover', '--plain-http', '--format', 'json', scanned);
    expect(found).toContain('application/vnd.assay.scan.v1');
  });
});

describe.concurrent('a scan whose pod cannot do its work says why:', () => {
  it('an image for another kind of machine', async () => {
    const repository = `${cluster.registry}/images-test/assay-stub`;
    const foreign = `${repository}:foreign`;
    const machine = ['--set-platform', 'linux/s390x'];
    await cluster.ask('crane', 'mutate', '--insecure', `${repository}:0.1.0`, ...machine, '-t', foreign);
    const image = await pinned(cluster, 'images-test/assay-stub', 'foreign');
    const scan = await scanned('foreign', { step: { image } });
    expect(condition(scan, 'Succeeded')).toBe('False WrongArchitecture');
    expect(JSON.stringify(scan.status)).toContain('linux/s390x');
    expect(await eventReasons(cluster, namespace, 'foreign')).toContain('WrongArchitecture');
  });

  it('a program this machine cannot run ends as the scanner’s failure, and the log is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-e2e-'));
    writeFileSync(join(folder, 'scanner'), 'no program\n', { mode: 0o755 });
    await cluster.ask('tar', '-C', folder, '-cf', join(folder, 'layer.tar'), 'scanner');
    const repository = `${cluster.registry}/images-test/assay-stub`;
    const layer = ['-f', join(folder, 'layer.tar'), '-t', `${repository}:unrunnable`];
    await cluster.ask('crane', 'append', '--insecure', '-b', `${repository}:0.1.0`, ...layer);
    rmSync(folder, { recursive: true });
    const image = await pinned(cluster, 'images-test/assay-stub', 'unrunnable');
    const scan = await scanned('unrunnable', { step: { image, command: ['/scanner'] } });
    expect(condition(scan, 'Succeeded')).toBe('False ScannerFailed');
    const words = scan.status?.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? '';
    const [, pod = '', container = ''] = /kubectl logs (\S+) -c (\S+)/.exec(words) ?? [];
    expect(await kubectl('-n', namespace, 'logs', pod, '-c', container)).toContain('exec format error');
  });

  it('a secret that does not exist', async () => {
    const bindings = [{ name: 'token', secret: { secretName: 'nobody-made-it' } }];
    const scan = await scanned('no-secret', { spec: { workspace: { bindings } } });
    expect(condition(scan, 'Succeeded')).toBe('False SecretMissing');
    expect(JSON.stringify(scan.status)).toContain('nobody-made-it');
    expect(await eventReasons(cluster, namespace, 'no-secret')).toContain('SecretMissing');
  });

  // The kubelet looks at disks rarely: the end after three attempts is in the simulation.
  it('more disk than is allowed: the kubelet evicts it, and it is tried again', async () => {
    const limits = { 'ephemeral-storage': '20Mi' };
    const step = { computeResources: { limits } };
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'evicted', { mode: 'disk', step }));
    const told = () => kubectl('-n', namespace, 'get', 'events', '--field-selector', 'involvedObject.name=evicted');
    await expect.poll(told, { timeout: 150_000, interval: 1_000 }).toMatch(/Retrying .*ephemeral local storage/);
    await kubectl('-n', namespace, 'delete', 'ivs', 'evicted');
  });
});

describe.concurrent('the compatibility engine is chosen, and an Event says why,', () => {
  const engineOf = async (name: string) =>
    kubectl('-n', namespace, 'get', 'ivs', name, '-o', 'jsonpath={.status.run.engine}');

  it('for a keychain of a cloud', async () => {
    const scan = await scanned('keychain', { spec: { activeKeychains: [{ name: 'ecr' }] } });
    expect(condition(scan, 'Succeeded')).toBe('True Succeeded');
    expect(await engineOf('keychain')).toBe('compatibility');
    expect(await eventReasons(cluster, namespace, 'keychain')).toContain('EngineChosen');
  });

  it('for a workload identity of the publisher’s own', async () => {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'publisher-with-identity',
        annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/push' },
      },
    };
    await cluster.apply(namespace, stringify(account));
    const serviceAccountNames = { scanner: 'scanner', publisher: 'publisher-with-identity' };
    const scan = await scanned('identity', { spec: { serviceAccountNames } });
    expect(condition(scan, 'Succeeded')).toBe('True Succeeded');
    expect(await engineOf('identity')).toBe('compatibility');
    expect(await eventReasons(cluster, namespace, 'identity')).toContain('EngineChosen');
  });
});

describe('a cluster in trouble', () => {
  it('a scan that meets Tekton’s webhook away waits for it, and then runs', async () => {
    const webhook = ['-n', 'tekton-pipelines', 'deployment/tekton-pipelines-webhook'];
    await kubectl('scale', ...webhook, '--replicas=0');
    try {
      await expect
        .poll(
          () => kubectl('-n', 'tekton-pipelines', 'get', 'pods', '-l', 'app.kubernetes.io/name=webhook', '-o', 'name'),
          {
            timeout: 60_000,
          },
        )
        .toBe('');
      await cluster.apply(namespace, await stubScan(cluster, namespace, 'webhook'));
      await expect
        .poll(async () => JSON.stringify((await seeScan(cluster, namespace, 'webhook')).status), { timeout: 10_000 })
        .toContain('webhook');
    } finally {
      await kubectl('scale', ...webhook, '--replicas=1');
      await kubectl('rollout', 'status', ...webhook, '--timeout=120s');
    }
    expect(condition(await endOf(cluster, namespace, 'webhook'), 'Succeeded')).toBe('True Succeeded');
  });

  it('a scan whose pod is taken away by the eviction API is tried again, and ends well', async () => {
    await cluster.apply(namespace, await stubScan(cluster, namespace, 'drained', { mode: 'late' }));
    const pods = ['-n', namespace, '-l', 'imagevulnerabilityscan=drained'];
    await kubectl('wait', 'pod', ...pods, '--for=create', '--timeout=30s');
    await kubectl('wait', 'pod', ...pods, '--for=condition=Ready', '--timeout=60s');
    const pod = (await kubectl('get', 'pod', ...pods, '-o', 'jsonpath={.items[0].metadata.name}')).trim();
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
    const { code, stderr } = await cluster.run(
      'kubectl',
      ['create', '--raw', path, '-f', '-'],
      JSON.stringify(eviction),
    );
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(condition(await endOf(cluster, namespace, 'drained'), 'Succeeded')).toBe('True Succeeded');
    expect(await eventReasons(cluster, namespace, 'drained')).toContain('Retrying');
  });

  it('a namespace that is deleted in mid-scan is gone within half a minute, with everything in it', async () => {
    const doomed = await aNamespace(cluster);
    await cluster.apply(doomed, await stubScan(cluster, doomed, 'doomed', { mode: 'sleep' }));
    const pods = ['-n', doomed, '-l', 'imagevulnerabilityscan=doomed'];
    await kubectl('wait', 'pod', ...pods, '--for=create', '--timeout=30s');
    await kubectl('wait', 'pod', ...pods, '--for=condition=Ready', '--timeout=60s');
    const { code, stderr } = await cluster.run('kubectl', ['delete', 'namespace', doomed, '--timeout=60s']);
    expect(`${code} ${stderr}`).toBe('0 ');
    // The next scan is not delayed.
    expect(condition(await scanned('after-doom', {}), 'Succeeded')).toBe('True Succeeded');
  });
});

// spec/scan-2.md; architecture §3: what the controller and the observer may not do.
describe('the accounts of ours may not', () => {
  it.each([
    ['app-scanning-system:app-scanning-controller-manager', 'get', 'secrets'],
    ['app-scanning-system:app-scanning-controller-manager', 'list', 'secrets'],
    ['app-scanning-system:app-scanning-controller-manager', 'get', 'pods', '--subresource=log'],
    ['app-scanning-system:app-scanning-controller-manager', 'create', 'pods', '--subresource=exec'],
    ['amr-observer-system:amr-observer-controller-manager', 'list', 'secrets'],
    ['amr-observer-system:amr-observer-controller-manager', 'patch', 'imagevulnerabilityscans'],
    ['amr-observer-system:amr-observer-controller-manager', 'create', 'taskruns'],
  ])('%s %s %s %s anywhere', async (account, verb, resource, ...more) => {
    const as = `--as=system:serviceaccount:${account}`;
    for (const where of [['-n', namespace], ['-A'], ['-n', 'kube-system']]) {
      const { stdout } = await cluster.run('kubectl', ['auth', 'can-i', verb, resource, ...more, ...where, as]);
      expect(stdout.trim()).toBe('no');
    }
  });
});
