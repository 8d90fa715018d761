import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  createRegistry,
  digestOf,
  type EmbeddedRegistry,
  type EmbeddedRegistryOptions,
  openRegistry,
  type RegistryOptions,
} from '@assay/oci';
import { onTestFinished } from 'vitest';
import { readReportHere, type StepLog, type StepSettings, type StepWorld, usualLimits } from '../src/index.ts';

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-runner-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The embedded registry on loopback, closed when the test ends. */
export async function startRegistry(options: Partial<EmbeddedRegistryOptions> = {}): Promise<EmbeddedRegistry> {
  const registry = await createRegistry({ closeGraceMs: 100, ...options, folder: await temporaryFolder() });
  await registry.listen();
  onTestFinished(() => registry.close());
  return registry;
}

/** A log that remembers. */
export function testLog(): StepLog & { readonly said: readonly Said[]; readonly lines: readonly string[] } {
  const said: Said[] = [];
  const lines: string[] = [];
  const say =
    (level: Said['level']): StepLog['info'] =>
    (message, facts = {}) =>
      void said.push({ level, message, facts });
  return {
    said,
    lines,
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    line: (text) => void lines.push(text),
  };
}

export interface Said {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A pod's folders in a temporary one, and what a step in it is told. */
export async function aPod(settings: Partial<StepSettings> = {}) {
  const root = await temporaryFolder();
  const resultsPath = join(root, 'workspace/scan-results');
  for (const path of [resultsPath, join(root, 'tmp'), join(root, 'cred-helper'), join(root, 'home')])
    await mkdir(path, { recursive: true });
  const all: StepSettings = {
    workspace: join(root, 'workspace'),
    owner: { uid: 65534, gid: 65534 },
    resultsPath,
    helperFolder: join(root, 'cred-helper'),
    home: join(root, 'home'),
    tektonCredentials: join(root, 'tekton/creds'),
    tektonSecrets: join(root, 'tekton/creds-secrets'),
    trustedCerts: '',
    trustedFiles: [],
    copyFrom: '',
    keychains: [],
    registries: [],
    credentialFolders: [],
    cloud: {},
    image: '',
    location: '',
    scannerName: '',
    attach: true,
    limits: usualLimits,
    insecureRegistries: [],
    proxy: {},
    scratch: join(root, 'tmp'),
    files: {
      scanResult: join(root, 'scan-result'),
      scannedImage: join(root, 'scanned-image'),
      reportCount: join(root, 'report-count'),
      ignoredCount: join(root, 'ignored-count'),
      failure: join(root, 'failure'),
      termination: join(root, 'termination'),
    },
    userAgent: 'assay/test',
    ...settings,
  };
  return {
    root,
    settings: all,
    put: async (name: string, content: string | Uint8Array, mode = 0o644) => {
      const path = join(resultsPath, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content, { mode });
    },
  };
}

/** The world of a step; waiting takes no time. */
export function aWorld(log: StepLog, differences: Partial<StepWorld> = {}): StepWorld {
  return {
    log,
    signal: new AbortController().signal,
    fetch: (url, init) => fetch(url, init),
    openRepository: (reference, options) =>
      openRegistry(reference, { ...options, clock: { now: () => Date.now(), sleep: async () => undefined } }),
    readReport: readReportHere,
    now: () => new Date('2026-11-25T00:00:00Z'),
    sleep: async () => undefined,
    ...differences,
  };
}

/** An image in a registry that holds nothing; its reference by digest. */
export async function anImage(
  host: string,
  repository = 'project/app',
  options: RegistryOptions = {},
): Promise<string> {
  const source = openRegistry({ registry: host, repository }, options);
  const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
  const digest = digestOf(config);
  await source.pushBlob({
    digest,
    size: config.length,
    async *open() {
      yield config;
    },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length },
    layers: [],
  };
  const pushed = await source.pushManifest(Buffer.from(JSON.stringify(manifest)), mediaType, { tag: '1' });
  await source.close();
  return `${host}/${repository}@${pushed.digest}`;
}

/** A small CycloneDX document with one finding. */
export const cycloneDx = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.4',
  version: 1,
  metadata: {
    timestamp: '2026-11-20T10:00:00Z',
    tools: [{ vendor: 'aquasecurity', name: 'trivy', version: '0.48.3' }],
  },
  components: [{ type: 'library', 'bom-ref': 'a', name: 'minimist', version: '1.2.5', purl: 'pkg:npm/minimist@1.2.5' }],
  vulnerabilities: [
    {
      id: 'CVE-2021-44906',
      source: { name: 'nvd' },
      ratings: [{ source: { name: 'nvd' }, score: 9.8, severity: 'critical', method: 'CVSSv31' }],
      affects: [{ ref: 'a' }],
    },
  ],
});

/** A small SPDX document. */
export const spdx = JSON.stringify({
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'app',
  documentNamespace: 'https://example.org/app',
  creationInfo: { created: '2026-11-20T10:00:00Z', creators: ['Tool: syft-1.0.0'] },
  packages: [
    {
      name: 'minimist',
      SPDXID: 'SPDXRef-a',
      versionInfo: '1.2.5',
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
    },
  ],
});
