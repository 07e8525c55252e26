import { z } from 'zod';
import { secretFile, tlsConfig, withConfiguredFiles } from './credentials.js';
import { derivedFrom } from './derived.js';
import { fromKey } from './environment-key.js';
import { secret, withForm } from './setting-form.js';
import { count, flag, integer, json, jsonWebKeySet, milliseconds, port, secretBytes, url } from './values.js';

/**
 * The environment. There is no default: a production deployment that forgot the setting would otherwise accept sample
 * keys and issue sample certificates.
 */
export const environmentConfig = {
  env: z
    .enum(['development', 'test', 'production'])
    .describe(
      'The environment that the process belongs to. `production` refuses sample keys, sandbox addresses and sample certificates.',
    ),
};

/** Settings of every process. */
const baseConfig = {
  ...environmentConfig,
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('The least severe level that is logged.'),
};

/** Minimum speed of requests, so that slow ones do not hold connections that others need. */
const paceConfig = {
  requestTimeoutMs: milliseconds(120_000, { min: 1 }).describe(
    'Time within which a request must be complete, counted from its first byte.',
  ),
  bodyGraceMs: milliseconds(10_000, { min: 1 }).describe(
    'Time during which a request body may arrive at any speed.',
  ),
  bodyBytesPerSecond: integer(16 * 1024).describe(
    'Average speed that a request body must reach after the grace period. A slower request is answered with 408.',
  ),
};

/**
 * {@link baseConfig}, and the listener of readiness and metrics. By default it listens on the given port, for this
 * machine only.
 */
export const processConfig = (metricsFallback: number) => ({
  ...baseConfig,
  metricsHost: z.string().default('127.0.0.1').describe('Address on which readiness and metrics are served.'),
  metricsPort: port(metricsFallback).describe('Port on which readiness and metrics are served.'),
});

/**
 * {@link processConfig}, the speed of requests and the application's own port, e.g. `httpConfig('RESEAL_GATEWAY_PORT',
 * 3000)`. The default port of metrics is ten above it.
 */
export const httpConfig = (portKey: string, fallback: number) => ({
  ...processConfig(fallback + 10),
  host: z.string().default('127.0.0.1').describe('Address on which the app listens.'),
  port: fromKey(portKey, port(fallback).describe('Port on which the app listens.')),
  drainMs: milliseconds(0, { max: 600_000 }).describe(
    'How long the app still answers calls after SIGTERM, while it is not ready. Longer than its load balancer needs to notice that.',
  ),
  ...paceConfig,
});

/** The files with which the application authenticates to PostgreSQL, and PostgreSQL to it. */
const databaseCredentialsConfig = {
  ...tlsConfig('database', 'PostgreSQL'),
  databasePasswordFile: secretFile()
    .optional()
    .describe("Password of the app's role, in place of the password in the URL."),
};

/** A URL of PostgreSQL, with the files of {@link databaseUrlConfig}. */
export const databaseUrlSetting = (meaning: string) =>
  derivedFrom(secret(url('postgres', 'postgresql')).describe(meaning), withConfiguredFiles);

/** The application's PostgreSQL role, in its URL, with the files for its connections. */
export const databaseUrlConfig = {
  databaseUrl: databaseUrlSetting(
    'PostgreSQL, with the role of this app. With a file for TLS below, or `sslmode=verify-full`, the certificate of PostgreSQL must be of its host.',
  ),
  ...databaseCredentialsConfig,
};

/** {@link databaseUrlConfig}, and the number of the application's connections. */
export const databaseConfig = {
  ...databaseUrlConfig,
  databasePoolSize: count(10, { min: 1, max: 200 }).describe('Largest number of connections to PostgreSQL.'),
  // The upper bound is below what the lifetime of a signing intent leaves for clocks that differ.
  clockToleranceMs: milliseconds(10_000, { min: 1_000, max: 10_000 }).describe(
    'Largest difference between the clocks of the process and of PostgreSQL. Beyond it the process accepts no work.',
  ),
};

/** The connections for LISTEN and session locks. */
export const directDatabaseConfig = {
  databaseDirectUrl: derivedFrom(
    secret(url('postgres', 'postgresql'))
      .optional()
      .describe(
        'The same database without a pooler, or by a pooler in session mode, for notifications and locks. Required if `RESEAL_DATABASE_URL` leads to a pooler in transaction mode. By default that URL.',
      ),
    withConfiguredFiles,
  ),
};

/** The URL for LISTEN and session locks. */
export const directUrlOf = (config: {
  readonly databaseUrl: string;
  readonly databaseDirectUrl?: string | undefined;
}): string => config.databaseDirectUrl ?? config.databaseUrl;

