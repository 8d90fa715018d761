import { randomBytes } from 'node:crypto';
import { createLog, startController } from '@assay/controller';
import { readCluster, systemClock } from '@assay/kube';
import { type Environment, readConfig, watchValues } from './config.ts';

/** Values that change are noticed within this time. Milliseconds. */
const lookMs = 10_000;

/** Runs the controller until the signal fires, or the lease is lost. The exit code: 0 after a signal, 1 otherwise. */
export async function runHere(env: Environment, signal: AbortSignal): Promise<number> {
  const log = createLog((line) => process.stdout.write(line), Date.now);
  try {
    const config = readConfig(env);
    const values = watchValues(config, (error) => log('error', 'the changed values are not valid', { error }));
    const cluster = await readCluster({
      userAgent: 'assay-controller',
      service: {
        ...(config.serviceHost === undefined ? {} : { host: config.serviceHost }),
        ...(config.servicePort === undefined ? {} : { port: config.servicePort }),
      },
      ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    });
    const timer = setInterval(() => values.look(), lookMs);
    const controller = await startController({
      transport: cluster.transport,
      settings: () => values.current(),
      log,
      clock: systemClock,
      random: Math.random,
      identity: `${config.podName}_${randomBytes(4).toString('hex')}`,
      lease: { namespace: config.namespace, name: 'app-scanning-controller' },
      healthPort: config.healthPort,
      metricsPort: config.metricsPort,
    });
    log('info', 'controller started', { server: cluster.server, healthPort: config.healthPort });
    const isLost = await Promise.race([aborted(signal).then(() => false), controller.lost.then(() => true)]);
    clearInterval(timer);
    await controller.stop();
    await cluster.close();
    log('info', 'controller stopped');
    return isLost ? 1 : 0;
  } catch (error) {
    log('error', 'controller failed', { error });
    return 1;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
