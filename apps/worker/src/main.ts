import 'reflect-metadata';
import { createSecretKey } from 'node:crypto';
import { fetchStaffKeys } from '#activities/operations';
import { PasswordHashing } from '#activities/password';
import { findRowsBehindWorkflows } from '#activities/lifecycle';
import { createMailSender, createSmsSender, NotificationOutbox } from '#activities/notification';
import { CheckpointFile, recordProcessStart, Sequencer, sequencerLeadership } from '#libs/audit-log';
import { describeConfig, directUrlOf, exitOnConfigError, sampleBank } from '#libs/config';
import { ClockWatch } from '#libs/clock';
import { createDatabase, exitOnTransactionPooler } from '#libs/db';
import { taskQueues, type Clock } from '#libs/domain';
import { createEventRelay, kafkaCredentialsOf } from '#libs/events';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { detectRestoreByCheckpoints, RestoreWatch, waitUntilReconciled } from '#libs/restore';
import {
  connectTemporalClient,
  createDataConverter,
  createPayloadCodec,
  serveTemporalMetrics,
  temporalServerOf,
  WorkerRunner,
  workflowBundle,
} from '#libs/temporal';
import { defaultRiskPolicy } from '#libs/risk';
import { StopLinks } from '#libs/stop-links';
import { loadTerms, ReceiptSigner } from '#libs/terms';
import { importVaultKeys } from '#libs/vault';
import { createWebhookDispatcher, webhookFetch, webhookSettings } from '#libs/webhooks';
import { createActivities } from './activities.js';
import {
  workerConfig,
  deadlinesOf,
  policyOf,
  readConfig,
  requireKeptPromises,
  retentionYearsOf,
} from './config.js';
import { CustomerEvents } from './customer-events.js';
import { WorkerDirectCalls } from './direct-calls.js';
import { expirySettingsOf } from './expiry-config.js';
import { createIdentityProviders } from './identity-providers.js';
import { identityRatesOf } from './identity-rates-config.js';
import { providerFetch, smtpCredentialsOf } from './provider-credentials.js';
import { ProviderCircuits } from './provider-circuits.js';
import { ProviderMetrics } from './provider-metrics.js';
import { riskProviderOf } from './risk-config.js';
import { ProcessDependencies, WorkerModule } from './worker.module.js';

const config = exitOnConfigError(readConfig);
const logger = createLogger({ name: 'worker', level: config.logLevel });
const clock: Clock = () => new Date();
const terms = loadTerms();
exitOnConfigError(() => requireKeptPromises(terms, config, clock()));
await exitOnTransactionPooler({ databaseUrl: directUrlOf(config), applicationName: 'reseal-worker' });
const db = createDatabase<'worker'>({
  url: config.databaseUrl,
  max: config.databasePoolSize,
  applicationName: 'reseal-worker',
  keepPlans: true,
});
const clocks = new ClockWatch({ db, clock, toleranceMs: config.clockToleranceMs });
const admit = clocks.requireCompared;
const temporalServer = {
  ...temporalServerOf(config),
  dataConverter: createDataConverter(config.codecKeys),
};
const temporal = connectTemporalClient(temporalServer);
const hashing = new PasswordHashing(
  { slots: config.hashingSlots },
  {
    memoryCost: config.hashingMemoryKib,
    timeCost: config.hashingPasses,
    parallelism: config.hashingLanes,
  },
);
const circuits = new ProviderCircuits(logger);
const providerMetrics = new ProviderMetrics();
const directCalls = new WorkerDirectCalls();

const vaultKeys = await importVaultKeys(config.vaultKeys);

