import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { grantObjects, type KubeObject, readInstallation, writeLocal } from '../src/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const digests = new Map([
  ['assay-controller', digest('a')],
  ['assay-observer', digest('b')],
  ['assay-runner', digest('c')],
]);
let folder = '';
let local = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-installation-'));
  await cp(join(root, 'deploy'), join(folder, 'deploy'), { recursive: true });
  local = join(folder, 'deploy', 'local');
  const installation = { target: 'registry.example:5000/assay', digests, insecure: true, pullSecret: 'pull' };
  await writeLocal(local, { ...installation, definitions: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hasKubectl = (() => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('left out: installations beside kustomize: kubectl is not on PATH\n');
    return false;
  }
})();

const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
const byName = (objects: readonly KubeObject[]) =>
  Object.fromEntries(objects.map((object) => [nameOf(object), object]));

describe('an installation', () => {
  it('runs every image by digest, and the controller knows the runner’s', async () => {
    const objects = byName(await readInstallation(local));
    const controller = objects['Deployment app-scanning-system/app-scanning-controller-manager'];
    expect(controller).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/part-of': 'assay' } },
      spec: {
        template: {
          spec: {
            imagePullSecrets: [{ name: 'pull' }],
            containers: [
              {
                image: `registry.example:5000/assay/assay-controller@${digest('a')}`,
                env: expect.arrayContaining([
                  { name: 'ASSAY_RUNNER_IMAGE', value: `registry.example:5000/assay/assay-runner@${digest('c')}` },
                  { name: 'ASSAY_INSECURE_REGISTRIES', value: 'registry.example:5000' },
                ]),
              },
            ],
          },
        },
      },
    });
  });

  it('comes in an order in which each object can be applied', async () => {
    const kinds = (await readInstallation(local)).map(({ kind }) => kind);
    const others = kinds.filter((kind) => kind !== 'CustomResourceDefinition');
    expect(kinds[0]).toBe('CustomResourceDefinition');
    expect(others.slice(0, 2)).toEqual(['Namespace', 'Namespace']);
    expect(kinds.indexOf('RoleBinding')).toBeGreaterThan(kinds.lastIndexOf('ServiceAccount'));
    expect(kinds.indexOf('Deployment')).toBeGreaterThan(kinds.lastIndexOf('ConfigMap'));
  });

  it.runIf(hasKubectl)('is what kustomize makes of it', async () => {
    const rendered = execFileSync('kubectl', ['kustomize', local], { encoding: 'utf8' });
    const wanted = parseAllDocuments(rendered).map((document) => document.toJS() as KubeObject);
    expect(byName(await readInstallation(local))).toEqual(byName(wanted));
  });

  it('that says what is not understood is refused, not applied in part', async () => {
    const path = join(local, 'kustomization.yaml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}namePrefix: mine-\n`);
    await expect(readInstallation(local)).rejects.toThrow('says namePrefix, which is not understood here');
    await writeFile(path, text);
  });

  it('that was never made is named', async () => {
    await expect(readInstallation(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

it('a grant is what the component makes', async () => {
  const text = await readFile(join(root, 'deploy/components/grant/role.yaml'), 'utf8');
  const component = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  const granted = grantObjects('my-apps').map(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { name: metadata.name },
  }));
  expect(granted).toEqual(component);
  expect(grantObjects('my-apps', ['one']).map(({ metadata }) => metadata.namespace)).toEqual(['my-apps', 'my-apps']);
  expect(parse(JSON.stringify(grantObjects('my-apps', ['one'])[0]?.rules))).toMatchObject([{ resourceNames: ['one'] }]);
});