/** Symmetric keys by id (32 bytes each): the current one seals, all of them open. */
export const keyring = withForm(
  json(
    z
      .object({ current: z.string().min(1), keys: z.record(z.string(), secretBytes(32)) })
      .refine(({ current, keys }) => current in keys, {
        message: 'current must be one of the keys',
        path: ['current'],
      }),
  ),
  { unit: 'JSON `{"current": kid, "keys": {kid: base64}}`', secret: true },
);

/** Keys of the payload codec. */
export const codecKeys = keyring.describe(
  "Keys that encrypt what Temporal stores. The operators' app also derives the keys of its page cursors from them.",
);

/** Temporal's address, and the credentials for it. */
export const temporalServerConfig = {
  temporalAddress: withForm(z.string(), { unit: 'host:port' })
    .default('127.0.0.1:7233')
    .describe('Address of the Temporal server.'),
  temporalNamespace: z.string().default('reseal').describe('Namespace of the workflows in Temporal.'),
  temporalTls: flag(false).describe(
    'Whether to connect to Temporal by TLS. One of the files below implies it.',
  ),
  ...tlsConfig('temporal', 'Temporal'),
  temporalServerName: z
    .string()
    .min(1)
    .optional()
    .describe("Name in the certificate of Temporal, if it differs from the address's host."),
  temporalApiKeyFile: secretFile()
    .optional()
    .describe('API key with which this process authenticates to Temporal. It is sent by TLS only.'),
};

/** {@link temporalServerConfig}, and the keys that decrypt Temporal's payloads. */
export const temporalConfig = {
  ...temporalServerConfig,
  codecKeys,
};

/** Keys of the registry, in which resident registration numbers are stored. */
export const registryConfig = {
  registryKeys: keyring.describe(
    'Keys that wrap the customer keys, which seal resident registration numbers and photos of identity documents.',
  ),
};

/** Keys of the audit log (RFC 8037), the current one first. `validFrom` is the start of a key's use, in ISO 8601. */
export const auditKeys = withForm(
  json(
    z.object({
      keys: z
        .array(
          z.looseObject({
            kty: z.literal('OKP'),
            crv: z.literal('Ed25519'),
            kid: z.string(),
            validFrom: z.iso.datetime(),
            validUntil: z.iso.datetime().optional(),
          }),
        )
        .min(1),
    }),
  ),
  { unit: 'JWK Set' },
);

/** Whether a JWK Set holds public keys only. */
export const withoutPrivateKeys = ({
  keys,
}: {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}): boolean => keys.every((key) => key['d'] === undefined);

/** The name of the audit log. */
export const auditOriginConfig = {
  auditOrigin: z.string().min(1).default('reseal').describe('Name of the audit log in its checkpoints.'),
};

/** Private keys that sign the audit log, evidence and receipts. */
export const evidenceKeysConfig = {
  auditKeys: secret(auditKeys).describe(
    'Private Ed25519 keys, each with `validFrom` and perhaps `validUntil`. The first signs checkpoints of the audit log and evidence.',
  ),
  receiptKeys: secret(jsonWebKeySet).describe('Private Ed25519 keys. The first signs consent receipts.'),
};

/** Public keys that verify consent receipts. */
export const receiptPublicKeysConfig = {
  receiptPublicKeys: jsonWebKeySet
    .refine(withoutPrivateKeys, { message: 'must hold public keys only' })
    .describe('Public keys that verify consent receipts: of the keys that sign now, and of earlier ones.'),
};

/** When histories are archived: the worker does it, and the console shows it. */
export const archiveConfig = {
  archiveAfterMs: milliseconds(60_000).describe(
    'Time after the end of a reissue at which its history is archived.',
  ),
};

/** The copy of the audit log's checkpoints outside the database. */
export const checkpointConfig = {
  checkpointFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File that receives a copy of every checkpoint, apart from the database. Without it checkpoints are only published.',
    ),
};

/** The signers' journals. */
export const journalConfig = {
  signerJournal: withForm(z.string().min(1), { unit: 'directory' })
    .optional()
    .describe(
      'Directory in which each signer records what it signs, apart from the database and its backups. `setup after-restore` reads it; without it less is found after a restore.',
    ),
};

/** The staff's OpenID Connect issuer, as the operators' app and the worker know it. */
export const staffIssuerConfig = {
  oidcIssuer: url('http', 'https').describe(
    'OpenID Connect issuer of the staff. Its keys are found by discovery.',
  ),
  oidcClientId: z
    .string()
    .min(1)
    .default('reseal-console')
    .describe("The console's client id, and the audience of ID tokens."),
  oidcRolesClaim: z
    .string()
    .min(1)
    .default('roles')
    .describe(
      'Claim that lists the roles `operator`, `approver` and `auditor`, in access tokens and in ID tokens.',
    ),
};
