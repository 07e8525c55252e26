export { configExitCode, ConfigError, exitOnConfigError, loadConfig } from './load-config.js';
export { environmentKey, fromKey } from './environment-key.js';
export {
  auditKeys,
  baseConfig,
  codecKeys,
  databaseConfig,
  environmentConfig,
  httpConfig,
  kafkaConfig,
  keyring,
  processConfig,
  staffIssuerConfig,
  temporalConfig,
} from './fragments.js';
export {
  flag,
  integer,
  json,
  jsonWebKey,
  jsonWebKeySet,
  list,
  milliseconds,
  port,
  rateLimit,
  secretBytes,
  secretText,
  url,
  urls,
} from './values.js';
export { trustedProxies } from './trusted-proxies.js';
export { isSandboxHost, plainHttpConfig, refuseDevelopmentAddresses } from './production.js';
export { describeConfig } from './describe-config.js';
export type { ConfigDescription } from './describe-config.js';
export { projectRoot } from './project-root.js';
