export { type FoundReport, reportEvent } from './events/report-event.ts';
export { Availability, type AvailabilityOptions } from './gate/availability.ts';
export type { Breaker, BreakerRules } from './gate/breaker.ts';
export { createMetrics, type ObserverMetrics } from './metrics.ts';
export { Observer, type ObserverOptions, type ObserverTells } from './observer.ts';
export { type Fetched, fetchReports } from './results/fetch-reports.ts';
export {
  answerReport,
  type ReportReader,
  type ReportTask,
  readReportApart,
  readReportHere,
  type SoundReport,
} from './results/read-report.ts';
export { Acknowledged } from './sending/acknowledged.ts';
export { createHttpSender, type EventSender } from './sending/http-sender.ts';
