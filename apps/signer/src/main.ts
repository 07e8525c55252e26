import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { KeyStoreError, KeyStoreUnavailable, loadProfile, openAuthorities } from '#libs/ca';
import { recordProcessStart } from '#libs/audit-log';
import { configExitCode, describeConfig, exitOnConfigError, loadConfig } from '#libs/config';
import { createDatabase } from '#libs/db';
import { ClockWatch } from '#libs/clock';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { SignerJournal } from '#libs/signer-journal';
import { loadTerms } from '#libs/terms';
import { signerConfig } from './config.js';
import { issuingKeysOf } from './key-locations.js';
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

const db = createDatabase<'signer'>({
  url: config.databaseUrl,
  max: config.databasePoolSize,
  applicationName: 'reseal-signer',
});

const journal =
  config.signerJournal === undefined ? undefined : new SignerJournal(config.signerJournal, clock);
await journal?.prepare();
if (!journal) logger.warn('no RESEAL_SIGNER_JOURNAL: a restore of the database cannot learn what was signed');

const app = await bootstrap({
  name,
  config,
  logger,
  module: SignerModule.with(config, {
    db,
    authorities,
    profile: loadProfile(config),
    terms: loadTerms(),
    clock,
    logger,
    journal,
  }),
});
await recordProcessStart({
  db,
  process: name,
  config: describeConfig(signerConfig, config),
  keys: authorities.all.map(({ chain }) => ({ setting: 'caDirectory', kid: fingerprintOf(chain[0]) })),
  clock,
  admit: app.get(ClockWatch).requireCompared,
  logger,
});

/** A key that cannot be used, or that others can read, is a matter of how the process was set up. */
function exitOnUnusableKey(error: unknown): never {
  if (!(error instanceof KeyStoreError || error instanceof KeyStoreUnavailable)) throw error;
  process.stderr.write(`The CA key cannot be used: ${error.message}\n`);
  process.exit(error instanceof KeyStoreError ? configExitCode : 1);
}

/** Of the CA's certificate, as auditors have it. */
function fingerprintOf(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex');
}
