import {
  type PlannedTaskRun,
  planCompatibility,
  planFused,
  planRun,
  runName,
  type ScanObject,
  withDefaults,
} from '@assay/pipeline';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { golden, inputOf, masked, scanOf, settings } from './golden.ts';

interface Sample {
  readonly fused: {
    readonly serviceAccountName: string;
    readonly user: readonly unknown[];
    readonly publisherMounts: readonly unknown[];
    readonly publisherVolume?: unknown;
  };
  readonly compatibility: {
    readonly taskRunTemplate: string;
    readonly publishTask: string;
    readonly storage: string;
    readonly containers: Readonly<Record<string, number>>;
  };
}

const own = ['workspace-setup', 'write-certs', 'cred-helper', 'publisher'];
const stepOf = (run: PlannedTaskRun, name: string) => run.spec.taskSpec.steps.find((step) => step.name === name);

describe('the least scan', () => {
  const [scan, fused, compatibility] = golden('minimal');
  it('is one TaskRun', () => {
    expect(masked(planFused(inputOf(scan as ScanObject)))).toEqual(fused);
  });
  it('is a PipelineRun of three tasks on a claim', () => {
    expect(masked(planCompatibility(inputOf(scan as ScanObject)))).toEqual(compatibility);
  });
});

describe.each(['trivy', 'grype'])('the documented %s sample', (name) => {
  const [, want] = golden(name) as readonly [unknown, Sample];
  const input = inputOf(scanOf(name), { publisherSecrets: ['write-creds'] });
  const fused = planFused(input);
  const compatibility = planCompatibility(input);

  it('runs as its author wrote it, with the documented defaults', () => {
    expect(fused.spec.serviceAccountName).toBe(want.fused.serviceAccountName);
    expect(fused.spec.taskSpec.steps.filter((step) => !own.includes(step.name))).toEqual(want.fused.user);
  });
  it('shows the publisher’s credentials to the publisher’s step alone', () => {
    expect(stepOf(fused, 'publisher')?.volumeMounts).toEqual(want.fused.publisherMounts);
    const volume = fused.spec.taskSpec.volumes.find((one) => one.name === 'publisher-credentials');
    expect(volume).toEqual(want.fused.publisherVolume);
    const others = fused.spec.taskSpec.steps.filter((step) => step.name !== 'publisher');
    expect(others.flatMap((step) => step.volumeMounts?.map((mount) => mount.name))).not.toContain(
      'publisher-credentials',
    );
  });
  it('has the documented accounts, claim and containers in three tasks', () => {
    const { spec } = compatibility;
    expect(spec.taskRunTemplate.serviceAccountName).toBe(want.compatibility.taskRunTemplate);
    expect(spec.taskRunSpecs).toEqual([
      { pipelineTaskName: 'publish-task', serviceAccountName: want.compatibility.publishTask },
    ]);
    expect(spec.workspaces[0]?.volumeClaimTemplate).toMatchObject({
      spec: { resources: { requests: { storage: want.compatibility.storage } } },
    });
    const containers = spec.pipelineSpec.tasks.map(({ name: task, taskSpec }) => [
      task,
      taskSpec.steps.length + (taskSpec.sidecars?.length ?? 0),
    ]);
    expect(Object.fromEntries(containers)).toEqual(want.compatibility.containers);
  });
});

describe('bindings of the three kinds', () => {
  const [, want] = golden('bindings') as readonly [
    unknown,
    { readonly bound: unknown; readonly places: unknown; readonly tasks: Readonly<Record<string, readonly string[]>> },
  ];
  it('are mounted at their names', () => {
    const { spec } = planFused(inputOf(scanOf('bindings')));
    expect(spec.workspaces).toEqual(want.bound);
    expect(spec.taskSpec.workspaces).toEqual(want.places);
  });
  it('are in the scan task of the compatibility engine', () => {
    const { spec } = planCompatibility(inputOf(scanOf('bindings')));
    expect(spec.workspaces.slice(1)).toEqual(want.bound);
    const tasks = spec.pipelineSpec.tasks.map((task) => [task.name, task.workspaces.map(({ name }) => name)]);
    expect(Object.fromEntries(tasks)).toEqual(want.tasks);
  });
});

