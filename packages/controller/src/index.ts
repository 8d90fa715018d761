export { Lifecycle, type LifecycleOptions } from './lifecycle.ts';
export { createLog, type Log, type LogFacts, type LogLevel } from './log.ts';
export { createMetrics } from './metrics.ts';
export { type ControllerSettings, type Deployment, durationMs, readValues } from './settings.ts';
export { type ControllerPorts, type RunningController, startController } from './start-controller.ts';
export { silent, type Tells } from './tells.ts';
