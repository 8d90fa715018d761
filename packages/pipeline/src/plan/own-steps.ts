import { accountsOf, type VolumeMount } from '../request/scan-object.ts';
import { commonMounts, envDefaults, resultsPath, withSecurityDefaults } from './container-defaults.ts';
import type { PlanInput } from './plan-input.ts';
import type { RunStep } from './run-object.ts';

/** Where the secrets of the publisher's account lie in its step: one folder each. */
export const credentialsPath = '/publisher-credentials';
const credentialsVolume = 'publisher-credentials';

type OwnStep = 'workspace-setup' | 'write-certs' | 'cred-helper' | 'publisher';

interface Wishes {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly mounts?: readonly VolumeMount[];
  readonly workingDir?: string;
}

/**
 * Makes the folders of the workspace. It works one level above them: the container runtime makes a working folder that is missing on a volume of
 * ours as root, and then nobody can write to it.
 */
export function workspaceSetup(input: PlanInput): RunStep {
  return ownStep(input, 'workspace-setup', { workingDir: '/workspace' });
}

export function writeCerts(input: PlanInput): RunStep {
  return ownStep(input, 'write-certs', { env: { ASSAY_TRUSTED_CA_CERTS: '$(params.trusted-ca-certs)' } });
}

export function credHelper(input: PlanInput): RunStep {
  const keychains = (input.scan.spec.activeKeychains ?? []).map(({ name }) => name);
  const env = { ASSAY_IMAGE: '$(params.image)', ASSAY_KEYCHAINS: keychains.join(',') || undefined };
  return ownStep(input, 'cred-helper', { env });
}

/** `mounted`: with the secrets of the publisher's account in its own folder, instead of what the pod's account brings. */
export function publisher(input: PlanInput, mounted: boolean): RunStep {
  const { scan, copyFrom } = input;
  const { name = '', namespace = '', uid = '' } = scan.metadata;
  return ownStep(input, 'publisher', {
    env: {
      ASSAY_IMAGE: '$(params.image)',
      ASSAY_LOCATION: scan.spec.scanResults.location,
      ASSAY_SCAN: `${namespace}/${name}`,
      ASSAY_SCAN_UID: uid,
      ASSAY_COPY_FROM: copyFrom,
      ASSAY_PUBLISHER_CREDENTIALS: mounted ? credentialsPath : undefined,
    },
    mounts: mounted ? [{ name: credentialsVolume, mountPath: credentialsPath, readOnly: true }] : [],
  });
}

/** The no-op beside the steps: Tekton stops it at the end, and with it whatever others inject. Source: spec/scan-2.md §3. */
export function sleepSidecar({ settings }: PlanInput): RunStep {
  return {
    name: 'sleep',
    image: settings.runnerImage,
    command: [node, '-e', 'process.on("SIGTERM", () => process.exit()); setInterval(() => {}, 2 ** 30)'],
    securityContext: withSecurityDefaults({}),
  };
}

/** Whether the fused run mounts the publisher's secrets: with one account for both, Tekton itself brings them. */
export function mountsCredentials({ scan, copyFrom }: PlanInput): boolean {
  const { scanner, publisher } = accountsOf(scan);
  return scanner !== publisher && copyFrom === undefined;
}

/** All secrets of the account; those that are missing or of another kind are left out by the kubelet. Nobody reads them but the step. */
export function credentialsVolumeOf(secrets: readonly string[]): object {
  const sources = secrets.flatMap((name) =>
    ['.dockerconfigjson', '.dockercfg'].map((key) => ({
      secret: { name, optional: true, items: [{ key, path: `${name}/${key}` }] },
    })),
  );
  return { name: credentialsVolume, projected: { sources } };
}

const node = '/usr/local/bin/node';

function ownStep({ settings }: PlanInput, name: OwnStep, { env = {}, mounts = [], workingDir }: Wishes): RunStep {
  const insecure = settings.insecureRegistries.join(',') || undefined;
  const wanted = {
    ASSAY_RESULTS_PATH: '$(params.scan-results-path)',
    ...env,
    ASSAY_INSECURE_REGISTRIES: name === 'cred-helper' || name === 'publisher' ? insecure : undefined,
  };
  const own = Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [{ name: key, value }]));
  return {
    name,
    image: settings.runnerImage,
    command: [node, '/app/runner.js', name],
    workingDir: workingDir ?? resultsPath,
    env: [...envDefaults, ...own],
    securityContext: withSecurityDefaults({}),
    volumeMounts: [...commonMounts, ...mounts],
  };
}
