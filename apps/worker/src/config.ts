import { z } from 'zod';
import {
  databaseConfig,
  httpConfig,
  integer,
  json,
  jsonWebKeySet,
  kafkaConfig,
  loadConfig,
  milliseconds,
  secretBytes,
  temporalConfig,
  url,
} from '#libs/config';
import {
  defaultDeadlines,
  defaultIdentityPolicy,
  identityMethods,
  reasons,
  type Deadlines,
  type IdentityPolicy,
} from '#libs/domain';

const methods = z.array(z.enum(identityMethods));
const rule = z.strictObject({
  required: methods,
  additional: z.strictObject({ count: z.int().min(0), from: methods }),
});
const limits = z.strictObject({
  attempts: z.int().min(1),
  sends: z.int().min(1),
  attemptsPerDay: z.int().min(1),
  lifetimeMs: z.int().min(1000),
});
const identityPolicySchema = z
  .strictObject({
    version: z.string().min(1),
    rules: z.record(z.enum(reasons), rule),
    limits: z.partialRecord(z.enum(identityMethods), limits),
    resetMethods: z.int().min(1),
  })
  .refine(
    ({ rules, limits }) =>
      Object.values(rules).every(({ required, additional }) =>
        [...required, ...additional.from].every(
          (method) => limits[method] || method === 'ID_DOCUMENT' || method === 'OLD_CERTIFICATE',
        ),
      ),
    'every method of a rule needs its limits',
  );

export const configSchema = z.object({
  ...httpConfig('RESEAL_WORKER_PORT', 3004),
  ...databaseConfig,
  ...temporalConfig,
  ...kafkaConfig,
  vaultKeys: jsonWebKeySet,
  pseudonymKey: secretBytes(32),
  telecomUrl: url('http', 'https'),
  oneWonUrl: url('http', 'https'),
  smsUrl: url('http', 'https'),
  smtpUrl: url('smtp', 'smtps'),
  mailFrom: z.string(),
  eventSource: z.string().default('/reseal'),
  hashingSlots: integer(2, { min: 1, max: 64 }),
  deadlineMs: milliseconds(defaultDeadlines.untilIssuedMs),
  registrationDeadlineMs: milliseconds(defaultDeadlines.untilRegisteredMs),
  registrationDeadlineWithoutOldMs: milliseconds(defaultDeadlines.untilRegisteredWithoutOldMs),
  parkedDeadlineMs: milliseconds(defaultDeadlines.untilAbandonedMs),
  /** Replaces the default identity policy; JSON, usually by RESEAL_IDENTITY_POLICY_FILE. */
  identityPolicy: json(identityPolicySchema).optional(),
});
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

export function policyOf(config: Config): IdentityPolicy {
  return config.identityPolicy ?? defaultIdentityPolicy;
}
