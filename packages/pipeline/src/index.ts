export { type Applied, applyIgnore } from './policy/ignore/apply-ignore.ts';
export { type IgnoreEntry, type IgnoreFile, parseIgnore } from './policy/ignore/ignore-file.ts';
export {
  decideVerdict,
  isFixable,
  type Verdict,
  type VerdictInput,
  type VerdictReason,
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
export { oldDataDays, type ReportInput, toReport } from './report/to-report.ts';
export { type ParsedTarget, type PathKind, type Probe, parseTarget } from './request/parse-target.ts';
