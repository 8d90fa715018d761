import type { ScanFailureReason } from '../status/failures.ts';
import type { ContainerTrouble } from '../status/run-facts.ts';
import type { Seen } from './seen.ts';

/** The run may still end by itself for this long. Milliseconds. */
const patience = 15_000;

const ourSteps: ReadonlySet<string> = new Set(['workspace-setup', 'write-certs', 'cred-helper']);

/**
 * A step that ended badly before it began. Tekton's starter writes the time into the termination message and wakes the next step; when it ends before that,
 * as it does for an image of another kind of machine, the steps after it wait until Tekton's timeout. Tried on Tekton 1.6.
 */
export function findStalled({
  pods,
}: Pick<Seen, 'pods'>): { readonly until: number; readonly because: string } | undefined {
  const trouble = pods
    .filter(({ phase }) => phase === 'Running')
    .flatMap(({ troubles }) => troubles.filter(isSilentEnd))[0];
  if (trouble?.endedAt === undefined) return undefined;
  const [reason, sentence] = causeOf(trouble);
  return { until: trouble.endedAt + patience, because: `${reason}: ${sentence}` };
}

const isSilentEnd = ({ container, exitCode, message }: ContainerTrouble): boolean =>
  container.startsWith('step-') && exitCode !== undefined && message === '';

function causeOf({ container, reason, exitCode, madeFor }: ContainerTrouble): readonly [ScanFailureReason, string] {
  const step = container.slice('step-'.length);
  if (reason === 'OOMKilled') return ['OutOfMemory', `step ${step}`];
  if (madeFor !== undefined)
    return [
      'WrongArchitecture',
      `the image of step ${step} is made for ${madeFor}; its node is another kind of machine`,
    ];
  const what = `step ${step} ended with exit code ${exitCode} before it began, and the steps after it would wait for ever`;
  if (step === 'publisher') return ['PublishFailed', what];
  return [ourSteps.has(step) ? 'SetupFailed' : 'ScannerFailed', what];
}
