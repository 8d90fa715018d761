import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { productImages } from '../src/index.ts';

const deploy = fileURLToPath(new URL('../../../deploy', import.meta.url));

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly rules?: readonly Rule[];
  readonly subjects?: readonly { readonly name: string; readonly namespace: string }[];
  readonly data?: Record<string, string>;
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Record<string, string> };
    readonly template?: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec };
  };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly Container[];
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env: readonly { readonly name: string }[];
  readonly securityContext: Record<string, unknown>;
  readonly resources: { readonly requests: object; readonly limits: { readonly memory: string } };
  readonly livenessProbe: object;
  readonly readinessProbe: object;
}

/** Every object of the files of `base` and of the grant, as written. */
const manifests = ['base', 'components'].flatMap((part) =>
  readdirSync(join(deploy, part), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'))
    .flatMap((name) => parseAllDocuments(readFileSync(join(deploy, part, name), 'utf8')))
    .map((document) => document.toJS() as Manifest),
);
const ofKind = (kind: string) => manifests.filter((each) => each.kind === kind);
const touches = (rule: Rule, resource: string) =>
  rule.resources.some((each) => each === resource || each === '*' || each.startsWith(`${resource}/`)) &&
  rule.apiGroups.some((group) => group === '' || group === '*');

describe('the rights of our processes', () => {
  it('read no Secret in the whole cluster', () => {
    const roles = ofKind('ClusterRole');
    expect(roles.length).toBeGreaterThan(3);
    const guilty = roles.filter((role) => role.rules?.some((rule) => touches(rule, 'secrets')));
    expect(guilty.map(({ metadata }) => metadata.name)).toEqual([]);
  });

  it('read Secrets in one namespace only by name, and only one by one', () => {
    const rules = ofKind('Role').flatMap((role) => role.rules ?? []);
    const secret = rules.filter((rule) => touches(rule, 'secrets'));
    expect(secret.length).toBe(2);
    for (const rule of secret) {
      expect(rule.verbs).toEqual(['get']);
      expect(rule.resourceNames?.length).toBeGreaterThan(0);
    }
  });

  it('hold no wildcard of verbs or groups', () => {
    const rules = [...ofKind('ClusterRole'), ...ofKind('Role')].flatMap((role) => role.rules ?? []);
    expect(rules.filter(({ verbs, apiGroups }) => verbs.includes('*') || apiGroups.includes('*'))).toEqual([]);
  });

  it('let the observer write nothing but events in the cluster', () => {
    const observer = ofKind('ClusterRole').find(({ metadata }) => metadata.name === 'amr-observer');
    const writing = observer?.rules?.filter(({ verbs }) =>
      verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)),
    );
    expect(writing?.map(({ resources }) => resources)).toEqual([['events']]);
  });
});

describe('each Deployment', () => {
  const deployments = ofKind('Deployment').map((each) => [each.metadata.name, each] as const);

  it('has the name the old product’s has', () => {
    // Source: scan-2.md §1 "Controller", amr.md §2.1.
    expect(ofKind('Deployment').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      'app-scanning-system/app-scanning-controller-manager',
      'amr-observer-system/amr-observer-controller-manager',
    ]);
  });

  it.each(deployments)('%s is admitted under Pod Security restricted', (_name, { spec }) => {
    // Source: Kubernetes, Pod Security Standards, "Restricted".
    const pod = spec?.template?.spec;
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const { securityContext } of pod?.containers ?? [])
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
  });

  it.each(deployments)('%s runs one of our images as the user the image names', (_name, { spec }) => {
    const [container] = spec?.template?.spec.containers ?? [];
    const product = productImages.find(({ name }) => name === container?.image);
    expect(container?.name).toBe('manager');
    expect(product?.facts.user).toBe(
      `${spec?.template?.spec.securityContext.runAsUser}:${spec?.template?.spec.securityContext.runAsGroup}`,
    );
  });

  it.each(deployments)('%s says what it needs, and is asked whether it lives', (_name, { spec }) => {
    const [container] = spec?.template?.spec.containers ?? [];
    expect(container).toMatchObject({
      resources: {
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      },
      livenessProbe: { httpGet: { port: 'health' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'health' } },
    });
  });

  it.each(deployments)('%s selects its own pods, and its account exists', (_name, { metadata, spec }) => {
    expect(spec?.template?.metadata.labels).toMatchObject(spec?.selector?.matchLabels ?? {});
    const account = spec?.template?.spec.serviceAccountName;
    const known = ofKind('ServiceAccount').map((each) => `${each.metadata.namespace}/${each.metadata.name}`);
    expect(known).toContain(`${metadata.namespace}/${account}`);
  });
});

describe('the values', () => {
  it('of the controller have the keys and defaults of the specification', () => {
    const values = parse(
      ofKind('ConfigMap').find(({ metadata }) => metadata.name === 'app-scanning-values')?.data?.['values.yaml'] ?? '',
    );
    // Ours, beyond the specification: the engine, limits of a run, the lease, and where Tekton is.
    const ours = { engine: 'fused', timeout: '', startTimeout: '5m', maxAttempts: 3, retryAfter: '10s' };
    // Source: scan-2.md §8, the column of releases from 1.7 on.
    expect(values).toEqual({
      leaderElection: { leaseDuration: '15s' },
      tekton: { namespace: 'tekton-pipelines' },
      caCertData: '',
      docker: { import: true, pullSecret: 'registries-credentials' },
      workspace: { storageSize: '2Gi', storageClass: '' },
      scans: { maxConcurrentScans: 10, priorityClassName: '', ...ours },
      amr: { url: '', accessToken: '' },
    });
  });

  it('of the observer have the keys and defaults of the specification', () => {
    const values = parse(
      ofKind('ConfigMap').find(({ metadata }) => metadata.name === 'amr-observer-values')?.data?.['values.yaml'] ?? '',
    );
    // Source: amr.md §8, first table.
    expect(values).toMatchObject({
      resync_period: '10h',
      cloudevent_handler: {
        endpoint: 'http://amr-cloudevent-handler.metadata-store.svc.cluster.local:80',
        liveness_period_seconds: 10,
      },
      auth: {
        kubernetes_service_accounts: {
          enable: true,
          autoconfigure: true,
          secret: { ref: 'amr-observer-edit-token', value: '' },
        },
      },
      max_concurrent_reconciles: { image_vulnerability_scans: 1 },
      log_level: 'INFO',
    });
  });
});

it('both namespaces enforce Pod Security restricted', () => {
  const namespaces = ofKind('Namespace');
  expect(namespaces.map(({ metadata }) => metadata.name)).toEqual(['app-scanning-system', 'amr-observer-system']);
  for (const { metadata } of namespaces)
    expect(metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
});
