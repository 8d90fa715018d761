export { answerQuestions } from './answer-questions.ts';
export { type CheckOptions, checkPolicies, faultsOf, faultText, type PolicyFault } from './check-policies.ts';
export type { Coverage, FileCoverage } from './coverage.ts';
export {
  type PolicyAnswer,
  type PolicyBundle,
  type PolicyEngine,
  type PolicyLimits,
  type PolicyQuestion,
  usualLimits,
} from './engine.ts';
export { type EvalOptions, evalPolicies } from './eval-policies.ts';
export { createGate, type GateOptions, type GateReason, type PolicyGate } from './gate.ts';
export { loadPolicyFiles, type PolicyFiles } from './load-files.ts';
export { createOpaEngine, type OpaEngineOptions } from './opa-engine.ts';
export { readDataFile } from './read-data-file.ts';
export { type TestOptions, type TestReport, type TestResult, testPolicies } from './test-policies.ts';
export { createWorkerEngine, type WorkerEngineOptions } from './worker-engine.ts';
