import { type ImageVulnerabilityScanSpec, keychains, reservedBindingNames, reservedStepNames } from '@assay/kube';

/** A spec, and where the API server must complain; nothing where it must accept. Typed from spec/scan-2.md §2.1, §2.2 and §17 before the schema was written. */
export interface ManifestCase {
  readonly what: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Field of the first complaint; absent: accepted. */
  readonly refusedAt?: string;
}

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

export const goodSpec = {
  image: `registry.example.com/team/app@${digest}`,
  scanResults: { location: 'registry.example.com/team/app-results:run-1' },
  steps: [{ name: 'trivy', image: 'aquasec/trivy:0.48.3', command: ['trivy'], args: ['image', '$(params.image)'] }],
} satisfies ImageVulnerabilityScanSpec;

const step = goodSpec.steps[0] ?? { image: '' };

const accepted = (what: string, more: Readonly<Record<string, unknown>>): ManifestCase => ({
  what,
  spec: { ...goodSpec, ...more },
});
const refused = (what: string, refusedAt: string, more: Readonly<Record<string, unknown>>): ManifestCase => ({
  ...accepted(what, more),
  refusedAt,
});
const without = (field: keyof typeof goodSpec): ManifestCase => {
  const { [field]: _gone, ...spec } = goodSpec;
  return { what: `no ${field}`, spec, refusedAt: `spec.${field}` };
};

const images: readonly ManifestCase[] = [
  ...[
    `app@${digest}`,
    `team/app@${digest}`,
    `docker.io/library/app@${digest}`,
    `localhost:5000/app@${digest}`,
    `10.244.0.1:5000/a/b/c/d@${digest}`,
    `[fd00::1]:5000/app@${digest}`,
    `registry.example.com/team/my_app__x.y-z--q@${digest}`,
    `REGISTRY.example.com/app@${digest}`,
    // §17 row 19: tag and digest are tolerated
    `registry.example.com:443/team/app:1.2.3_x-y@${digest}`,
    `app:latest@${digest}`,
  ].map((image) => accepted(`image ${image}`, { image })),
  ...[
    '',
    'app',
    'app:latest',
    'registry.example.com/team/app:1',
    digest,
    `@${digest}`,
    `app@${digest.slice(0, -1)}`,
    `app@${digest}0`,
    `app@${digest.toUpperCase()}`,
    `app@sha512:${'0'.repeat(128)}`,
    `app@md5:${'0'.repeat(32)}`,
    `App@${digest}`,
    `team/App@${digest}`,
    `https://registry.example.com/app@${digest}`,
    `registry.example.com/team//app@${digest}`,
    `registry.example.com/@${digest}`,
    ` app@${digest}`,
    `app@${digest} `,
    `app@${digest}\n`,
    `app:@${digest}`,
    `app:${'t'.repeat(129)}@${digest}`,
    `app@${digest}@${digest}`,
    `${'a/'.repeat(600)}a@${digest}`,
  ].map((image) => refused(`image ${JSON.stringify(image).slice(0, 60)}`, 'spec.image', { image })),
  refused('an image that is a number', 'spec.image', { image: 7 }),
];

const locations: readonly ManifestCase[] = [
  ...[
    'app-results',
    'team/results',
    'registry.example.com/p/r',
    'registry.example.com:5000/p/r:tag',
    'r.io/a:0f-1.2_3',
  ].map((location) => accepted(`location ${location}`, { scanResults: { location } })),
  ...[
    '',
    `registry.example.com/p/r@${digest}`,
    `registry.example.com/p/r:tag@${digest}`,
    'registry.example.com/P/r',
    'registry.example.com/p/r:',
    'registry.example.com/p/r:-x',
    'oci://registry.example.com/p/r',
    'registry.example.com/p r',
    'registry.example.com/p/r:a:b',
  ].map((location) =>
    refused(`location ${JSON.stringify(location)}`, 'spec.scanResults.location', { scanResults: { location } }),
  ),
  refused('no location', 'spec.scanResults.location', { scanResults: {} }),
  refused('results that are a text', 'spec.scanResults', { scanResults: 'here' }),
];

const accounts: readonly ManifestCase[] = [
  accepted('both accounts', { serviceAccountNames: { scanner: 'scanner', publisher: 'publisher.v2' } }),
  accepted('one account', { serviceAccountNames: { scanner: 'scanner' } }),
  accepted('no account in an empty object', { serviceAccountNames: {} }),
  accepted('an empty account', { serviceAccountNames: { publisher: '' } }),
  ...['Scanner', 'a_b', '-a', 'a-', 'a..b', 'a b', 'x'.repeat(254)].map((scanner) =>
    refused(`scanner account ${scanner.slice(0, 20)}`, 'spec.serviceAccountNames.scanner', {
      serviceAccountNames: { scanner },
    }),
  ),
  refused('publisher account a/b', 'spec.serviceAccountNames.publisher', { serviceAccountNames: { publisher: 'a/b' } }),
];

