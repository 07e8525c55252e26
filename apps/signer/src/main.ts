import 'reflect-metadata';
import { KeyStoreError, KeyStoreUnavailable, loadProfile, openAuthorities } from '#libs/ca';
import { CONFIG_EXIT_CODE, exitOnConfigError, loadConfig } from '#libs/config';
import { createDatabase } from '#libs/db';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { signerConfig } from './config.js';
import { issuingKeysOf } from './key-places.js';
import { SignerModule } from './signer.module.js';

const name = 'signer';
const config = exitOnConfigError(() => loadConfig(signerConfig));
const logger = createLogger({ name, level: config.logLevel });
const clock = () => new Date();
const authorities = await openAuthorities({ ...issuingKeysOf(config), clock }).catch(exitOnUnusableKey);
for (const { subject, keyStore } of authorities.all) {
  const { kind, location, algorithm } = keyStore.info();
  logger.info({ issuer: subject, kind, location, algorithm }, 'CA key opened');
}

await bootstrap({
  name,
  config,
  logger,
  module: SignerModule.with(config, {
    db: createDatabase({
      url: config.databaseUrl,
      max: config.databasePoolSize,
      applicationName: 'reseal-signer',
    }),
    authorities,
    profile: loadProfile(config),
    clock,
    logger,
  }),
});

/** A key that cannot be used, or that others can read, is a matter of how the process was set up. */
function exitOnUnusableKey(error: unknown): never {
  if (!(error instanceof KeyStoreError || error instanceof KeyStoreUnavailable)) throw error;
  process.stderr.write(`The CA key cannot be used: ${error.message}\n`);
  process.exit(error instanceof KeyStoreError ? CONFIG_EXIT_CODE : 1);
}
