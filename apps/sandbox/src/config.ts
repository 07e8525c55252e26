import { readAuthorities } from '#libs/credentials';
import {
  credentialsFile,
  customerEventsConfig,
  databaseConfig,
  databaseUrlSetting,
  environmentConfig,
  fromKey,
  httpConfig,
  kafkaConfig,
  kafkaCredentialsConfig,
  loadConfig,
  milliseconds,
  pemFile,
  port,
  registryConfig,
  secretFile,
  temporalConfig,
  url,
} from '#libs/config';
import { z } from 'zod';
import type { IssuerOptions } from './staff/issuer.js';

export const sandboxConfig = z.object({
  ...httpConfig('RESEAL_SANDBOX_PORT', 3003),
  env: environmentConfig.env
    .extract(['development', 'test'], { error: 'the sandbox runs in development and test only' })
    .describe('The sandbox never runs in production, because it hands out one-time codes and passwords.'),
  ...databaseConfig,
  ...temporalConfig,
  kafkaBrokers: kafkaConfig.kafkaBrokers
    .optional()
    .describe("Bootstrap brokers of Kafka, to which the sandbox sends the bank's events."),
  ...kafkaCredentialsConfig,
  customerEventsTopic: customerEventsConfig.customerEventsTopic.describe(
    "Topic for the bank's events about its customers. Without it the sandbox sends none.",
  ),
  registryDatabaseUrl: databaseUrlSetting(
    "PostgreSQL with the bank's registry, into which sample people are written.",
  ),
  ...registryConfig,
  smtpPort: fromKey('RESEAL_SANDBOX_SMTP_PORT', port(3025).describe("Port of the sandbox's mail server.")),
  tlsPort: fromKey(
    'RESEAL_SANDBOX_TLS_PORT',
    port(3006).describe('Port on which the providers are served by TLS, if the sandbox has a certificate.'),
  ),
  certificateFile: fromKey(
    'RESEAL_SANDBOX_CERTIFICATE_FILE',
    credentialsFile(readAuthorities, 'file (PEM)')
      .optional()
      .describe('Certificate of the providers and of the mail server. With it both offer TLS.'),
  ),
  keyFile: fromKey('RESEAL_SANDBOX_KEY_FILE', pemFile().describe('Private key of this certificate.')),
  clientsCaFile: fromKey(
    'RESEAL_SANDBOX_CLIENTS_CA_FILE',
    credentialsFile(readAuthorities, 'file (PEM)')
      .optional()
      .describe('CA of the client certificates that the providers demand.'),
  ),
  tokenFile: fromKey(
    'RESEAL_SANDBOX_TOKEN_FILE',
    secretFile().optional().describe('Bearer token that the providers demand by TLS.'),
  ),
  smtpUsername: fromKey(
    'RESEAL_SANDBOX_SMTP_USERNAME',
    z
      .string()
      .min(1)
      .optional()
      .describe('User that the mail server demands. It takes the password by TLS only.'),
  ),
  smtpPasswordFile: fromKey(
    'RESEAL_SANDBOX_SMTP_PASSWORD_FILE',
    secretFile().optional().describe('Password of this user.'),
  ),
  phoneCodeLifetimeMs: fromKey(
    'RESEAL_SANDBOX_PHONE_CODE_LIFETIME_MS',
    milliseconds(180_000).describe('Lifetime of a phone code.'),
  ),
  oneWonCodeLifetimeMs: fromKey(
    'RESEAL_SANDBOX_ONE_WON_CODE_LIFETIME_MS',
    milliseconds(600_000).describe('Lifetime of the code of a one-won transfer.'),
  ),
  telecomSender: fromKey(
    'RESEAL_SANDBOX_TELECOM_SENDER',
    z.string().default('010-0000-0000').describe("Sender of the telecom company's SMS."),
  ),
  smsSender: fromKey(
    'RESEAL_SANDBOX_SMS_SENDER',
    z.string().default('1500-0000').describe("Sender of the bank's SMS."),
  ),
  depositorName: fromKey(
    'RESEAL_SANDBOX_DEPOSITOR_NAME',
    z.string().default('가상은행').describe('Depositor of a one-won transfer, before the code.'),
  ),
  consoleUrl: fromKey(
    'RESEAL_OPS_URL',
    url('http', 'https')
      .default('http://127.0.0.1:3001')
      .describe("Address of the operators' console, which signs staff in at the sandbox."),
  ),
  oidcIssuer: url('http', 'https')
    .optional()
    .describe(
      'The sandbox as issuer of staff tokens, as browsers and apps reach it. By default `/oidc` at its host and port.',
    ),
  signerTimeoutMs: fromKey(
    'RESEAL_SANDBOX_SIGNER_TIMEOUT_MS',
    milliseconds(30_000).describe('Time that the enrolment of a sample person waits for the CA.'),
  ),
  bankCode: fromKey(
    'RESEAL_SANDBOX_BANK_CODE',
    z
      .string()
      .regex(/^\d{3}$/)
      .default('999')
      .describe("Three-digit code of the bank that keeps the sample people's accounts."),
  ),
});

/** The sandbox's configuration; the class is its injection token. */
export class SandboxConfig {
  constructor(readonly values: z.output<typeof sandboxConfig>) {}

  /** The issuer of staff tokens, and the apps that use it. */
  issuerOptions(): IssuerOptions {
    const { host, port: listensAt, oidcIssuer, consoleUrl } = this.values;
    return { issuer: oidcIssuer ?? `http://${host}:${listensAt}/oidc`, consoleUrl };
  }

  /** @throws ConfigError naming every key that is missing or wrong. */
  static fromEnvironment(env: NodeJS.ProcessEnv = process.env): SandboxConfig {
    return new SandboxConfig(loadConfig(sandboxConfig, env));
  }
}
