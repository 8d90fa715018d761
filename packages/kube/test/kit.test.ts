import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { createKubeClient, namespaces, readCluster } from '@assay/kube';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kitContract } from './kit.contract.ts';

/** The authority of nobody: the first the runtime brings. */
const [otherAuthority = ''] = rootCertificates;

const { KUBECONFIG: kubeconfig } = process.env;

if (kubeconfig === undefined) {
  describe('the kit on a cluster', () => {
    it.skip('is left out: KUBECONFIG names no cluster', () => undefined);
  });
} else {
  kitContract('the cluster of KUBECONFIG', () => readCluster({ kubeconfig }));

  describe('a pod on the cluster of KUBECONFIG', () => {
    let folder: string;
    let token = '';
    let authority = '';
    let service: { readonly host: string; readonly port: string };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'kube-'));
      const cluster = await readCluster({ kubeconfig });
      const request = { method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts/default/token' } as const;
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
      const { json } = await cluster.transport.request({ ...request, body });
      ({ token } = (json as { status: { token: string } }).status);
      const roots = await cluster.transport.request({
        method: 'GET',
        path: '/api/v1/namespaces/default/configmaps/kube-root-ca.crt',
      });
      authority = (roots.json as { data: Record<string, string> }).data['ca.crt'] ?? '';
      const { hostname, port } = new URL(cluster.server);
      service = { host: hostname, port };
      await cluster.close();
      writeFileSync(join(folder, 'token'), `${token}\n`);
      writeFileSync(join(folder, 'ca.crt'), authority);
      writeFileSync(join(folder, 'namespace'), 'mine');
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('reads its service account, and reads it anew when the server refuses the token', async () => {
      writeFileSync(join(folder, 'token'), 'stale');
      const cluster = await readCluster({ serviceAccountFolder: folder, service });
      expect(cluster.namespace).toBe('mine');
      const client = createKubeClient({ transport: cluster.transport, fieldManager: 'pod' });
      await expect(client.discovers('v1', 'Pod')).rejects.toMatchObject({ code: 'KUBE_DENIED', status: 401 });
      writeFileSync(join(folder, 'token'), `${token}\n`);
      expect(await client.discovers('v1', 'Pod')).toBe(true);
      await expect(client.get(namespaces, { name: 'kube-system' })).rejects.toMatchObject({
        code: 'KUBE_DENIED',
        status: 403,
        retryable: false,
      });
      await cluster.close();
    });

    it('does not talk to a server whose certificate it cannot trust', async () => {
      const other = mkdtempSync(join(tmpdir(), 'kube-'));
      writeFileSync(join(other, 'token'), token);
      writeFileSync(join(other, 'ca.crt'), otherAuthority);
      const cluster = await readCluster({ serviceAccountFolder: other, service });
      const client = createKubeClient({ transport: cluster.transport, fieldManager: 'pod' });
      await expect(client.version()).rejects.toMatchObject({ code: 'KUBE_TLS', retryable: false });
      await cluster.close();
      rmSync(other, { recursive: true });
    });
  });
}
