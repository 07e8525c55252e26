import 'reflect-metadata';
import { createOneWonProvider, createTelecomProvider } from '#activities/identity';
import { createMailSender, createSmsSender } from '#activities/notification';
import { exitOnConfigError } from '#libs/config';
import { createDatabase } from '#libs/db';
import { taskQueues, type Clock } from '#libs/domain';
import { createEventRelay } from '#libs/events';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { connectTemporalClient, createDataConverter, WorkerRunner, workflowBundle } from '#libs/temporal';
import { loadTerms } from '#libs/terms';
import { importVaultKeys } from '#libs/vault';
import { createActivities } from './activities.js';
import { deadlinesOf, policyOf, readConfig } from './config.js';
import { ProcessParts, WorkerModule } from './worker.module.js';

const config = exitOnConfigError(readConfig);
const logger = createLogger({ name: 'worker', level: config.logLevel });
const clock: Clock = () => new Date();
const db = createDatabase({
  url: config.databaseUrl,
  max: config.databasePoolSize,
  applicationName: 'reseal-worker',
});
const temporalAddress = {
  address: config.temporalAddress,
  namespace: config.temporalNamespace,
  dataConverter: createDataConverter(config.codecKeys),
};
const temporal = connectTemporalClient(temporalAddress);

const activities = createActivities({
  db,
  clock,
  logger,
  deadlines: deadlinesOf(config),
  holdMonths: config.holdMonths,
  policy: policyOf(config),
  terms: loadTerms(),
  vaultKeys: await importVaultKeys(config.vaultKeys),
  registryKeys: config.registryKeys,
  pseudonymKey: config.pseudonymKey,
  providers: [
    createTelecomProvider({ url: config.telecomUrl }),
    createOneWonProvider({ url: config.oneWonUrl }),
  ],
  hashingSlots: config.hashingSlots,
  wrongVidChecksPerDay: config.wrongVidChecksPerDay,
  sms: createSmsSender({ url: config.smsUrl }),
  mail: createMailSender({ url: config.smtpUrl, from: config.mailFrom }),
  temporal: temporal.client,
});

const runner = new WorkerRunner({
  ...temporalAddress,
  taskQueue: taskQueues.reissue,
  logger,
  activities,
  workflows: workflowBundle,
});
const relay = createEventRelay({
  databaseUrl: config.databaseUrl,
  db,
  brokers: config.kafkaBrokers,
  source: config.eventSource,
  clock,
  logger,
});

await bootstrap({
  name: 'worker',
  config,
  logger,
  module: WorkerModule.with(new ProcessParts(runner, relay, temporal, db, logger)),
});
