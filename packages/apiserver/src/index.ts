export { type Access, admin, type User } from './access.ts';
export { type Clock, systemClock } from './clock.ts';
export {
  ConnectionReset,
  type Fault,
  type FaultPlan,
  type FaultRates,
  type FaultRequest,
  type FaultSwitch,
  randomFaults,
} from './faults.ts';
export type { Listening, ListenOptions } from './http.ts';
export type { Json, JsonObject } from './json.ts';
export type { ApiRequest, Verb } from './request.ts';
export type { ApiResponse } from './response.ts';
export { type ApiServer, type ApiServerOptions, createApiServer, type StoreView } from './server.ts';
