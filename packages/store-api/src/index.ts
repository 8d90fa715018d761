export { createKey, createToken, oneToken, storedKeys } from './auth/api-keys.ts';
export { type Attempt, type Authenticator, firstOf, openDoor, type Surface } from './auth/authenticator.ts';
export { kubernetesTokens } from './auth/kubernetes.ts';
export { createStoreServer, type StoreServerOptions } from './server/create-server.ts';
export { createStoreLog, type LogLevel, logLevels, type StoreLog } from './server/store-log.ts';