const webhooks = webhookSettings(config, webhookFetch(config));
const staffIssuer = {
  issuer: config.oidcIssuer,
  audience: config.oidcClientId,
  rolesClaim: config.oidcRolesClaim,
};
const measuredCalls = { timeoutMs: config.providerTimeoutMs, onCall: providerMetrics.onCall };
const notifying = {
  ...{ db, clock, logger, holdMonths: config.holdMonths },
  bank: config.pageBrand ?? sampleBank,
  ...{ onTried: providerMetrics.onTried },
  stopLinks: new StopLinks(createSecretKey(config.pseudonymKey), config.pageUrl),
  sms: createSmsSender({ url: config.smsUrl, fetch: providerFetch(config, 'sms'), ...measuredCalls }),
  mail: createMailSender({
    ...{ url: config.smtpUrl, from: config.mailFrom },
    ...smtpCredentialsOf(config),
    ...measuredCalls,
  }),
};
const outbox = new NotificationOutbox({
  ...notifying,
  providerTimeoutMs: config.providerTimeoutMs,
  admit,
});
const activities = createActivities({
  ...notifying,
  deadlines: deadlinesOf(config),
  policy: policyOf(config),
  riskPolicy: config.riskPolicy ?? defaultRiskPolicy,
  domesticNetworks: config.domesticNetworks,
  riskProvider: riskProviderOf(config, {
    onCall: providerMetrics.onCall,
    circuit: { onChange: circuits.onChange },
  }),
  terms,
  receipts: await ReceiptSigner.create(config.receiptIssuer, config.receiptKeys),
  vaultKeys,
  registryKeys: config.registryKeys,
  pseudonymKey: config.pseudonymKey,
  providers: createIdentityProviders(config, {
    ...{ db, clock, vaultKeys },
    onCircuitChange: circuits.onChange,
    onCall: providerMetrics.onCall,
  }),
  identityRates: identityRatesOf(config),
  retention: { years: retentionYearsOf(config), deviceDays: config.deviceRetentionDays },
  expiry: expirySettingsOf(config),
  hashing,
  rememberedPasswords: config.rememberedPasswords,
  wrongVidChecksPerDay: config.wrongVidChecksPerDay,
  outbox,
  directCalls: directCalls.providers,
  temporal: temporal.client,
  auditKey: config.auditKeys.keys[0]!,
  archiveAfterMs: config.archiveAfterMs,
  codec: createPayloadCodec(config.codecKeys),
  webhooks,
  eventSource: config.eventSource,
  checkpointFile: config.checkpointFile,
  staffIssuer,
});

const restores = new RestoreWatch({ db, logger });
const sound = (checks: Parameters<typeof waitUntilReconciled>[2], signal: AbortSignal) =>
  waitUntilReconciled({ db, process: 'worker', clock, logger }, restores, checks, signal);
const { checkpointFile } = config;
const atCheckpoints =
  checkpointFile === undefined ? [] : [() => detectRestoreByCheckpoints(db, checkpointFile)];
const atWorkflows = () => findRowsBehindWorkflows(db, temporal.client);

const temporalMetrics = await serveTemporalMetrics(logger, 'worker');
const runner = new WorkerRunner({
  ...temporalServer,
  taskQueue: taskQueues.reissue,
  admit,
  logger,
  activities,
  workflows: workflowBundle,
  buildId: config.workerBuildId,
  before: (signal) => sound([...atCheckpoints, atWorkflows], signal),
});
const relay = createEventRelay({
  databaseUrl: directUrlOf(config),
  db,
  brokers: config.kafkaBrokers,
  credentials: kafkaCredentialsOf(config),
  source: config.eventSource,
  clock,
  logger,
  admit,
});
const customerEvents = new CustomerEvents(
  { db, clock, temporal: temporal.client, outbox, logger },
  {
    topic: config.customerEventsTopic,
    groupId: config.customerEventsGroup,
    deadLetterTopic: config.customerEventsDeadLetterTopic,
    brokers: config.kafkaBrokers,
    credentials: kafkaCredentialsOf(config),
    admit,
    clock,
    logger,
  },
);
const sequencer = new Sequencer({
  db,
  leadership: sequencerLeadership(directUrlOf(config), admit),
  checkpoints: {
    origin: config.auditOrigin,
    key: config.auditKeys.keys[0]!,
    intervalMs: config.checkpointIntervalMs,
  },
  file: config.checkpointFile === undefined ? undefined : new CheckpointFile(config.checkpointFile),
  clock,
  logger,
});

const dispatcher =
  webhooks &&
  createWebhookDispatcher({
    databaseUrl: directUrlOf(config),
    db,
    settings: webhooks,
    source: config.eventSource,
    clock,
    logger,
    admit,
  });

// Fetched for `npm run ca -- … --operation`, which may run while this worker is down. Each operation fetches again.
void fetchStaffKeys({ db, clock, staffIssuer }).catch((err: unknown) =>
  logger.warn({ err }, 'the keys of the staff issuer cannot be fetched yet'),
);

await bootstrap({
  name: 'worker',
  config,
  logger,
  module: WorkerModule.with(
    new ProcessDependencies(
      runner,
      relay,
      sequencer,
      customerEvents,
      dispatcher,
      outbox,
      notifying.mail,
      temporal,
      db,
      clocks,
      logger,
      circuits,
      providerMetrics,
      directCalls,
      hashing,
      restores,
      temporalMetrics,
      (signal) => sound(atCheckpoints, signal),
    ),
  ),
});
await recordProcessStart({
  db,
  process: 'worker',
  config: describeConfig(workerConfig, config),
  clock,
  admit,
  logger,
});
