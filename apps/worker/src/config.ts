import { defaultHashingCost } from '#activities/password';
import type { RetentionContext } from '#activities/records';
import { z } from 'zod';
import {
  archiveConfig,
  auditOriginConfig,
  bankSchema,
  checkpointConfig,
  ConfigError,
  count,
  customerEventsConfig,
  databaseConfig,
  directDatabaseConfig,
  evidenceKeysConfig,
  integer,
  json,
  jsonWebKeySet,
  kafkaConfig,
  loadConfig,
  milliseconds,
  plainHttpConfig,
  processConfig,
  refuseDevelopmentAddresses,
  registryConfig,
  secret,
  secretBytes,
  staffIssuerConfig,
  temporalConfig,
  url,
  urls,
} from '#libs/config';
import {
  defaultDeadlines,
  defaultHoldMonths,
  defaultIdentityPolicy,
  type Deadlines,
  type IdentityPolicy,
} from '#libs/domain';
import { brokenPromises, type TermsCatalogue } from '#libs/terms';
import { webhookConfig, webhookCredentialsConfig } from '#libs/webhooks';
import { expiryConfig, namesBank } from './expiry-config.js';
import { identityPolicySetting } from './identity-policy-config.js';
import { identityRatesConfig } from './identity-rates-config.js';
import { providerCredentialsConfig, smtpCredentialsConfig } from './provider-credentials.js';
import { riskConfig } from './risk-config.js';

