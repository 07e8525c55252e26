import {
  databaseConfig,
  fromKey,
  httpConfig,
  keyring,
  loadConfig,
  milliseconds,
  port,
  temporalConfig,
  url,
} from '#libs/config';
import { z } from 'zod';
import type { IssuerOptions } from './staff/issuer.js';

const schema = z.object({
  ...httpConfig('RESEAL_SANDBOX_PORT', 3003),
  // The sandbox hands out one-time codes and passwords.
  env: z.enum(['development', 'test'], { error: 'the sandbox runs in development and test only' }),
  ...databaseConfig,
  ...temporalConfig,
  /** The bank's registry, into which sample people are written. */
  registryDatabaseUrl: url('postgres', 'postgresql'),
  /** Seal the resident registration numbers in it. */
  registryKeys: keyring,
  smtpPort: fromKey('RESEAL_SANDBOX_SMTP_PORT', port(3025)),
  phoneCodeLifetimeMs: fromKey('RESEAL_SANDBOX_PHONE_CODE_LIFETIME_MS', milliseconds(180_000)),
  oneWonCodeLifetimeMs: fromKey('RESEAL_SANDBOX_ONE_WON_CODE_LIFETIME_MS', milliseconds(600_000)),
  /** Sender of the telecom company's SMS. */
  telecomSender: fromKey('RESEAL_SANDBOX_TELECOM_SENDER', z.string().default('010-0000-0000')),
  /** Sender of the bank's SMS. */
  smsSender: fromKey('RESEAL_SANDBOX_SMS_SENDER', z.string().default('1500-0000')),
  /** Whose name stands before the code of a one-won transfer. */
  depositorName: fromKey('RESEAL_SANDBOX_DEPOSITOR_NAME', z.string().default('가상은행')),
  /** Where the operators' console is, which signs people in here. */
  consoleUrl: fromKey('RESEAL_OPS_URL', url('http', 'https').default('http://127.0.0.1:3001')),
  /** How long an enrolment waits for the CA. */
  signerTimeoutMs: fromKey('RESEAL_SANDBOX_SIGNER_TIMEOUT_MS', milliseconds(30_000)),
  /** The three-digit code of the bank that keeps the sample people's accounts. */
  bankCode: fromKey(
    'RESEAL_SANDBOX_BANK_CODE',
    z
      .string()
      .regex(/^\d{3}$/)
      .default('999'),
  ),
});

/** The sandbox's configuration; the class is its injection token. */
export class SandboxConfig {
  constructor(readonly values: z.output<typeof schema>) {}

  /** Who signs the staff in, and for whom. */
  issuerOptions(): IssuerOptions {
    const { host, port: listensAt, consoleUrl } = this.values;
    return { issuer: `http://${host}:${listensAt}/oidc`, consoleUrl };
  }

  /** @throws ConfigError naming every key that is missing or wrong. */
  static fromEnvironment(env: NodeJS.ProcessEnv = process.env): SandboxConfig {
    return new SandboxConfig(loadConfig(schema, env));
  }
}
