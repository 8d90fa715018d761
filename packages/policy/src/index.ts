export { type CheckOptions, checkPolicies, faultsOf, faultText, type PolicyFault } from './check-policies.ts';
export type { Coverage, FileCoverage } from './coverage.ts';
export { type EvalOptions, type EvalResult, evalPolicies } from './eval-policies.ts';
export { loadPolicyFiles, type PolicyFiles } from './load-files.ts';
export { readDataFile } from './read-data-file.ts';
export { type TestOptions, type TestReport, type TestResult, testPolicies } from './test-policies.ts';
