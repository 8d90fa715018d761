import { createServer, type Server } from 'node:http';

/** What the kubelet and Prometheus ask. */
export interface StatusServerOptions {
  readonly healthPort: number;
  readonly metricsPort: number;
  /** Whether everything there is was seen once. */
  readonly isReady: () => boolean;
  readonly metrics: () => Promise<string>;
}

/** `/livez`, `/readyz` and the older `/healthz` on one port, `/metrics` on the other. Live means that the event loop turns: an answer is enough. */
export async function startStatusServer(
  options: StatusServerOptions,
): Promise<{ readonly close: () => Promise<void> }> {
  const health = createServer((request, response) => {
    const isReady = request.url !== '/readyz' || options.isReady();
    const isKnown = ['/livez', '/readyz', '/healthz'].includes(request.url ?? '');
    response
      .writeHead(isKnown ? (isReady ? 200 : 503) : 404, { 'content-type': 'text/plain' })
      .end(isKnown && isReady ? 'ok\n' : 'no\n');
  });
  const metrics = createServer((request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    options.metrics().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(500).end(),
    );
    return response;
  });
  await Promise.all([listen(health, options.healthPort), listen(metrics, options.metricsPort)]);
  return {
    close: async () => {
      for (const server of [health, metrics]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
}
