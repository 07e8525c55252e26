import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { KeyStoreError, KeyStoreUnavailable, loadProfile, openAuthorities } from '#libs/ca';
import { recordProcessStart } from '#libs/audit-log';
import { configExitCode, describeConfig, directUrlOf, exitOnConfigError, loadConfig } from '#libs/config';
import { createDatabase, exitOnTransactionPooler } from '#libs/db';
import { ClockWatch } from '#libs/clock';
import { bootstrap } from '#libs/http';
import { createLogger, Metrics } from '#libs/observability';
import { SignerJournal } from '#libs/signer-journal';
import { serveTemporalMetrics } from '#libs/temporal';
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

await exitOnTransactionPooler({ databaseUrl: directUrlOf(config), applicationName: `reseal-${name}` });
const db = createDatabase<'signer'>({
  url: config.databaseUrl,
  max: config.databasePoolSize,
  applicationName: 'reseal-signer',
  keepPlans: true,
});

const journal =
  config.signerJournal === undefined ? undefined : new SignerJournal(config.signerJournal, clock);
await journal?.prepare();
if (!journal)
  logger.warn(
    'RESEAL_SIGNER_JOURNAL is not set: after a restore of the database, signed certificates cannot be recovered',
  );

const temporalMetrics = await serveTemporalMetrics(logger, name);
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
app.get(Metrics).add(temporalMetrics);
await recordProcessStart({
  db,
  process: name,
  config: describeConfig(signerConfig, config),
  keys: authorities.all.map(({ chain }) => ({ setting: 'caDirectory', kid: fingerprintOf(chain[0]) })),
  clock,
  admit: app.get(ClockWatch).requireCompared,
  logger,
});

/** Exits with the configuration exit code if the key is not usable or is accessible to other users. */
function exitOnUnusableKey(error: unknown): never {
  if (!(error instanceof KeyStoreError || error instanceof KeyStoreUnavailable)) throw error;
  process.stderr.write(`The CA key cannot be used: ${error.message}\n`);
  process.exit(error instanceof KeyStoreError ? configExitCode : 1);
}

/** SHA-256 of the CA's certificate, as in the auditors' trust file. */
function fingerprintOf(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex');
}
