import 'reflect-metadata';
import { KeyStoreError, openIssuingAuthority, loadProfile, type IssuingAuthority } from '#libs/ca';
import { CONFIG_EXIT_CODE, exitOnConfigError, loadConfig } from '#libs/config';
import { createDatabase } from '#libs/db';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { signerConfig, type SignerConfig } from './config.js';
import { SignerModule } from './signer.module.js';

const name = 'signer';
const config = exitOnConfigError(() => loadConfig(signerConfig));
const logger = createLogger({ name, level: config.logLevel });
const authority = openOrExit(config);
const { kind, location, algorithm } = authority.keyStore.info();
logger.info({ issuer: authority.subject, kind, location, algorithm }, 'CA key opened');

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
    authority,
    profile: loadProfile(config),
    clock: () => new Date(),
    logger,
  }),
});

/** A key that cannot be used, or that others can read, is a matter of how the process was set up. */
function openOrExit({ caDirectory, caPassphrase }: SignerConfig): IssuingAuthority {
  try {
    return openIssuingAuthority(caDirectory, caPassphrase);
  } catch (error) {
    if (!(error instanceof KeyStoreError)) throw error;
    process.stderr.write(`The CA key cannot be used: ${error.message}\n`);
    process.exit(CONFIG_EXIT_CODE);
  }
}
