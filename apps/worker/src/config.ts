import { defaultHashingCost } from '#activities/password';
import type { RetentionContext } from '#activities/records';
import { z } from 'zod';
import {
  auditKeys,
  ConfigError,
  databaseConfig,
  integer,
  jsonWebKeySet,
  kafkaConfig,
  keyring,
  loadConfig,
  milliseconds,
  processConfig,
  plainHttpConfig,
  refuseDevelopmentAddresses,
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
import { webhookConfig } from '#libs/webhooks';
import { identityPolicySetting } from './identity-policy-config.js';
import { identityRatesConfig } from './identity-rates-config.js';

export const configSchema = z
  .object({
    ...processConfig(3004),
    ...plainHttpConfig,
    ...databaseConfig,
    ...temporalConfig,
    ...kafkaConfig,
    vaultKeys: jsonWebKeySet,
    /** Open the resident registration numbers on file. */
    registryKeys: keyring,
    pseudonymKey: secretBytes(32),
    /** Private Ed25519 keys; the first signs consent receipts. */
    receiptKeys: jsonWebKeySet,
    /** Who confirms a consent: the `iss` of receipts. */
    receiptIssuer: z.string().min(1).default('urn:reseal'),
    /** Private Ed25519 keys, each with `validFrom`; the first signs checkpoints of the audit log and evidence. */
    auditKeys,
    ...staffIssuerConfig,
    /** Names the audit log in its checkpoints. */
    auditOrigin: z.string().min(1).default('reseal'),
    /** How long after a checkpoint of the audit log the next may be made. */
    checkpointIntervalMs: milliseconds(10_000),
    /** Where checkpoints are kept apart from the database; without it they are only published. */
    checkpointFile: z.string().min(1).optional(),
    /** How long after its end a reissue is archived. */
    archiveAfterMs: milliseconds(60_000),
    ...identityRatesConfig,
    /** With several addresses, each takes over when the ones before are down. */
    telecomUrl: urls('http', 'https'),
    oneWonUrl: urls('http', 'https'),
    /** The authority that identity documents are checked with. */
    documentUrl: urls('http', 'https'),
    /** For how many years from the end of its certificate is kept who applied in a reissue, and its history. */
    issuanceEvidenceRetentionYears: integer(10, { min: 1, max: 30 }),
    /** The same of a reissue without a certificate, from its end. */
    unissuedRetentionYears: integer(5, { min: 1, max: 30 }),
    /** For how many years is kept who opened resident registration numbers. */
    accessRecordRetentionYears: integer(2, { min: 2, max: 30 }),
    /** After how many days a device that was not seen again is forgotten. */
    deviceRetentionDays: integer(2 * 365, { min: 1, max: 10 * 365 }),
    /** How long one call to a provider may take. */
    providerTimeoutMs: integer(5_000, { min: 100, max: 7_500 }),
    smsUrl: url('http', 'https'),
    smtpUrl: url('smtp', 'smtps'),
    mailFrom: z.string(),
    eventSource: z.string().default('/reseal'),
    ...webhookConfig,
    /** How many passwords are hashed at once; fewer than libuv has threads (UV_THREADPOOL_SIZE, four by default). */
    hashingSlots: integer(2, { min: 1, max: 64 }),
    /** Cost of a new verifier (RFC 9106); an older one is made anew when its password is right. */
    hashingMemoryKib: integer(defaultHashingCost.memoryCost, { min: 8_192, max: 2_097_152 }),
    hashingPasses: integer(defaultHashingCost.timeCost, { min: 1, max: 100 }),
    hashingLanes: integer(defaultHashingCost.parallelism, { min: 1, max: 64 }),
    /** How many of the last passwords, the one in force among them, may not be set again. */
    rememberedPasswords: integer(5, { min: 1, max: 24 }),
    /** How many checks of one certificate's VID may be wrong on one day. */
    wrongVidChecksPerDay: integer(10, { min: 1 }),
    deadlineMs: milliseconds(defaultDeadlines.untilIssuedMs),
    registrationDeadlineMs: milliseconds(defaultDeadlines.untilRegisteredMs),
    registrationDeadlineWithoutOldMs: milliseconds(defaultDeadlines.untilRegisteredWithoutOldMs),
    parkedDeadlineMs: milliseconds(defaultDeadlines.untilAbandonedMs),
    /** For how many calendar months a certificate may be on hold until it is revoked. */
    holdMonths: integer(defaultHoldMonths, { min: 1, max: 120 }),
    /** Replaces the default identity policy; JSON, usually by RESEAL_IDENTITY_POLICY_FILE. */
    identityPolicy: identityPolicySetting.optional(),
  })
  .superRefine(
    refuseDevelopmentAddresses('telecomUrl', 'oneWonUrl', 'documentUrl', 'smsUrl', 'smtpUrl', 'oidcIssuer'),
  );
export type Config = z.output<typeof configSchema>;

export const readConfig = () => loadConfig(configSchema);

export function deadlinesOf(config: Config): Deadlines {
  return {
    ...defaultDeadlines,
    untilIssuedMs: config.deadlineMs,
    untilRegisteredMs: config.registrationDeadlineMs,
    untilRegisteredWithoutOldMs: config.registrationDeadlineWithoutOldMs,
    untilAbandonedMs: config.parkedDeadlineMs,
  };
}

/** Exits with code 78 where records would be kept otherwise than the terms in force promise their holders. */
export function requireKeptPromises(terms: TermsCatalogue, config: Config, now: Date): void {
  const broken = brokenPromises(terms, now, { ...retentionYearsOf(config), identityMaterial: 0 });
  if (broken.length > 0) throw new ConfigError(broken);
}

export function retentionYearsOf(config: Config): RetentionContext['years'] {
  return {
    issuanceEvidence: config.issuanceEvidenceRetentionYears,
    unissuedApplications: config.unissuedRetentionYears,
    accessRecords: config.accessRecordRetentionYears,
  };
}

export function policyOf(config: Config): IdentityPolicy {
  return config.identityPolicy ?? defaultIdentityPolicy;
}
