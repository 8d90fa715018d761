export { Lifecycle, type LifecycleOptions } from './lifecycle.ts';
export { type ControllerMetrics, createMetrics } from './metrics.ts';
export { type ControllerSettings, type Deployment, readValues } from './settings.ts';
export { silent, type Tells } from './tells.ts';
