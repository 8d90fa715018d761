export { stepVariables } from '@assay/pipeline';
export { isKeychainName, type KeychainName, keychainNames } from './credentials/keychains/keychain.ts';
export { type ReportReader, type ReportReading, type ReportTask, readReportHere } from './publisher/read-report.ts';
export { answerReport, readInThread } from './publisher/report-thread.ts';
export { runStep } from './run-step.ts';
export { type CredentialFolder, type PublishLimits, type StepSettings, usualLimits } from './settings.ts';
export type { Facts, Fetch, StepLog, StepWorld } from './world.ts';
export { certsFile, findTrusted } from './write-certs.ts';