const chains: readonly ManifestCase[] = [
  accepted('no keychains', { activeKeychains: [] }),
  accepted('all keychains', { activeKeychains: keychains.map((name) => ({ name })) }),
  ...keychains.map((name) => accepted(`keychain ${name}`, { activeKeychains: [{ name }] })),
  ...['ECR', 'docker', '', 'gcr.io'].map((name) =>
    refused(`keychain ${JSON.stringify(name)}`, 'spec.activeKeychains[0].name', { activeKeychains: [{ name }] }),
  ),
  refused('a second keychain that is unknown', 'spec.activeKeychains[1].name', {
    activeKeychains: [{ name: 'ecr' }, { name: 'x' }],
  }),
  refused('a keychain without a name', 'spec.activeKeychains[0].name', { activeKeychains: [{}] }),
  refused('keychains as words', 'spec.activeKeychains[0]', { activeKeychains: ['ecr'] }),
];

const bindings = (...all: readonly unknown[]): Readonly<Record<string, unknown>> => ({ workspace: { bindings: all } });
const secret = { secretName: 's' };

const workspaces: readonly ManifestCase[] = [
  accepted('an empty workspace', { workspace: {} }),
  ...['4Gi', '100Mi', '1.5Gi', '1e9', '10G', '500m', '0', 5368709120].map((size) =>
    accepted(`workspace size ${size}`, { workspace: { size } }),
  ),
  ...['-1Gi', '4 Gi', '4GiB', 'big', '4gi', '', '.'].map((size) =>
    refused(`workspace size ${JSON.stringify(size)}`, 'spec.workspace.size', { workspace: { size } }),
  ),
  accepted(
    'a secret with items',
    bindings({
      name: 'snyk',
      secret: { secretName: 'snyk-token', items: [{ key: 'snyk', path: 'configstore/snyk.json' }] },
    }),
  ),
  accepted('a config map', bindings({ name: 'cfg', configMap: { name: 'c' } })),
  accepted('an empty folder', bindings({ name: 'e', emptyDir: {} })),
  accepted('an empty folder in memory', bindings({ name: 'e', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } })),
  accepted(
    'three bindings',
    bindings({ name: 'a', secret }, { name: 'b', configMap: { name: 'c' } }, { name: 'c', emptyDir: {} }),
  ),
  refused('two sources', 'spec.workspace.bindings[0]', bindings({ name: 'a', secret, emptyDir: {} })),
  refused(
    'two sources in the second',
    'spec.workspace.bindings[1]',
    bindings({ name: 'a', secret }, { name: 'b', secret, configMap: { name: 'c' } }),
  ),
  refused(
    'three sources',
    'spec.workspace.bindings[0]',
    bindings({ name: 'a', secret, configMap: { name: 'c' }, emptyDir: {} }),
  ),
  refused('no source', 'spec.workspace.bindings[0]', bindings({ name: 'a' })),
  refused(
    'another source',
    'spec.workspace.bindings[0]',
    bindings({ name: 'a', persistentVolumeClaim: { claimName: 'c' } }),
  ),
  refused('a host path', 'spec.workspace.bindings[0]', bindings({ name: 'a', hostPath: { path: '/' } })),
  refused(
    'two bindings of one name',
    'spec.workspace.bindings[1]',
    bindings({ name: 'a', secret }, { name: 'a', emptyDir: {} }),
  ),
  refused('a binding without a name', 'spec.workspace.bindings[0].name', bindings({ secret })),
  refused('an empty name', 'spec.workspace.bindings[0].name', bindings({ name: '', secret })),
  ...['a/b', '../etc', ' a', '-a', 'a-', '.a', 'x'.repeat(64)].map((name) =>
    refused(`binding ${name.slice(0, 20)}`, 'spec.workspace.bindings[0].name', bindings({ name, secret })),
  ),
  ...reservedBindingNames.map((name) =>
    refused(`binding /${name}`, 'spec.workspace.bindings[0].name', bindings({ name, secret })),
  ),
  refused(
    'a secret without a name',
    'spec.workspace.bindings[0].secret.secretName',
    bindings({ name: 'a', secret: {} }),
  ),
  refused(
    'a config map without a name',
    'spec.workspace.bindings[0].configMap.name',
    bindings({ name: 'a', configMap: {} }),
  ),
  refused(
    'an item without a path',
    'spec.workspace.bindings[0].secret.items[0].path',
    bindings({ name: 'a', secret: { secretName: 's', items: [{ key: 'k' }] } }),
  ),
  refused(
    'an item without a key',
    'spec.workspace.bindings[0].secret.items[0].key',
    bindings({ name: 'a', secret: { secretName: 's', items: [{ path: 'p' }] } }),
  ),
];

