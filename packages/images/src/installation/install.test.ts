import { describe, expect, it } from 'vitest';
import { type InstallationClient, installObjects, whyNotReady } from './install.ts';
import { kindOf } from './installed-kinds.ts';
import type { KubeObject } from './kube-object.ts';

const object = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});
const deployment = object('apps/v1', 'Deployment', 'manager', 'system');
const objects = [
  deployment,
  object('v1', 'ServiceAccount', 'manager', 'system'),
  object('v1', 'Namespace', 'system'),
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'scans.example'),
];
const established = {
  kind: 'CustomResourceDefinition',
  status: { conditions: [{ type: 'Established', status: 'True' }] },
};
const running = (available: number) => ({
  kind: 'Deployment',
  metadata: { generation: 2 },
  spec: { replicas: 2 },
  status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: available },
});

/** A cluster whose Deployment becomes ready when it is asked the third time. */
function aCluster() {
  const did: string[] = [];
  let asked = 0;
  const client: InstallationClient = {
    apply: (kind, { metadata }, { force, fieldManager }) => {
      did.push(`${kind.plural}/${metadata.name} ${force} ${fieldManager}`);
      return Promise.resolve({});
    },
    get: (kind) => {
      if (kind.kind === 'CustomResourceDefinition') return Promise.resolve(established);
      asked++;
      return Promise.resolve(running(asked < 3 ? 1 : 2));
    },
  };
  return { client, did, asked: () => asked };
}

function aClock() {
  let time = 0;
  const sleep = (milliseconds: number) => {
    time += milliseconds;
    return Promise.resolve();
  };
  return { now: () => time, sleep };
}

describe('an installation', () => {
  it('applies what others need first, then waits until all runs', async () => {
    const { client, did, asked } = aCluster();
    await installObjects(objects, client, { timeoutMs: 60_000, clock: aClock() });
    expect(did).toEqual([
      'customresourcedefinitions/scans.example true assay-install',
      'namespaces/system true assay-install',
      'serviceaccounts/manager true assay-install',
      'deployments/manager true assay-install',
    ]);
    expect(asked()).toBe(3);
  });

  it('that does not become ready in time says what is missing', async () => {
    const { client } = aCluster();
    await expect(installObjects(objects, client, { timeoutMs: 0, clock: aClock() })).rejects.toMatchObject({
      code: 'INSTALL_NOT_READY',
      detail: 'Deployment system/manager has 1 of 2 replicas',
    });
  });

  it('of a kind that is not ours is refused before anything is applied', async () => {
    const { client, did } = aCluster();
    const odd = [...objects, object('batch/v1', 'Job', 'odd', 'system')];
    await expect(installObjects(odd, client, { timeoutMs: 0, clock: aClock() })).rejects.toThrow('IMAGE_INPUT_INVALID');
    expect(did).toEqual([]);
  });
});

describe('a Deployment is not ready', () => {
  it.each([
    ['that is gone', undefined, 'is gone'],
    ['whose change was not looked at yet', { ...running(2), metadata: { generation: 3 } }, 'was not looked at yet'],
    [
      'while pods of before the change still run',
      { ...running(2), status: { observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 3 } },
      'has 2 of 2 replicas',
    ],
    [
      'whose pods are refused',
      {
        ...running(0),
        status: {
          observedGeneration: 2,
          conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'forbidden' }],
        },
      },
      'has 0 of 2 replicas: forbidden',
    ],
  ])('%s', (_name, seen, why) => {
    expect(whyNotReady(seen)).toBe(why);
  });
});

it('a namespaced object without a namespace is refused: it would land anywhere', () => {
  expect(() => kindOf(object('v1', 'ConfigMap', 'values'))).toThrow('ConfigMap values names no namespace');
});
