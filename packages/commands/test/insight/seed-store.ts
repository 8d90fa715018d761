import { openStore, type Store } from '@assay/store';
import { createStoreLog, createStoreServer, openDoor } from '@assay/store-api';
import { emptyDatabase, storeThread } from '@assay/testkit';

/** A real store on a free port, and what it was asked. */
export interface SeededStore {
  readonly url: string;
  /** `GET /path?query` of every request since the last look. */
  takeRequests(): readonly string[];
  close(): Promise<void>;
}

type Vulnerability = readonly [id: string, ...severities: string[]];
interface Pkg {
  readonly Name: string;
  readonly Version: string;
  readonly found?: readonly Vulnerability[];
}

const openssl = {
  Name: 'openssl',
  Version: '3.0.1',
  found: [
    ['CVE-2024-0001', 'High', 'Critical'],
    ['CVE-2024-0002', 'Low'],
  ],
} satisfies Pkg;
const curl = { Name: 'curl', Version: '8.0.0', found: [['CVE-2024-0003']] } satisfies Pkg;
const lodash = { Name: 'lodash', Version: '4.17.0', found: [['CVE-2024-0004', 'High']] } satisfies Pkg;

/** The things that the transcripts are about, in the order in which they get their ids. */
export async function seedStore(tls?: { readonly cert: string; readonly key: string }): Promise<SeededStore> {
  const database = { is: 'pglite', program: storeThread, empty: await emptyDatabase() } as const;
  const store = await openStore({ database, program: storeThread });
  let requests: string[] = [];
  const log = createStoreLog({
    level: 'default',
    logger: 'MetadataStore',
    hostname: 'test',
    now: () => new Date(),
    write: (line) => {
      const { msg, method, endpoint }: { msg: string; method: string; endpoint: string } = JSON.parse(line);
      if (msg === 'Processing request') requests.push(`${method} ${endpoint}`);
    },
  });
  const server = createStoreServer({ store, authenticator: openDoor, log, ...(tls === undefined ? {} : { tls }) });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const url = tls === undefined ? address : address.replace(/^http:/, 'https:');
  const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await server.inject({
      ...{ method: 'POST', url: path, payload: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', ...headers },
    });
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${answer.body}`);
  };
  for (const pkg of [openssl, { Name: 'zlib', Version: '1.2.11' }, curl])
    await post('/api/imageReport', { ...image('sha256:a1'), Packages: [row(pkg)] });
  for (const pkg of [lodash, { Name: 'left-pad', Version: '1.0.0' }])
    await post('/api/sourceReport', { ...sourceOf('my-repo', 'c0ffee'), Packages: [row(pkg)] });
  const cycloneDx = { 'report-type-format': 'cyclonedx' };
  await post('/api/v1/images', report('registry.example.com/team/app', 'sha256:b2'), {
    ...cycloneDx,
    'report-uid': 'build-1',
  });
  await post('/api/v1/images', report('registry.example.com/team/app', 'sha256:b3'), {
    ...cycloneDx,
    'report-uid': 'build-2',
  });
  await post('/api/v1/sources', report('https://git.example.com/my-org/other-repo', 'beef'), {
    ...cycloneDx,
    'report-uid': 'commit-1',
  });
  for (const ReportUID of ['build-1', 'build-2']) await post('/api/v1/artifact-groups', { UID: 'group-1', ReportUID });
  requests = [];
  return {
    url,
    takeRequests: () => requests.splice(0),
    close: () => closeAll(store, () => server.close()),
  };
}

async function closeAll(store: Store, closeServer: () => Promise<void>): Promise<void> {
  await closeServer();
  await store.close();
}

const image = (Digest: string) => ({ Registry: 'registry.example.com', Name: 'team/app', Digest });
const sourceOf = (Repository: string, Sha: string) => ({
  Host: 'git.example.com',
  Organization: 'my-org',
  Repository,
  Sha,
});

function row({ found = [], ...pkg }: Pkg) {
  return {
    ...pkg,
    Vulnerabilities: found.map(([CVEID, ...severities]) => ({
      CVEID,
      Ratings: severities.map((Severity, at) => ({ Severity, MethodTypeID: at + 1, Score: at })),
    })),
  };
}

/** Busybox with one CVE, and musl. */
export function report(name: string, version: string, parts = ['busybox@1.36', 'musl@1.2.4']): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.4',
    version: 1,
    metadata: {
      tools: [{ vendor: 'anchore', name: 'grype', version: '0.70.0' }],
      component: { type: 'container', name, version },
    },
    components: parts.map((part) => {
      const [partName, partVersion] = part.split('@');
      return { type: 'library', 'bom-ref': part, name: partName, version: partVersion };
    }),
    vulnerabilities: parts.includes('busybox@1.36')
      ? [{ id: 'CVE-2024-0005', ratings: [{ severity: 'high' }], affects: [{ ref: 'busybox@1.36' }] }]
      : [],
  };
}
