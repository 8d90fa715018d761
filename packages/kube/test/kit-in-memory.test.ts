import { createApiServer } from '@assay/apiserver';
import { inProcessTransport, readCluster } from '@assay/kube';
import { kitContract, type Lack } from './kit.contract.ts';

/** Empty this list when packages/apiserver can do these. */
const lacks: readonly Lack[] = ['definitions of scans', 'apply with a uid'];

kitContract(
  'the API server in memory',
  async () => {
    const server = createApiServer();
    return { transport: inProcessTransport(server), close: () => server.close() };
  },
  lacks,
);

kitContract(
  'the API server in memory, over HTTP',
  async () => {
    const server = createApiServer();
    const { url } = await server.listen();
    const cluster = await readCluster({ server: url });
    return {
      transport: cluster.transport,
      close: async () => {
        await cluster.close();
        await server.close();
      },
    };
  },
  lacks,
);
