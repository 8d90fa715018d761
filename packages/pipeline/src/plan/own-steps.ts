import { type StepName, stepVariables } from '../publish/step-words.ts';
import { accountsOf, type VolumeMount } from '../request/scan-object.ts';
import { commonMounts, envDefaults, resultsPath, withSecurityDefaults } from './container-defaults.ts';
import type { PlanInput } from './plan-input.ts';
import type { RunStep } from './run-object.ts';

/** Where the secrets of the publisher's account lie in its step: one folder each. */
export const credentialsPath = '/publisher-credentials';
const credentialsVolume = 'publisher-credentials';

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
  return ownStep(input, 'write-certs', { env: { [stepVariables.trustedCerts]: '$(params.trusted-ca-certs)' } });
}

export function credHelper(input: PlanInput): RunStep {
  const { activeKeychains = [], steps, scanResults } = input.scan.spec;
  const keychains = activeKeychains.map(({ name }) => name);
  const registries = new Set(steps.flatMap(({ image = '' }) => registryOf(image) ?? []));
  return ownStep(input, 'cred-helper', {
    env: {
      [stepVariables.image]: '$(params.image)',
      [stepVariables.location]: scanResults.location,
      ...(keychains.length === 0
        ? {}
        : { [stepVariables.keychains]: keychains.join(','), [stepVariables.registries]: [...registries].join(',') }),
    },
  });
}

/** The registry an image names; none for one of the default registry. */
function registryOf(image: string): string | undefined {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : undefined;
}

/** `folders`: mounted secrets it takes instead of what the pod's account brings. `isForeign`: the pod's account is not the publisher's. */
export function publisher(input: PlanInput, folders: readonly string[] = [], isForeign = false): RunStep {
  const { scan, copyFrom } = input;
  const scannerName = scan.metadata.annotations?.[scannerNameAnnotation];
  return ownStep(input, 'publisher', {
    env: {
      [stepVariables.image]: '$(params.image)',
      [stepVariables.location]: scan.spec.scanResults.location,
      [stepVariables.copyFrom]: copyFrom,
      // Never with the scanner's credentials, not even when the publisher has none.
      DOCKER_CONFIG: isForeign ? credentialsPath : undefined,
      [stepVariables.scannerName]: scannerName === '' ? undefined : scannerName,
      [stepVariables.credentialFolders]: folders.join(',') || undefined,
      [stepVariables.scanResultFile]: resultFile('scan-result'),
      [stepVariables.scannedImageFile]: resultFile('scanned-image'),
      [stepVariables.reportCountFile]: resultFile('report-count'),
      [stepVariables.ignoredCountFile]: resultFile('ignored-count'),
    },
    mounts: folders.length === 0 ? [] : [{ name: credentialsVolume, mountPath: credentialsPath, readOnly: true }],
  });
}

/** Source: spec/scan-2.md §2.3. */
const scannerNameAnnotation = 'app-scanning.apps.tanzu.vmware.com/scanner-name';

const resultFile = (name: string): string => `$(results.${name}.path)`;

/**
 * The no-op beside the steps: Tekton stops it at the end, and with it whatever others inject. Source: spec/scan-2.md §3. It has no `command`: Tekton stops
 * it by another image, whose own entry point must then run.
 */
export function sleepSidecar({ settings }: PlanInput): RunStep {
  return { name: 'sleep', image: settings.runnerImage, args: ['sleep'], securityContext: withSecurityDefaults({}) };
}

/** The folders of the publisher's secrets in the fused run: none with one account for both, for then Tekton itself brings them. */
export function credentialFolders({ scan, publisherSecrets }: PlanInput): readonly string[] {
  const { scanner, publisher } = accountsOf(scan);
  return scanner === publisher ? [] : publisherSecrets.map((name) => `${credentialsPath}/${name}`);
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

function ownStep({ settings }: PlanInput, name: StepName, { env = {}, mounts = [], workingDir }: Wishes): RunStep {
  const insecure = settings.insecureRegistries.join(',') || undefined;
  const wanted: Readonly<Record<string, string | undefined>> = {
    [stepVariables.resultsPath]: '$(params.scan-results-path)',
    ...env,
    [stepVariables.failureFile]: resultFile('failure'),
    [stepVariables.insecureRegistries]: name === 'cred-helper' || name === 'publisher' ? insecure : undefined,
  };
  const own = Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [{ name: key, value }]));
  return {
    name,
    image: settings.runnerImage,
    command: [node, '/app/runner.js', name],
    workingDir: workingDir ?? resultsPath,
    env: [...envDefaults.filter((one) => wanted[one.name] === undefined), ...own],
    securityContext: withSecurityDefaults({}),
    volumeMounts: [...commonMounts, ...mounts],
  };
}
