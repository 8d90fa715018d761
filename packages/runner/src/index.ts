export { openRegistry as openRepository } from '@assay/oci';
export { stepVariables } from '@assay/pipeline';
export { isKeychainName, type KeychainName, keychainNames } from './credentials/keychains/keychain.ts';
export type { ReportReader, ReportReading, ReportTask } from './publisher/read-report.ts';
export { readReportFile } from './publisher/read-report-file.ts';
export { answerReport, readInThread } from './publisher/report-thread.ts';
export { runStep } from './run-step.ts';
export { type CredentialFolder, type PublishLimits, type StepSettings, usualLimits } from './settings.ts';
export type { Facts, Fetch, StepLog, StepWorld } from './world.ts';
