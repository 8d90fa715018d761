import type { ScanStep, StepSecurity, VolumeMount } from '../request/scan-object.ts';
import type { RunStep } from './run-object.ts';

/** Where reports are written. Source: spec/scan-2.md §3, params. */
export const resultsPath = '/workspace/scan-results';

/** Source: spec/scan-2.md §3, "Env default". */
export const envDefaults: readonly { readonly name: string; readonly value: string }[] = [
  { name: 'HOME', value: '/home/app-scanning' },
  { name: 'DOCKER_CONFIG', value: '/cred-helper' },
  { name: 'XDG_CACHE_HOME', value: '/workspace/.cache' },
  { name: 'TMPDIR', value: '/workspace/tmp' },
  { name: 'SSL_CERT_DIR', value: '/etc/ssl/certs:/cred-helper' },
];

/** Mounted in every step. Source: spec/scan-2.md §3, "Mount". */
export const commonMounts: readonly VolumeMount[] = [
  { name: 'home', mountPath: '/home/app-scanning' },
  { name: 'cred-helper', mountPath: '/cred-helper' },
];

/** In memory: credentials never reach a disk. */
export const commonVolumes = [
  { name: 'home', emptyDir: { medium: 'Memory' } },
  { name: 'cred-helper', emptyDir: { medium: 'Memory' } },
] as const;

/** Fills what a step of the user leaves open, and nothing else. `index` counts from 0. */
export function withDefaults(step: ScanStep, index: number): RunStep {
  const own = step.env ?? [];
  const missing = envDefaults.filter(({ name }) => !own.some((one) => one.name === name));
  return {
    ...step,
    name: step.name || `step-${index + 1}`,
    workingDir: step.workingDir || resultsPath,
    env: [...missing, ...own],
    securityContext: withSecurityDefaults(step.securityContext ?? {}),
    volumeMounts: [...commonMounts, ...(step.volumeMounts ?? [])],
  };
}

/**
 * The restricted defaults, field by field; explicit values win. Where a default would contradict what is said, so that the API server or the kubelet
 * refuses the container, it is left out. Source: spec/scan-2.md §3 and §17, question 16.
 */
export function withSecurityDefaults(said: StepSecurity): StepSecurity {
  const { capabilities = {} } = said;
  const isPrivileged = said.privileged === true;
  const needsEscalation = isPrivileged || (capabilities.add ?? []).some((one) => /^(?:CAP_)?SYS_ADMIN$/i.test(one));
  return {
    ...(needsEscalation ? {} : { allowPrivilegeEscalation: false }),
    seccompProfile: { type: 'RuntimeDefault' },
    ...said,
    ...(isPrivileged && said.capabilities === undefined ? {} : { capabilities: { drop: ['ALL'], ...capabilities } }),
    runAsNonRoot: said.runAsNonRoot ?? said.runAsUser !== 0,
  };
}
