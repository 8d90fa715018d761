import { writeFile } from 'node:fs/promises';
import { AssayError } from '@assay/contract';
import { type StepFailureMessage, type StepName, stepNames, stepResults } from '@assay/pipeline';
import type { StepSettings } from './settings.ts';
import { toStepFailure } from './step-failure.ts';
import type { StepWorld } from './world.ts';

type Step = (settings: StepSettings, world: StepWorld) => Promise<void>;

/** Each step is loaded when it is the one to run: four of them start before a scanner does. */
const steps: Readonly<Record<StepName, () => Promise<Step>>> = {
  'workspace-setup': async () => (await import('./workspace-setup.ts')).setUpWorkspace,
  'write-certs': async () => (await import('./write-certs.ts')).writeCerts,
  'cred-helper': async () => (await import('./credentials/cred-helper.ts')).helpWithCredentials,
  publisher: async () => (await import('./publisher/publish.ts')).publish,
};

/**
 * Runs one step to its end and says the process's exit code. A failure is one line of the log, and lies with its class where the
 * controller finds it. Throws USAGE for a step there is not.
 */
export async function runStep(name: string, settings: StepSettings, world: StepWorld): Promise<0 | 1> {
  const step = stepNames.find((each) => each === name);
  if (step === undefined)
    throw new AssayError(
      'USAGE',
      `there is no step ${JSON.stringify(name.slice(0, 40))}; there are ${stepNames.join(', ')}`,
    );
  try {
    const run = await steps[step]();
    await run(settings, world);
    return 0;
  } catch (thrown) {
    const failure = toStepFailure(step, thrown, world.signal);
    const hint = thrown instanceof AssayError ? { hint: thrown.hint, code: thrown.code } : {};
    const defect = !(thrown instanceof AssayError) && thrown instanceof Error ? { stack: thrown.stack ?? '' } : {};
    world.log.error('the step failed', { ...failure, ...hint, ...defect });
    await leaveFailure(failure, settings.files);
    return 1;
  }
}

/**
 * Leaves the failure as a Tekton result and in the termination message. Tekton's entry point adds its own facts to the list it finds
 * there (pkg/termination `WriteMessage`), so ours has that form. Both are best effort: the exit code has told already.
 */
async function leaveFailure(failure: StepFailureMessage, files: StepSettings['files']): Promise<void> {
  const text = JSON.stringify(failure);
  if (files.failure !== undefined) await writeFile(files.failure, text).catch(() => undefined);
  if (files.termination === undefined) return;
  const list = JSON.stringify([{ key: stepResults.failure, value: text, type: 1 }]);
  await writeFile(files.termination, list).catch(() => undefined);
}
