import {
  type Clock,
  createEventRecorder,
  createKubeClient,
  createLeaderElector,
  type ObjectKey,
  type Random,
  startStatusServer,
  type Transport,
} from '@assay/kube';
import { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { ControllerSettings } from './settings.ts';

/** Everything the controller needs from outside. */
export interface ControllerPorts {
  readonly transport: Transport;
  /** The settings as they are now. */
  readonly settings: () => ControllerSettings;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Unique per process: the pod's name and something random. */
  readonly identity: string;
  readonly lease: Required<ObjectKey>;
  readonly healthPort: number;
  readonly metricsPort: number;
}

export interface RunningController {
  /** Stops working, gives the lease back, and writes the Events that wait. Nothing is lost: the next one goes on. */
  stop(): Promise<void>;
  /** Resolves when the process should end by itself: it led, and the lease was lost. */
  readonly lost: Promise<void>;
}

/** Renewed in time three times over, as others do it: 15 s, 10 s, 2 s. */
const leaseTimes = (leaseMs: number) => ({ leaseMs, renewMs: (leaseMs * 2) / 3, retryMs: (leaseMs * 2) / 15 });

const controllerName = 'app-scanning.apps.tanzu.vmware.com/controller';

/** Starts the controller: it serves its status at once, and works when it has the lease. */
export async function startController(ports: ControllerPorts): Promise<RunningController> {
  const { transport, settings, log, clock, random, identity, lease } = ports;
  const client = createKubeClient({ transport, fieldManager: 'app-scanning-controller' });
  let lifecycle: Lifecycle | undefined;
  let isStopping = false;
  let reportLoss: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => {
    reportLoss = resolve;
  });
  const recorder = createEventRecorder({
    client,
    reportingController: controllerName,
    reportingInstance: identity,
    perSecond: 50,
    burst: 200,
    onError: (error) => log('warn', 'an Event was not written', { error }),
    clock,
    random,
  });
  const none = { waiting: 0, active: 0, scans: 0, queued: 0 };
  const metrics = createMetrics(
    () => ({ counts: lifecycle?.counts ?? none, isLeader: elector.isLeader, droppedEvents: recorder.dropped }),
    log,
  );
  const elector = createLeaderElector({
    client,
    lease,
    identity,
    ...leaseTimes(settings().leaseMs),
    onStarted: (signal) => {
      log('info', 'leading');
      lifecycle = new Lifecycle({ client, recorder, settings, tells: metrics.tells, clock, random });
      const mine = lifecycle;
      signal.addEventListener('abort', () => mine.stop(), { once: true });
      lifecycle
        .start()
        .then(() => log('info', 'everything is listed', mine.counts))
        .catch((error: unknown) => log('error', 'the controller did not start', { error }));
    },
    onStopped: () => {
      log('info', 'no longer leading');
      if (!isStopping) reportLoss();
    },
    onError: (error) => log('warn', 'the lease was not renewed', { error }),
    clock,
    random,
  });
  // One that waits for the lease is ready: it takes over at any moment.
  const isReady = (): boolean => !isStopping && (lifecycle === undefined || lifecycle.isReady);
  const status = await startStatusServer({
    healthPort: ports.healthPort,
    metricsPort: ports.metricsPort,
    isReady,
    metrics: () => metrics.text(),
  });
  elector.start();
  return {
    lost,
    async stop() {
      isStopping = true;
      lifecycle?.stop();
      await elector.stop();
      await recorder.flush(3_000);
      await status.close();
    },
  };
}
