import { createEventRecorder, createKubeClient, readCluster, startStatusServer, systemClock } from '@assay/kube';
import {
  Acknowledged,
  Availability,
  createHttpSender,
  createMetrics,
  Observer,
  type ObserverTells,
  readReportApart,
} from '@assay/observer';
import type { ObserverConfig } from './config.ts';

/** One line of the log: JSON with a static message. */
export type Log = (
  level: 'debug' | 'info' | 'warn',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** Static messages, and how loud each is. */
const messages = {
  'event-stored': ['info', 'Successfully sent CloudEvent'],
  'event-refused': ['warn', 'The event handler refused a CloudEvent'],
  'report-rejected': ['warn', 'A file of the results is no report'],
  'grant-missing': ['warn', 'A pull secret of the scan may not be read'],
  'work-failed': ['warn', 'Work on an object failed and is tried again'],
  'kind-appeared': ['info', 'The cluster knows a kind, or knows it no more'],
  'location-sent': ['info', 'Registered the location'],
} as const satisfies Record<Parameters<ObserverTells>[0], readonly ['info' | 'warn', string]>;

/** Puts the observer together and works until the signal fires. `program` is this app's entry, which reading threads run too. */
export async function runObserver(config: ObserverConfig, log: Log, signal: AbortSignal, program: URL): Promise<void> {
  const cluster = await readCluster({
    kubeconfig: config.kubeconfig,
    service: config.service,
    userAgent: 'amr-observer',
  });
  const client = createKubeClient({ transport: cluster.transport, fieldManager: 'amr-observer' });
  const metrics = createMetrics();
  const tell: ObserverTells = (what, facts) => {
    metrics.tell(what, facts);
    const [level, message] = messages[what];
    log(level, message, facts);
  };
  const sender = createHttpSender({
    endpoint: config.endpoint,
    ...(config.tokenFile === undefined ? {} : { tokenFile: config.tokenFile }),
    ...(config.caPem === undefined ? {} : { caPem: config.caPem }),
  });
  const availability = new Availability({
    probe: (stop) => sender.probe(stop),
    periodMs: config.livenessPeriodMs,
    rules: { failuresToOpen: 3, openForMs: config.livenessPeriodMs },
    clock: systemClock,
    onChange: ({ state }) => {
      log('info', 'AMR CloudEventHandler', { availability: state === 'closed', state });
    },
  });
  const acknowledged = new Acknowledged(client, { namespace: config.namespace, name: 'amr-observer-acknowledged' });
  const recorder = createEventRecorder({
    client,
    reportingController: 'amr-observer.apps.tanzu.vmware.com/observer',
    reportingInstance: config.podName,
    clock: systemClock,
  });
  const observer = new Observer({
    client,
    sender,
    availability,
    acknowledged,
    recorder,
    registry: {
      userAgent: 'amr-observer',
      insecureRegistries: config.insecureRegistries,
      dockerConfigDir: config.dockerConfigDir,
      ...(config.caPem === undefined ? {} : { caPem: config.caPem }),
    },
    scratch: config.scratch,
    read: readReportApart(program),
    locationLabels: config.locationLabels,
    concurrentScans: config.concurrentScans,
    resyncMs: config.resyncMs,
    clock: systemClock,
    tell,
  });
  const status = await startStatusServer({
    healthPort: config.healthPort,
    metricsPort: config.metricsPort,
    isReady: () => observer.isReady,
    metrics: () => {
      metrics.setAvailable(availability.isAvailable);
      metrics.setRemembered(acknowledged.size);
      return metrics.text();
    },
  });
  log('info', 'Starting', { server: cluster.server, endpoint: config.endpoint });
  try {
    await observer.run(signal);
  } finally {
    await recorder.flush();
    await status.close();
    await sender.close();
    await cluster.close();
  }
}