export const workerConfig = z
  .object({
    ...processConfig(3004),
    ...plainHttpConfig,
    ...databaseConfig,
    ...directDatabaseConfig,
    ...temporalConfig,
    ...kafkaConfig,
    ...customerEventsConfig,
    customerEventsGroup: z
      .string()
      .min(1)
      .default('reseal-customer-events')
      .describe("Consumer group of the workers that receive the bank's events."),
    workerBuildId: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/)
      .optional()
      .describe(
        'Version of the worker, e.g. the tag of its image. A reissue ends on the version on which it began. By default the worker has no version, and each worker continues each reissue.',
      ),
    vaultKeys: secret(jsonWebKeySet).describe('Private keys that open what front ends sealed.'),
    ...registryConfig,
    pseudonymKey: secretBytes(32).describe('Key of the HMACs that make customer pseudonyms.'),
    ...evidenceKeysConfig,
    receiptIssuer: z
      .string()
      .min(1)
      .default('urn:reseal')
      .describe('`iss` of consent receipts: the party that confirms a consent.'),
    ...staffIssuerConfig,
    ...auditOriginConfig,
    checkpointIntervalMs: milliseconds(10_000).describe(
      'Shortest time between two checkpoints of the audit log.',
    ),
    ...checkpointConfig,
    ...archiveConfig,
    ...identityRatesConfig,
    telecomUrl: urls('http', 'https').describe(
      'Provider of phone codes. Of several addresses, the first one that is not down is called.',
    ),
    ...providerCredentialsConfig('telecom', 'the provider of phone codes'),
    oneWonUrl: urls('http', 'https').describe('Provider of one-won transfers, likewise.'),
    ...providerCredentialsConfig('oneWon', 'the provider of one-won transfers'),
    documentUrl: urls('http', 'https').describe('Authority that verifies identity documents, likewise.'),
    ...providerCredentialsConfig('document', 'the authority of identity documents'),
    issuanceEvidenceRetentionYears: integer(10, { min: 1, max: 30 }).describe(
      "How long the applicant and the history of a reissue with a certificate are kept, from the certificate's end. The terms in force promise the period: the worker does not start with another one.",
    ),
    unissuedRetentionYears: integer(5, { min: 1, max: 30 }).describe(
      'How long the applicant and the history of a reissue without a certificate are kept, from its end; as the terms promise it.',
    ),
    accessRecordRetentionYears: integer(2, { min: 2, max: 30 }).describe(
      'How long the records of access to resident registration numbers are kept; as the terms promise it.',
    ),
    deviceRetentionDays: integer(2 * 365, { min: 1, max: 10 * 365 }).describe(
      'Time after which a known device that was not seen again is deleted.',
    ),
    providerTimeoutMs: milliseconds(5_000, { min: 100, max: 7_500 }).describe(
      'Time limit of one call to a provider.',
    ),
    smsUrl: url('http', 'https').describe('Provider of SMS.'),
    ...providerCredentialsConfig('sms', 'the provider of SMS'),
    smtpUrl: secret(url('smtp', 'smtps')).describe(
      'Mail server: `smtps:` by TLS from the start, `smtp:` by STARTTLS if the server offers it.',
    ),
    ...smtpCredentialsConfig,
    mailFrom: z.string().describe('Sender of mail to customers.'),
    pageBrand: json(bankSchema)
      .optional()
      .describe(
        "The bank in messages to customers: the gateway's setting of this name, of which the worker reads `name` and `callCentre`. Without it, messages name a fictional bank.",
      ),
    ...expiryConfig,
    ...webhookConfig,
    ...webhookCredentialsConfig,
    hashingSlots: count(2, { min: 1, max: 64 }).describe(
      'Passwords that are hashed at a time. It must be less than the threads of libuv (`UV_THREADPOOL_SIZE`, 4 by default).',
    ),
    hashingMemoryKib: integer(defaultHashingCost.memoryCost, { min: 8_192, max: 2_097_152 }).describe(
      'Argon2id memory of a new password verifier (RFC 9106). An older verifier is replaced when its password was right.',
    ),
    hashingPasses: count(defaultHashingCost.timeCost, { min: 1, max: 100 }).describe(
      'Argon2id passes of a new password verifier.',
    ),
    hashingLanes: count(defaultHashingCost.parallelism, { min: 1, max: 64 }).describe(
      'Argon2id lanes of a new password verifier.',
    ),
    rememberedPasswords: count(5, { min: 1, max: 24 }).describe(
      'Last passwords that may not be set again, the current one included.',
    ),
    wrongVidChecksPerDay: count(10, { min: 1 }).describe(
      "Wrong checks of a certificate's VID that one caller (front end and network) may make on one day. All callers together may make ten times as many.",
    ),
    deadlineMs: milliseconds(defaultDeadlines.untilIssuedMs).describe(
      'Time from the start of a reissue within which its certificate must be issued.',
    ),
    registrationDeadlineMs: milliseconds(defaultDeadlines.untilRegisteredMs).describe(
      'Time from issuance within which the new certificate must be registered.',
    ),
    registrationDeadlineWithoutOldMs: milliseconds(defaultDeadlines.untilRegisteredWithoutOldMs).describe(
      'The same limit if the old certificate is no longer in force and the new one was downloaded.',
    ),
    parkedDeadlineMs: milliseconds(defaultDeadlines.untilAbandonedMs).describe(
      'Time after which a parked reissue is abandoned. The worker decides it; the console shows it.',
    ),
    holdMonths: integer(defaultHoldMonths, { min: 1, max: 120 }).describe(
      'Calendar months after which a certificate on hold is revoked.',
    ),
    identityPolicy: identityPolicySetting
      .optional()
      .describe(
        'Identity policy in place of the default one, as `activities/identity/identity-policy.example.json`.',
      ),
    ...riskConfig,
  })
  .superRefine(
    refuseDevelopmentAddresses(
      'telecomUrl',
      'oneWonUrl',
      'documentUrl',
      'riskUrl',
      'smsUrl',
      'smtpUrl',
      'oidcIssuer',
      'pageUrl',
    ),
  )
  .refine(namesBank, {
    path: ['pageBrand'],
    message: 'is required in production where RESEAL_PAGE_URL is set: messages name the bank',
  });
export type WorkerConfig = z.output<typeof workerConfig>;

export const readConfig = () => loadConfig(workerConfig);

export function deadlinesOf(config: WorkerConfig): Deadlines {
  return {
    ...defaultDeadlines,
    untilIssuedMs: config.deadlineMs,
    untilRegisteredMs: config.registrationDeadlineMs,
    untilRegisteredWithoutOldMs: config.registrationDeadlineWithoutOldMs,
    untilAbandonedMs: config.parkedDeadlineMs,
  };
}

/** @throws ConfigError if a retention period differs from the one that the terms in force promise. */
export function requireKeptPromises(terms: TermsCatalogue, config: WorkerConfig, now: Date): void {
  const broken = brokenPromises(terms, now, { ...retentionYearsOf(config), identityMaterial: 0 });
  if (broken.length > 0) throw new ConfigError(broken);
}

export function retentionYearsOf(config: WorkerConfig): RetentionContext['years'] {
  return {
    issuanceEvidence: config.issuanceEvidenceRetentionYears,
    unissuedApplications: config.unissuedRetentionYears,
    accessRecords: config.accessRecordRetentionYears,
  };
}

export function policyOf(config: WorkerConfig): IdentityPolicy {
  return config.identityPolicy ?? defaultIdentityPolicy;
}
