import { z } from 'zod';
import { fromKey } from './environment-key.js';
import { integer, json, list, milliseconds, port, secretBytes, url } from './values.js';

/**
 * Where a process runs. There is no default: a production whose setting was forgotten would otherwise take sample keys
 * and issue sample certificates.
 */
export const environmentConfig = { env: z.enum(['development', 'test', 'production']) };

/** What every process has: where it runs and what it logs. */
export const baseConfig = {
  ...environmentConfig,
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
};

/** How fast requests have to arrive, so that slow ones do not hold what others need. */
const paceConfig = {
  /** From its first byte until a request is complete. */
  requestTimeoutMs: milliseconds(120_000).pipe(z.number().min(1)),
  /** How long a body may arrive as slowly as it likes. */
  bodyGraceMs: milliseconds(10_000).pipe(z.number().min(1)),
  /** What has to arrive on average from then on. */
  bodyBytesPerSecond: integer(16 * 1024),
};

/**
 * {@link baseConfig} and where readiness and metrics are asked for, of a process that serves no one else. By default on
 * the port of this application, and from this machine only.
 */
export const processConfig = (metricsFallback: number) => ({
  ...baseConfig,
  metricsHost: z.string().default('127.0.0.1'),
  metricsPort: port(metricsFallback),
});

/**
 * {@link processConfig}, the pace of requests and the application's own port, e.g. `httpConfig('RESEAL_GATEWAY_PORT',
 * 3000)`; metrics are ten ports above it by default.
 */
export const httpConfig = (portKey: string, fallback: number) => ({
  ...processConfig(fallback + 10),
  host: z.string().default('127.0.0.1'),
  port: fromKey(portKey, port(fallback)),
  ...paceConfig,
});

/** The application's own PostgreSQL role, in its URL, and how many connections it may hold. */
export const databaseConfig = {
  databaseUrl: url('postgres', 'postgresql'),
  databasePoolSize: integer(10, { min: 1, max: 200 }),
  /** By how much the clock may differ from PostgreSQL's. Less than what an intent's lifetime leaves for it. */
  clockToleranceMs: integer(10_000, { min: 1_000, max: 10_000 }),
};

/** Symmetric keys by id: which one seals, and all that may open (32 bytes each). */
export const keyring = json(
  z
    .object({ current: z.string().min(1), keys: z.record(z.string(), secretBytes(32)) })
    .refine(({ current, keys }) => current in keys, {
      message: 'current must be one of the keys',
      path: ['current'],
    }),
);

/** Keys of the payload codec. */
export const codecKeys = keyring;

/** Where Temporal is, and the keys without which its payloads cannot be read. */
export const temporalConfig = {
  temporalAddress: z.string().default('127.0.0.1:7233'),
  temporalNamespace: z.string().default('reseal'),
  codecKeys,
};

/** Kafka's bootstrap brokers as host:port, separated by commas. */
export const kafkaConfig = {
  kafkaBrokers: list.pipe(z.array(z.string()).min(1)),
};

/** Keys of the audit log (RFC 8037), the one in use first; each says when it came into use, in ISO 8601. */
export const auditKeys = json(
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
);

/** Who signs staff in (OpenID Connect), as ops and worker have it. */
export const staffIssuerConfig = {
  /** Its keys are found by discovery. */
  oidcIssuer: url('http', 'https'),
  /** By which name the console signs people in: for whom ID tokens are made. */
  oidcClientId: z.string().min(1).default('reseal-console'),
  /** The claim that lists a person's roles. */
  oidcRolesClaim: z.string().min(1).default('roles'),
};
