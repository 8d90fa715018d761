import type { RunFacts } from '@assay/pipeline';
import type { KeptRun } from '../project/project-run.ts';
import type { Stores } from './stores.ts';

/** The newest run of a scan, with the tasks of a PipelineRun put together. Runs of an older scan of the same name do not count. */
export function newestRun(stores: Stores, scanKey: string, uid: string): RunFacts | undefined {
  const tasks = stores.taskRuns.store.by('scan', scanKey);
  const whole = tasks.filter(({ partOf, facts }) => partOf === undefined && facts.scanUid === uid);
  const pipelines = stores.pipelineRuns.store.by('scan', scanKey).filter(({ facts }) => facts.scanUid === uid);
  const newest = [...whole, ...pipelines].reduce<KeptRun | undefined>(
    (best, one) => (best === undefined || one.facts.attempt > best.facts.attempt ? one : best),
    undefined,
  );
  if (newest === undefined) return undefined;
  const { facts } = newest;
  if (facts.engine === 'fused') return facts;
  const parts = tasks.filter(({ partOf }) => partOf === facts.name);
  return { ...facts, tasks: parts.flatMap((one) => one.facts.tasks) };
}

/** All runs of a scan's name, whichever scan they belong to: what is left over when it is gone. */
export function allRuns(stores: Stores, scanKey: string): readonly RunFacts[] {
  const tasks = stores.taskRuns.store.by('scan', scanKey).filter(({ partOf }) => partOf === undefined);
  return [...tasks, ...stores.pipelineRuns.store.by('scan', scanKey)].map(({ facts }) => facts);
}
