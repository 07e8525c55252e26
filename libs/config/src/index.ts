export { configExitCode, ConfigError, exitOnConfigError, loadConfig } from './load-config.js';
export { fromKey } from './environment-key.js';
export {
  auditKeys,
  auditOriginConfig,
  archiveConfig,
  checkpointConfig,
  databaseConfig,
  databaseUrlConfig,
  databaseUrlSetting,
  directDatabaseConfig,
  directUrlOf,
  environmentConfig,
  evidenceKeysConfig,
  httpConfig,
  journalConfig,
  processConfig,
  receiptPublicKeysConfig,
  registryConfig,
  staffIssuerConfig,
  temporalConfig,
  temporalServerConfig,
  withoutPrivateKeys,
} from './fragments.js';
export { customerEventsConfig, kafkaConfig, kafkaCredentialsConfig } from './kafka-config.js';
export { credentialsFile, pemFile, secretFile, tlsConfig, tlsPathsOf } from './credentials.js';
export { secret, withForm } from './setting-form.js';
export { settingsOf } from './settings.js';
export type { Setting } from './settings.js';
export {
  count,
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
export { bankSchema, bankShape, sampleBank } from './bank.js';
export type { Bank } from './bank.js';
export { networks, trustedProxies } from './trusted-proxies.js';
export { isSandboxHost, plainHttpConfig, refuseDevelopmentAddresses } from './production.js';
export { describeConfig } from './describe-config.js';
export type { ConfigDescription } from './describe-config.js';
export { projectRoot } from './project-root.js';
