import { expect, it } from 'vitest';
import { clusterEnvironment, openCluster } from './cluster.ts';
import { killControllers } from './kills.ts';

// More of them, with a seed: npm run campaign -- kills.
it('a controller killed again and again loses nothing, does nothing twice and keeps to the number of pods', async () => {
  const { KUBECONFIG: kubeconfig = '' } = clusterEnvironment();
  const { broken, scans } = await killControllers(openCluster(), { kills: 8, random: Math.random, kubeconfig });
  expect(broken).toEqual([]);
  expect(scans).toBeGreaterThan(6);
});