describe('the container of a step', () => {
  interface Case {
    readonly what: string;
    readonly step: ScanObject['spec']['steps'][number];
    readonly workingDir: string;
    readonly securityContext: unknown;
  }
  const cases = (golden('step-defaults') as readonly Case[]).map((one) => [one.what, one] as const);
  it.each(cases)('%s', (_what, { step, workingDir, securityContext }) => {
    const got = withDefaults(step, 0);
    expect(got.securityContext).toEqual(securityContext);
    expect(got.workingDir).toBe(workingDir);
  });
  it('keeps fields that only Tekton knows', () => {
    const step = {
      name: 'cbctl',
      image: 'x:1',
      stdoutConfig: { path: '/workspace/scan-results/x.xml' },
      onError: 'continue',
    };
    expect(withDefaults(step, 0)).toMatchObject(step);
  });
  it('keeps a variable of the step, whatever it is set to', () => {
    const env = [
      { name: 'HOME', value: '' },
      { name: 'TMPDIR', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const got = withDefaults({ image: 'x:1', env }, 0).env ?? [];
    expect(got.filter(({ name }) => name === 'HOME' || name === 'TMPDIR')).toEqual(env);
    expect(got.map(({ name }) => name).toSorted()).toEqual([
      'DOCKER_CONFIG',
      'HOME',
      'SSL_CERT_DIR',
      'TMPDIR',
      'XDG_CACHE_HOME',
    ]);
  });
});

describe('the installation’s values', () => {
  const scan = scanOf('minimal');
  const all = {
    ...settings,
    caCertData: 'PEM',
    storageClass: 'fast',
    priorityClassName: 'low',
    timeout: '2h',
    insecureRegistries: ['10.0.0.1:5000'],
  };
  // spec/scan-2.md §3, lines 143 and 154; §8, lines 266-272
  it('reach the TaskRun', () => {
    const run = planFused(inputOf(scan, { settings: all }));
    expect(run.spec).toMatchObject({ timeout: '2h', podTemplate: { priorityClassName: 'low' } });
    expect(run.spec.params).toContainEqual({ name: 'trusted-ca-certs', value: 'PEM' });
    const plain = { name: 'ASSAY_INSECURE_REGISTRIES', value: '10.0.0.1:5000' };
    expect(stepOf(run, 'publisher')?.env).toContainEqual(plain);
    expect(stepOf(run, 'step-1')?.env).not.toContainEqual(plain);
  });
  it('reach the PipelineRun', () => {
    const { spec } = planCompatibility(inputOf(scan, { settings: all }));
    expect(spec.timeouts).toEqual({ pipeline: '2h' });
    expect(spec.taskRunTemplate.podTemplate).toMatchObject({ priorityClassName: 'low' });
    expect(spec.workspaces[0]?.volumeClaimTemplate).toMatchObject({ spec: { storageClassName: 'fast' } });
  });
});

describe('keychains', () => {
  // spec/scan-2.md §2.1, line 46 and §17, question 18
  it('are named to the credential helper alone', () => {
    const scan = scanOf('minimal');
    const activeKeychains = [{ name: 'ecr' }, { name: 'gcr' }];
    const run = planFused(inputOf({ ...scan, spec: { ...scan.spec, activeKeychains } }));
    const told = run.spec.taskSpec.steps.filter((step) => step.env?.some(({ name }) => name === 'ASSAY_KEYCHAINS'));
    expect(told.map(({ name }) => name)).toEqual(['cred-helper']);
    expect(told[0]?.env).toContainEqual({ name: 'ASSAY_KEYCHAINS', value: 'ecr,gcr' });
  });
});

describe('a token of the service account', () => {
  const scan = scanOf('minimal');
  const automount = (one: ScanObject) => planFused(inputOf(one)).spec.podTemplate.automountServiceAccountToken;
  it('is not mounted', () => expect(automount(scan)).toBe(false));
  it('is mounted where a step names it', () => {
    const steps = [{ image: 'x:1', args: ['--token-file=/var/run/secrets/kubernetes.io/serviceaccount/token'] }];
    expect(automount({ ...scan, spec: { ...scan.spec, steps } })).toBeUndefined();
  });
  it('is mounted where the scan asks for it', () => {
    const annotations = { 'assay.dev/service-account-token': 'true' };
    expect(automount({ ...scan, metadata: { ...scan.metadata, annotations } })).toBeUndefined();
  });
});

describe('a run that only publishes', () => {
  it('runs none of the user’s steps, as the publisher', () => {
    const copyFrom = `registry.example.com/team/other@sha256:${'2'.repeat(64)}`;
    const run = planRun(inputOf(scanOf('trivy'), { copyFrom }), 'compatibility') as PlannedTaskRun;
    expect(run.spec.serviceAccountName).toBe('publisher');
    expect(run.spec.taskSpec.steps.map(({ name }) => name)).toEqual(own);
    expect(stepOf(run, 'publisher')?.env).toContainEqual({ name: 'ASSAY_COPY_FROM', value: copyFrom });
  });
});

describe('the name of a run', () => {
  it('ends in five characters, is short enough for a label and a valid name', async () => {
    const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/);
    await fc.assert(
      fc.property(name, fc.uuid(), fc.integer({ min: 1, max: 9 }), (scan, uid, attempt) => {
        const run = runName(scan, uid, attempt);
        expect(run).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
        expect(run.length).toBeLessThanOrEqual(63);
        expect(runName(scan, uid, attempt)).toBe(run);
      }),
    );
  });
  it('differs between attempts', () => {
    const names = Array.from({ length: 1000 }, (_one, at) =>
      runName('s', '5b0c7a52-6f0e-4f0e-9d0b-0a6b4f6b7c11', at + 1),
    );
    expect(new Set(names).size).toBe(1000);
  });
});