const steps: readonly ManifestCase[] = [
  accepted('a step without a name', { steps: [{ image: 'a' }] }),
  accepted('two steps without names', { steps: [{ image: 'a' }, { image: 'b' }] }),
  accepted('a step with an empty name', { steps: [{ name: '', image: 'a' }] }),
  accepted('two steps', {
    steps: [
      { name: 'a', image: 'a' },
      { name: 'b', image: 'b' },
    ],
  }),
  accepted('all seen fields', {
    steps: [
      {
        name: 'all',
        image: 'a:1',
        imagePullPolicy: 'IfNotPresent',
        command: ['c'],
        args: ['$(params.scan-results-path)/scan.cdx.json'],
        env: [
          { name: 'A', value: 'b' },
          { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
        workingDir: '/workspace',
        onError: 'continue',
        stdoutConfig: { path: '/workspace/scan-results/scan.cdx.xml' },
        securityContext: {
          privileged: true,
          allowPrivilegeEscalation: true,
          runAsUser: 0,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
  }),
  accepted('a script', { steps: [{ name: 's', image: 'a', script: '#!/bin/sh\necho $(params.image)\n' }] }),
  accepted('a field of Tekton that we do not know', { steps: [{ ...step, newField: { deep: true } }] }),
  refused('no steps', 'spec.steps', { steps: [] }),
  refused('too many steps', 'spec.steps', { steps: Array.from({ length: 33 }, () => ({ image: 'a' })) }),
  ...reservedStepNames.map((name) => refused(`step ${name}`, 'spec.steps[0].name', { steps: [{ ...step, name }] })),
  ...reservedStepNames.map((name) =>
    refused(`second step ${name}`, 'spec.steps[1].name', { steps: [step, { image: 'a', name }] }),
  ),
  ...['Trivy', 'a_b', '-a', 'a-', 'a.b', 'a b', 'x'.repeat(59)].map((name) =>
    refused(`step ${name.slice(0, 20)}`, 'spec.steps[0].name', { steps: [{ ...step, name }] }),
  ),
  refused('two steps of one name', 'spec.steps', { steps: [step, { ...step }] }),
  refused('three steps, two of one name', 'spec.steps', {
    steps: [
      { image: 'a', name: 'a' },
      { image: 'a', name: 'b' },
      { image: 'a', name: 'a' },
    ],
  }),
  refused('a step without an image', 'spec.steps[0].image', { steps: [{ name: 'a' }] }),
  refused('a step with an empty image', 'spec.steps[0].image', { steps: [{ name: 'a', image: '' }] }),
  refused('a number among the arguments', 'spec.steps[0].args[0]', { steps: [{ ...step, args: [0] }] }),
  refused('a variable without a name', 'spec.steps[0].env[0].name', { steps: [{ ...step, env: [{ value: 'x' }] }] }),
  refused('a variable that is a number', 'spec.steps[0].env[0].value', {
    steps: [{ ...step, env: [{ name: 'A', value: 1 }] }],
  }),
  refused('an unknown pull policy', 'spec.steps[0].imagePullPolicy', {
    steps: [{ ...step, imagePullPolicy: 'Sometimes' }],
  }),
  refused('rights that are a text', 'spec.steps[0].securityContext.privileged', {
    steps: [{ ...step, securityContext: { privileged: 'yes' } }],
  }),
  refused('a negative user', 'spec.steps[0].securityContext.runAsUser', {
    steps: [{ ...step, securityContext: { runAsUser: -1 } }],
  }),
  refused('steps that are an object', 'spec.steps', { steps: {} }),
];

/** The documented scanners, spec/scan-2.md §9, and what people write by mistake around them. */
const samples: readonly ManifestCase[] = [
  accepted('Grype', {
    workspace: { size: '4Gi' },
    steps: [
      {
        name: 'grype',
        image: 'anchore/grype:v0.74.1',
        args: ['-o', 'cyclonedx-json', 'registry:$(params.image)', '--file', '/workspace/scan-results/scan.cdx.json'],
        env: [
          { name: 'GRYPE_ADD_CPES_IF_NONE', value: 'false' },
          { name: 'GRYPE_EXCLUDE' },
          { name: 'GRYPE_SCOPE', value: '' },
        ],
      },
    ],
  }),
  accepted('Snyk', {
    workspace: {
      size: '3Gi',
      bindings: [
        { name: 'snyk', secret: { secretName: 'snyk-token', items: [{ key: 'snyk', path: 'configstore/snyk.json' }] } },
      ],
    },
    steps: [
      {
        name: 'snyk',
        image: 'snyk/snyk:golang',
        env: [{ name: 'XDG-CONFIG-HOME', value: '/snyk' }],
        command: [
          'snyk',
          'container',
          'test',
          '$(params.image)',
          '--json-file-output=$(params.scan-results-path)/scan.json',
        ],
        onError: 'continue',
      },
      {
        name: 'snyk2spdx',
        image: 'converter:1',
        command: ['snyk2spdx', '--output=$(params.scan-results-path)/scan.spdx.json'],
      },
    ],
  }),
  accepted('Prisma', {
    steps: [
      {
        name: 'prisma',
        image: 'prisma:1',
        workingDir: '/workspace',
        securityContext: {
          allowPrivilegeEscalation: true,
          privileged: true,
          runAsUser: 0,
          seccompProfile: { type: 'Unconfined' },
          capabilities: { add: ['SYS_ADMIN'] },
        },
        script: '#!/bin/bash\nset -e\n',
        env: [
          { name: 'IMAGE', value: '$(params.image)' },
          ...['username', 'password', 'address'].map((key) => ({
            name: key.toUpperCase(),
            valueFrom: { secretKeyRef: { name: 'prisma-auth', key } },
          })),
        ],
      },
    ],
  }),
  accepted('Carbon Black', {
    workspace: {
      bindings: [
        { name: 'cbctl', secret: { secretName: 'cbctl-creds', items: [{ key: 'cbctl', path: '.cbctl.yaml' }] } },
      ],
    },
    steps: [
      {
        name: 'carbonblack-scan',
        image: 'cbartifactory/cbctl:1',
        command: [
          'cbctl',
          'image',
          'scan',
          '--force=true',
          '$(params.image)',
          '--config',
          '/cbctl/.cbctl.yaml',
          '-ocyclonedx',
        ],
        stdoutConfig: { path: '/workspace/scan-results/scan-results.cdx.xml' },
      },
    ],
  }),
  ...['a', '0', 'a-b', 'a1', 'x'.repeat(58)].map((name) =>
    accepted(`step ${name.slice(0, 10)}`, { steps: [{ ...step, name }] }),
  ),
  ...['a', 'A', 'my_vol', 'v.1', 'x'.repeat(63)].map((name) =>
    accepted(`binding ${name.slice(0, 10)}`, bindings({ name, secret })),
  ),
  ...['default', 'a.b', 'x'.repeat(253)].map((publisher) =>
    accepted(`publisher ${publisher.slice(0, 10)}`, { serviceAccountNames: { publisher } }),
  ),
  ...['10Gi', '+1Gi', '1k', '1E', '0.5Ti', '.5Gi', '1.'].map((sizeLimit) =>
    accepted(`size limit ${sizeLimit}`, bindings({ name: 'e', emptyDir: { sizeLimit } })),
  ),
  ...['-1', '1GB', 'x'].map((sizeLimit) =>
    refused(
      `size limit ${sizeLimit}`,
      'spec.workspace.bindings[0].emptyDir.sizeLimit',
      bindings({ name: 'e', emptyDir: { sizeLimit } }),
    ),
  ),
  refused('commands as one text', 'spec.steps[0].command', { steps: [{ ...step, command: 'trivy image' }] }),
  refused('an environment as a map', 'spec.steps[0].env', { steps: [{ ...step, env: { A: 'b' } }] }),
  refused('a script that is a list', 'spec.steps[0].script', { steps: [{ ...step, script: ['a'] }] }),
  refused('output that is a text', 'spec.steps[0].stdoutConfig', { steps: [{ ...step, stdoutConfig: '/a' }] }),
  refused('a workspace that is a text', 'spec.workspace', { workspace: '4Gi' }),
  refused('bindings as a map', 'spec.workspace.bindings', { workspace: { bindings: {} } }),
  refused('accounts as a text', 'spec.serviceAccountNames', { serviceAccountNames: 'scanner' }),
  refused('an account that is a list', 'spec.serviceAccountNames.scanner', { serviceAccountNames: { scanner: ['a'] } }),
  refused('keychains as a map', 'spec.activeKeychains', { activeKeychains: { name: 'ecr' } }),
  refused('a secret that is a text', 'spec.workspace.bindings[0].secret', bindings({ name: 'a', secret: 's' })),
  refused(
    'a mode that is a text',
    'spec.workspace.bindings[0].secret.defaultMode',
    bindings({ name: 'a', secret: { secretName: 's', defaultMode: '0400' } }),
  ),
  refused('a location that is a list', 'spec.scanResults.location', { scanResults: { location: ['a'] } }),
];

/** Every case. */
export const manifestCases: readonly ManifestCase[] = [
  accepted('the documented sample', {}),
  without('image'),
  without('scanResults'),
  without('steps'),
  ...images,
  ...locations,
  ...accounts,
  ...chains,
  ...workspaces,
  ...steps,
  ...samples,
];
