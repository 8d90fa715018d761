import { createMetrics, Lifecycle, type Tells } from '@assay/controller';
import {
  createEventRecorder,
  createKubeClient,
  createLeaderElector,
  readCluster,
  startStatusServer,
  systemClock,
} from '@assay/kube';
import type { ControllerConfig } from './config.ts';

/** One line of the log: JSON with a static message. */
export type Log = (level: 'info' | 'warn', message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** Puts the controller together and works until the signal fires. One replica leads, the others wait. */
export async function runController(config: ControllerConfig, log: Log, signal: AbortSignal): Promise<void> {
  const cluster = await readCluster({
    kubeconfig: config.kubeconfig,
    service: config.service,
    userAgent: 'app-scanning-controller',
  });
  const client = createKubeClient({ transport: cluster.transport, fieldManager: 'app-scanning-controller' });
  const metrics = createMetrics(logged(log));
  const recorder = createEventRecorder({
    client,
    reportingController: 'app-scanning.apps.tanzu.vmware.com/controller',
    reportingInstance: config.podName,
  });
  let lifecycle: Lifecycle | undefined;
  const elector = createLeaderElector({
    client,
    lease: { namespace: config.namespace, name: 'app-scanning-controller' },
    identity: `${config.podName}_${crypto.randomUUID()}`,
    onStarted: (lost) => {
      log('info', 'This replica leads');
      const leading = new Lifecycle({
        client,
        recorder,
        settings: () => config.settings,
        tells: metrics.tells,
        clock: systemClock,
        random: Math.random,
      });
      lifecycle = leading;
      lost.addEventListener('abort', () => leading.stop(), { once: true });
      leading.start().catch((error: unknown) => metrics.tells.failed({ what: 'watch', key: '', error }));
    },
    onStopped: () => {
      lifecycle = undefined;
      log('info', 'This replica leads no longer');
    },
    onError: (error) => metrics.tells.failed({ what: 'watch', key: 'lease', error }),
  });
  const none = { waiting: 0, active: 0, scans: 0 };
  const status = await startStatusServer({
    healthPort: config.healthPort,
    metricsPort: config.metricsPort,
    // A replica that waits for the lease is ready: it takes over when it must.
    isReady: () => !elector.isLeader || lifecycle?.isReady === true,
    metrics: () => metrics.text({ ...(lifecycle?.counts ?? none), leads: elector.isLeader }),
  });
  log('info', 'Starting', { server: cluster.server });
  elector.start();
  await new Promise<void>((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await elector.stop();
  await recorder.flush();
  await status.close();
  await cluster.close();
}

/** What happens, as lines of the log with static messages. */
function logged(log: Log): Tells {
  return {
    started: (facts) => log('info', 'Started a scan', { ...facts }),
    ended: (facts) => log('info', 'A scan has ended', { ...facts }),
    retried: (facts) => log('info', 'A scan is run again', { ...facts }),
    stopped: (facts) => log('info', 'Stopped a run', { ...facts }),
    removed: (facts) => log('info', 'Removed a run', { ...facts }),
    failed: ({ what, key, error }) =>
      log('warn', 'Work failed and is tried again', {
        what,
        key,
        error: error instanceof Error ? error.message : String(error),
      }),
  };
}
