import {
  databaseConfig,
  httpConfig,
  integer,
  jsonWebKey,
  jsonWebKeySet,
  list,
  milliseconds,
  rateLimit,
  secretBytes,
  temporalConfig,
  trustedProxies,
} from '#libs/config';
import { z } from 'zod';
import { developmentApiKeys, type ApiKey } from './access/api-keys.js';

const apiKey = z
  .string()
  .regex(/^[\w-]{1,64}:[0-9a-f]{64}$/, 'must be <name>:<SHA-256 of the key in hexadecimal>')
  .transform((entry) => {
    const [name = '', digest = ''] = entry.split(':');
    return { name, digest: Buffer.from(digest, 'hex') };
  });

const isSample = (keys: readonly ApiKey[] = []) =>
  keys.some(({ digest }) => developmentApiKeys.some((sample) => sample.digest.equals(digest)));

export const gatewayConfig = z
  .object({
    ...httpConfig('RESEAL_GATEWAY_PORT', 3000),
    ...databaseConfig,
    ...temporalConfig,
    /** `name:sha256` of each front end's key, separated by commas. */
    apiKeys: list
      .pipe(z.array(apiKey).min(1))
      .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, 'must not repeat a name')
      .optional(),
    /** As which front end the reissue page names itself. It is known to whoever opens the page. */
    pageApiKey: z.string().min(1).default('reseal-local'),
    /** Signs access tokens. */
    tokenKey: jsonWebKey.refine((key) => key['crv'] === 'Ed25519' && typeof key['d'] === 'string', {
      message: 'must be a private Ed25519 key',
    }),
    /** Other keys whose tokens are taken: the one that signed before, and the one that will sign next. */
    tokenPublicKeys: jsonWebKeySet
      .refine(({ keys }) => keys.every((key) => key['crv'] === 'Ed25519' && key['d'] === undefined), {
        message: 'must hold public Ed25519 keys only',
      })
      .optional(),
    /** For how long after its end a reissue can still be read with its token. */
    tokenAfterEndMs: milliseconds(24 * 3_600_000),
    /** Keys the digests that make ids and recognise requests. */
    idKey: secretBytes(32),
    vaultPublicKeys: jsonWebKeySet.refine(({ keys }) => keys.every((key) => key['d'] === undefined), {
      message: 'must hold public keys only',
    }),
    /** By which consent receipts are verified: those that sign now, and those that signed once. */
    receiptPublicKeys: jsonWebKeySet.refine(({ keys }) => keys.every((key) => key['d'] === undefined), {
      message: 'must hold public keys only',
    }),
    /** Which proxies in front may name the client's address in X-Forwarded-For. */
    trustProxy: trustedProxies,
    /** How long a call waits for its step before it is answered with 202 or 503. */
    callTimeoutMs: milliseconds(10_000),
    /** How many calls and how many event streams one reissue may have at once. */
    callsPerReissue: integer(4, { min: 1 }),
    streamsPerReissue: integer(8, { min: 1 }),
    /** How many photos one address may send at once, and how much memory those on their way may take. */
    uploadsPerAddress: integer(8, { min: 1 }),
    uploadMemoryBytes: integer(256 * 1024 * 1024, { min: 16 * 1024 * 1024 }),
    /**
     * How often reissues may be started, and other calls be made: from one address (of one front end; of IPv6 from one
     * /64), behind which may be a branch of the bank, and by one device.
     */
    limitAddressStarts: rateLimit({ burst: 60, everyMs: 2_000 }),
    limitAddressCalls: rateLimit({ burst: 600, everyMs: 50 }),
    limitDeviceStarts: rateLimit({ burst: 10, everyMs: 60_000 }),
    limitDeviceCalls: rateLimit({ burst: 60, everyMs: 1_000 }),
    /** Silence on an event stream after which a comment keeps proxies from closing it. */
    heartbeatMs: milliseconds(15_000),
  })
  .refine(({ tokenKey, tokenPublicKeys }) => !tokenPublicKeys?.keys.some(({ kid }) => kid === tokenKey.kid), {
    path: ['tokenPublicKeys'],
    message: 'must not hold a key of the same kid as RESEAL_TOKEN_KEY',
  })
  .refine(({ env, apiKeys }) => env !== 'production' || apiKeys !== undefined, {
    path: ['apiKeys'],
    message: 'is required in production',
  })
  .refine(({ env, apiKeys }) => env !== 'production' || !isSample(apiKeys), {
    path: ['apiKeys'],
    message: 'must not hold the sample key in production',
  });

export type GatewayConfig = z.output<typeof gatewayConfig>;
