import { planCompatibility } from './plan-compatibility.ts';
import { planFused, planPublishOnly } from './plan-fused.ts';
import type { PlanInput } from './plan-input.ts';
import type { Engine, PlannedRun } from './run-object.ts';

/** The Tekton object of one attempt. Pure: same input, same object, same name. A bundle to copy needs no scan, whatever the engine. */
export function planRun(input: PlanInput, engine: Engine): PlannedRun {
  if (input.copyFrom !== undefined) return planPublishOnly(input);
  return engine === 'fused' ? planFused(input) : planCompatibility(input);
}
