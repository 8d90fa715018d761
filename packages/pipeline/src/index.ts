export { type AccountFacts, chooseEngine, type EngineChoice, registrySecrets } from './plan/choose-engine.ts';
export { envDefaults, resultsPath, withDefaults, withSecurityDefaults } from './plan/container-defaults.ts';
export { planCompatibility } from './plan/plan-compatibility.ts';
export { planFused, planPublishOnly } from './plan/plan-fused.ts';
export type { PlanInput, PlanSettings } from './plan/plan-input.ts';
export { planRun } from './plan/plan-run.ts';
export { runName } from './plan/run-name.ts';
export type { Engine, PlannedPipelineRun, PlannedRun, PlannedTaskRun, RunStep } from './plan/run-object.ts';
export { resultNames, runMarks } from './plan/run-parts.ts';
export { type Applied, applyIgnore } from './policy/ignore/apply-ignore.ts';
export { type IgnoreEntry, type IgnoreFile, parseIgnore } from './policy/ignore/ignore-file.ts';
export {
  decideVerdict,
  isFixable,
  type Verdict,
  type VerdictInput,
  type VerdictReason,
  verdictOf,
} from './policy/verdict/decide-verdict.ts';
export { exitCodeOf, type Outcome } from './policy/verdict/exit-code.ts';
export { type ApplyVexOptions, applyVex } from './policy/vex/apply-vex.ts';
export {
  parseVex,
  type VexComponent,
  type VexDocument,
  type VexStatement,
  type VexTarget,
} from './policy/vex/vex-document.ts';
export {
  bundleFormat,
  bundleLayerTypes,
  bundleManifestTypes,
  bundleTag,
  emptyImagesLock,
  isBundleFile,
  reportNameEnds,
  reportRank,
} from './publish/bundle-format.ts';
export {
  type BundleManifest,
  type BundlePart,
  checkBundleConfig,
  checkImagesLock,
  parseBundleManifest,
} from './publish/read-bundle.ts';
export { reportMediaType, resultFormat } from './publish/result-format.ts';
export {
  type FailureReason,
  failureReasons,
  parseStepFailure,
  type StepFailureMessage,
  type StepName,
  stepNames,
  stepResults,
  stepVariables,
} from './publish/step-words.ts';
export { printVulnerabilityStatement, vulnerabilityPredicate } from './publish/vulnerability-statement.ts';
export { admitNext, isOlder, type NamespaceLine, type Waiting } from './reconcile/admission.ts';
export { decide } from './reconcile/decide.ts';
export type { Action, Limits, Refusal, ScanFacts, Seen, Sharing, StoryLine } from './reconcile/seen.ts';
export { type DeclaredAnswers, type EqualScan, share } from './reconcile/share.ts';
export { oldDataDays, type ReportInput, toReport } from './report/to-report.ts';
export { type ParsedTarget, type PathKind, type Probe, parseTarget } from './request/parse-target.ts';
export { wishText } from './request/same-answer.ts';
export {
  accountsOf,
  type ScanObject,
  type ScanStep,
  scanAnnotations,
  type Urgency,
  urgencies,
  urgencyOf,
} from './request/scan-object.ts';
export { classify, type Evidence } from './status/classify.ts';
export { type Failure, failures, failureText, isFailureReason, type ScanFailureReason } from './status/failures.ts';
export {
  type ContainerTrouble,
  isActive,
  type PodFacts,
  type RunFacts,
  type RunState,
  resultOf,
  type TaskFacts,
} from './status/run-facts.ts';
export { hasSucceeded, isTerminal, type ScanStatus, type WaitingReason } from './status/scan-status.ts';
