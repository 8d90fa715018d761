import { readFile } from 'node:fs/promises';
import type { Server as TlsServer } from 'node:https';
import { createKubeClient, readCluster } from '@assay/kube';
import type { Queries } from '@assay/store';
import { openStore } from '@assay/store';
import {
  type Authenticator,
  createStoreLog,
  createStoreServer,
  firstOf,
  kubernetesTokens,
  oneToken,
  type StoreLog,
  storedKeys,
} from '@assay/store-api';
import type { StoreConfig } from './config.ts';

/** How often the files of the certificate are looked at. Milliseconds. */
const certificateMs = 5_000;

/** Opens the store and serves it until the signal fires; then what runs is finished first. `program` is this app's entry, which threads run too. */
export async function serveStore(config: StoreConfig, program: URL, signal: AbortSignal): Promise<void> {
  const log = createStoreLog({
    level: config.logLevel,
    logger: 'MetadataStore',
    hostname: config.hostname,
    write: (line) => void process.stdout.write(line),
    now: () => new Date(),
  });
  log.info('less', 'Log settings', { LOG_LEVEL: config.logLevel });
  const store = await openStore({ database: config.database, program });
  const asked = await authenticatorOf(config, store.queries);
  try {
    const shared = { store, authenticator: asked.authenticator, log };
    const certificate = config.tls === undefined ? undefined : await readCertificate(config.tls);
    const server = createStoreServer({ ...shared, ...(certificate === undefined ? {} : { tls: certificate }) });
    const events = config.eventsPort === undefined ? undefined : createStoreServer(shared);
    try {
      const address = await server.listen({ host: config.host, port: config.port });
      log.info('less', 'Server Settings', { bindingaddress: address });
      if (events !== undefined) await events.listen({ host: config.host, port: config.eventsPort ?? 0 });
      const { connections } = config.databaseShown;
      log.info('less', 'Database Settings', { engine: store.engine, maxopenconnection: connections });
      const renewal = config.tls === undefined ? undefined : renewCertificate(config.tls, server.server, log);
      await untilStopped(signal);
      clearInterval(renewal);
    } finally {
      await Promise.all([server.close(), events?.close()]);
    }
  } finally {
    await store.close();
    await asked.close();
  }
}

/** Who says what a token may: the cluster where there is one, keys of the store, and the one token of a file. */
async function authenticatorOf(
  { kubernetes, tokenFile }: StoreConfig,
  queries: Queries,
): Promise<{ readonly authenticator: Authenticator; close(): Promise<void> }> {
  const keys: Authenticator[] = [storedKeys(queries)];
  if (tokenFile !== undefined) keys.push(oneToken((await readFile(tokenFile, 'utf8')).trim(), 'write', 'token-file'));
  if (kubernetes === undefined) return { authenticator: firstOf(keys), close: async () => undefined };
  const cluster = await readCluster({ ...kubernetes, userAgent: 'metadata-store' });
  const client = createKubeClient({ transport: cluster.transport, fieldManager: 'metadata-store' });
  return {
    authenticator: firstOf([...keys, kubernetesTokens({ client, now: Date.now })]),
    close: () => cluster.close(),
  };
}

async function readCertificate({ certFile, keyFile, rules }: NonNullable<StoreConfig['tls']>) {
  return { ...rules, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
}

/** A renewed certificate counts from the next connection on; one that cannot be read leaves the old one. */
function renewCertificate(tls: NonNullable<StoreConfig['tls']>, server: object, log: StoreLog) {
  let last = '';
  const look = async (): Promise<void> => {
    try {
      const fresh = await readCertificate(tls);
      if (last !== '' && fresh.cert !== last) {
        (server as TlsServer).setSecureContext(fresh); // made with TLS, as there are files of it
        log.info('default', 'Certificate renewed');
      }
      last = fresh.cert;
    } catch (error) {
      log.error('Certificate cannot be renewed', { error: error instanceof Error ? error.message : String(error) });
    }
  };
  void look();
  return setInterval(() => void look(), certificateMs).unref();
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
