import { readCluster } from '@assay/kube';
import { describe, it } from 'vitest';
import { kitContract } from './kit.contract.ts';

const { KUBECONFIG: kubeconfig } = process.env;

if (kubeconfig === undefined) {
  describe('the kit on a cluster', () => {
    it.skip('is left out: KUBECONFIG names no cluster', () => undefined);
  });
} else {
  kitContract('the cluster of KUBECONFIG', () => readCluster({ kubeconfig }));
}
