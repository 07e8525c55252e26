import { z } from 'zod';
import { secretFile, tlsConfig } from './credentials.js';
import { derivedFrom } from './derived.js';
import { withForm } from './setting-form.js';
import { flag, list, url } from './values.js';

/** SASL mechanisms, as Kafka names them. */
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;

interface SaslSettings {
  readonly kafkaUsername?: string;
  readonly kafkaPasswordFile?: string;
  readonly kafkaTokenFile?: string;
  readonly kafkaTokenUrl?: string;
  readonly kafkaClientId?: string;
  readonly kafkaClientSecretFile?: string;
}

/** What a mechanism lacks, in words; undefined if it lacks nothing. */
function lackOf(
  mechanism: (typeof mechanisms)[number] | undefined,
  config: SaslSettings,
): string | undefined {
  if (mechanism === undefined) return undefined;
  if (mechanism !== 'OAUTHBEARER')
    return config.kafkaUsername !== undefined && config.kafkaPasswordFile !== undefined
      ? undefined
      : `${mechanism} needs RESEAL_KAFKA_USERNAME and RESEAL_KAFKA_PASSWORD_FILE`;
  const byClient = [config.kafkaTokenUrl, config.kafkaClientId, config.kafkaClientSecretFile];
  if (config.kafkaTokenFile !== undefined)
    return byClient.every((value) => value === undefined)
      ? undefined
      : 'OAUTHBEARER takes its token from RESEAL_KAFKA_TOKEN_FILE or from RESEAL_KAFKA_TOKEN_URL, not from both';
  return byClient.every((value) => value !== undefined)
    ? undefined
    : 'OAUTHBEARER needs RESEAL_KAFKA_TOKEN_FILE, or RESEAL_KAFKA_TOKEN_URL, RESEAL_KAFKA_CLIENT_ID and RESEAL_KAFKA_CLIENT_SECRET_FILE';
}

/** How to authenticate to Kafka, and Kafka to the process. */
export const kafkaCredentialsConfig = {
  kafkaTls: flag(false).describe('Whether to connect to Kafka by TLS. One of the files below implies it.'),
  ...tlsConfig('kafka', 'each broker'),
  kafkaSaslMechanism: derivedFrom(
    z.enum(mechanisms).optional().describe('SASL mechanism with which this process authenticates to Kafka.'),
    (mechanism, config) => {
      const lack = lackOf(mechanism, config);
      if (lack !== undefined) throw new Error(lack);
      return mechanism;
    },
  ),
  kafkaUsername: z.string().min(1).optional().describe('User of SASL PLAIN and SCRAM.'),
  kafkaPasswordFile: secretFile().optional().describe('Password of SASL PLAIN and SCRAM.'),
  kafkaTokenFile: secretFile()
    .optional()
    .describe('Token of SASL OAUTHBEARER, which another program renews.'),
  kafkaTokenUrl: url('http', 'https')
    .optional()
    .describe(
      'Token endpoint (RFC 6749 section 4.4) from which this process gets the token of SASL OAUTHBEARER as a client.',
    ),
  kafkaClientId: z.string().min(1).optional().describe('Client id for the token endpoint.'),
  kafkaClientSecretFile: secretFile().optional().describe('Client secret for the token endpoint.'),
  kafkaTokenScope: z.string().min(1).optional().describe('Scope of the token, if the endpoint demands one.'),
};

/** Kafka, and the name of this deployment in its events. */
export const kafkaConfig = {
  kafkaBrokers: withForm(list.pipe(z.array(z.string()).min(1)), {
    unit: 'host:port, separated by commas',
  }).describe('Bootstrap brokers of Kafka.'),
  ...kafkaCredentialsConfig,
  eventSource: z.string().default('/reseal').describe('`source` of the CloudEvents.'),
};

const topic = () =>
  z
    .string()
    .regex(
      /^(?!\.\.?$)[a-zA-Z0-9._-]{1,249}$/,
      'must be the name of a topic: letters, digits, `.`, `_` and `-`',
    );

/** The topics on which the bank reports about its customers. */
export const customerEventsConfig = {
  customerEventsTopic: topic()
    .optional()
    .describe(
      "Topic with the bank's events about its customers, such as `bank.customer`. Without it none are received.",
    ),
  customerEventsDeadLetterTopic: topic()
    .default('reseal.dead-letter')
    .describe('Topic for events of the bank that cannot be handled.'),
};
