import {
  count,
  databaseConfig,
  directDatabaseConfig,
  httpConfig,
  integer,
  json,
  jsonWebKey,
  jsonWebKeySet,
  list,
  milliseconds,
  rateLimit,
  receiptPublicKeysConfig,
  secret,
  secretBytes,
  temporalConfig,
  trustedProxies,
  withForm,
  withoutPrivateKeys,
} from '#libs/config';
import { profileChoiceConfig } from '#libs/ca';
import { z } from 'zod';
import { developmentApiKeys, type ApiKey } from './access/api-keys.js';
import { apiOriginsSchema } from './access/api-origins.js';
import { brandSchema } from './page/brand.js';

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
    ...directDatabaseConfig,
    ...temporalConfig,
    apiKeys: withForm(
      list
        .refine(
          (entries) => new Set(entries.map((entry) => entry.split(':')[1])).size === entries.length,
          'must not repeat a key',
        )
        .pipe(z.array(apiKey).min(1)),
      { unit: '`name:sha256`, separated by commas' },
    )
      .optional()
      .describe(
        'API keys of the front ends, each as the name of the front end and the SHA-256 of its key in hexadecimal. A name may repeat while its key is replaced. Required in production; elsewhere the sample key `reseal-local` is the default.',
      ),
    apiOrigins: withForm(list.pipe(apiOriginsSchema), { unit: '`name=origin`, separated by commas' })
      .prefault('')
      .describe(
        'Web origins whose pages may call the API with the key of a front end, each as the name of the front end and the origin as browsers send it (`app=https://app.bank.example`). Without it, only the page that the gateway serves can call the API from a browser.',
      ),
    pageApiKey: z
      .string()
      .min(1)
      .default('reseal-local')
      .describe(
        "API key with which the customers' page calls the API. It is public, and distinguishes the page from other front ends.",
      ),
    pageBrand: json(brandSchema)
      .optional()
      .describe(
        "The bank on the customers' page: its name, logo, colours, call centre and privacy policy ([the brand](page.md)). Without it, the page shows a fictional bank. `RESEAL_PAGE_BRAND_FILE` may name a file that holds it.",
      ),
    tokenKey: secret(jsonWebKey)
      .refine((key) => key['crv'] === 'Ed25519' && typeof key['d'] === 'string', {
        message: 'must be a private Ed25519 key',
      })
      .describe('Private Ed25519 key that signs access tokens.'),
    tokenPublicKeys: jsonWebKeySet
      .refine(({ keys }) => keys.every((key) => key['crv'] === 'Ed25519' && key['d'] === undefined), {
        message: 'must hold public Ed25519 keys only',
      })
      .optional()
      .describe('Further public keys whose access tokens are accepted: the previous one and the next one.'),
    tokenAfterEndMs: milliseconds(24 * 3_600_000).describe(
      'Time after the end of a reissue during which its access token still reads it.',
    ),
    idKey: secretBytes(32).describe(
      'Key of the HMACs that make reissue ids and recognise repeated requests.',
    ),
    vaultPublicKeys: jsonWebKeySet
      .refine(withoutPrivateKeys, { message: 'must hold public keys only' })
      .describe('Public keys to which front ends seal secrets, as `GET /v1/keys` publishes them.'),
    ...receiptPublicKeysConfig,
    ...profileChoiceConfig,
    trustProxy: trustedProxies.describe(
      "Proxies that may state the client's address in X-Forwarded-For: their addresses and networks (`10.0.0.7,10.1.0.0/16`), or their number if every request passes through all of them.",
    ),
    callTimeoutMs: milliseconds(10_000).describe(
      'Time that a call waits for its step before it is answered with 202 or 503.',
    ),
    admissionTargetMs: milliseconds(2_000).describe(
      'Time that a step without an external call may take. While such steps take longer, fewer starts are admitted.',
    ),
    callsMax: count(2_000, { min: 8 }).describe(
      'Calls that this process may have in progress at a time. Further calls are answered with 503.',
    ),
    callsPerReissue: count(4, { min: 1 }).describe('Calls that one reissue may have in progress at a time.'),
    streamsPerReissue: count(8, { min: 1 }).describe(
      'Event streams that one reissue may have open at a time.',
    ),
    uploadsPerAddress: count(8, { min: 1 }).describe('Photos that one address may upload at a time.'),
    uploadMemoryBytes: integer(256 * 1024 * 1024, { min: 16 * 1024 * 1024 }).describe(
      'Memory for photos being uploaded. When it is used up, the slowest upload is ended.',
    ),
    limitAddressStarts: rateLimit({ burst: 60, everyMs: 2_000 }).describe(
      'Reissues that one address may start through one front end. An IPv6 address counts as its /64. Networks have a multiple of it: /24 and /56 four times, /48 16 times.',
    ),
    limitAddressCalls: rateLimit({ burst: 600, everyMs: 50 }).describe(
      'Other calls that one address may make through one front end, counted in the same way.',
    ),
    limitDeviceStarts: rateLimit({ burst: 10, everyMs: 60_000 }).describe(
      'Reissues that one device may start. The header `X-Device-Id` names the device.',
    ),
    limitDeviceCalls: rateLimit({ burst: 60, everyMs: 1_000 }).describe(
      'Other calls that one device may make.',
    ),
    limitAddressTransfers: rateLimit({ burst: 30, everyMs: 20_000 }).describe(
      'Transfers of certificates between devices that one address may open or join, counted in the same way.',
    ),
    limitDeviceTransfers: rateLimit({ burst: 10, everyMs: 60_000 }).describe(
      'Transfers of certificates that one device may open or join.',
    ),
    transferMs: milliseconds(600_000).describe(
      'Time that a customer has to transfer a certificate to another device.',
    ),
    heartbeatMs: milliseconds(15_000).describe(
      'Silence on an event stream after which a comment is sent, so that proxies do not close it.',
    ),
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
  })
  .refine(
    ({ apiKeys = developmentApiKeys, apiOrigins }) =>
      [...apiOrigins.keys()].every((name) => apiKeys.some((key) => key.name === name)),
    { path: ['apiOrigins'], message: 'must name API keys that RESEAL_API_KEYS lists' },
  )
  .refine(
    ({ env, apiOrigins }) =>
      env !== 'production' ||
      [...apiOrigins.values()].every((origins) =>
        [...origins].every((origin) => origin.startsWith('https:')),
      ),
    { path: ['apiOrigins'], message: 'must be https origins in production' },
  );

export type GatewayConfig = z.output<typeof gatewayConfig>;
