export { isKeychainName, type KeychainName, keychainNames } from './credentials/keychains/keychain.ts';
export type { ReportReader, ReportReading, ReportTask } from './publisher/read-report.ts';
export { type CredentialFolder, type PublishLimits, type StepSettings, usualLimits } from './settings.ts';
export type { Facts, Fetch, StepLog, StepWorld } from './world.ts';
