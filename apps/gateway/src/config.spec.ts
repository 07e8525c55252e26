import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '#libs/config';
import { gatewayConfig } from './config.js';

const ed25519 = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const environment = {
  RESEAL_ENV: 'test',
  RESEAL_DATABASE_URL: 'postgres://reseal_gateway@127.0.0.1/reseal',
  RESEAL_CODEC_KEYS: JSON.stringify({ current: 'c1', keys: { c1: Buffer.alloc(32).toString('base64') } }),
  RESEAL_TOKEN_KEY: JSON.stringify({ ...ed25519.privateKey.export({ format: 'jwk' }), kid: 't1' }),
  RESEAL_ID_KEY: Buffer.alloc(32).toString('base64'),
  RESEAL_RECEIPT_PUBLIC_KEYS: JSON.stringify({
    keys: [{ ...ed25519.publicKey.export({ format: 'jwk' }), kid: 'r1' }],
  }),
  RESEAL_VAULT_PUBLIC_KEYS: JSON.stringify({
    keys: [{ ...p256.publicKey.export({ format: 'jwk' }), kid: 'v1' }],
  }),
};
const load = (more: NodeJS.ProcessEnv = {}) => loadConfig(gatewayConfig, { ...environment, ...more });
const digest = createHash('sha256').update('secret').digest('hex');

describe('gatewayConfig', () => {
  it('The gateway’s configuration requires keys and addresses only', () => {
    expect(load()).toMatchObject({
      port: 3000,
      callsPerReissue: 4,
      callTimeoutMs: 10_000,
      trustProxy: false,
    });
  });

  it('A rate limit in the configuration is a burst and an interval in milliseconds', () => {
    expect(load().limitAddressStarts).toEqual({ burst: 60, everyMs: 2_000 });
    expect(load({ RESEAL_LIMIT_DEVICE_STARTS: '3/60000' }).limitDeviceStarts).toEqual({
      burst: 3,
      everyMs: 60_000,
    });
    for (const wrong of ['3', '0/1000', '3/0', '3/1s', '-3/1000', '9999999/1', '1/9999999999'])
      expect(() => load({ RESEAL_LIMIT_DEVICE_STARTS: wrong })).toThrow(/RESEAL_LIMIT_DEVICE_STARTS/);
  });

  it('API keys in the configuration are names and digests', () => {
    const { apiKeys } = load({ RESEAL_API_KEYS: `app:${digest}, web:${'0'.repeat(64)}` });
    expect(apiKeys?.map(({ name }) => name)).toEqual(['app', 'web']);
    expect(apiKeys?.[0]?.digest.toString('hex')).toBe(digest);
  });

  it('A front end may have two API keys, so that the first can be replaced', () => {
    const { apiKeys } = load({ RESEAL_API_KEYS: `app:${digest},app:${'0'.repeat(64)}` });
    expect(apiKeys?.map(({ name }) => name)).toEqual(['app', 'app']);
  });

  it('Origins in the configuration belong to API keys', () => {
    const RESEAL_API_KEYS = `app:${digest},web:${'0'.repeat(64)}`;
    expect(load().apiOrigins.size).toBe(0);
    const RESEAL_API_ORIGINS =
      'app=https://app.bank.example, app=http://127.0.0.1:3007,web=https://xn--9n2bp8q.example:8443';
    expect(load({ RESEAL_API_KEYS, RESEAL_API_ORIGINS }).apiOrigins).toEqual(
      new Map([
        ['app', new Set(['https://app.bank.example', 'http://127.0.0.1:3007'])],
        ['web', new Set(['https://xn--9n2bp8q.example:8443'])],
      ]),
    );
    expect(() => load({ RESEAL_API_KEYS, RESEAL_API_ORIGINS: 'other=https://a.example' })).toThrow(
      /RESEAL_API_ORIGINS: must name API keys/,
    );
    const production = { RESEAL_ENV: 'production', RESEAL_API_KEYS };
    expect(() => load({ ...production, RESEAL_API_ORIGINS: 'app=http://a.example' })).toThrow(
      /RESEAL_API_ORIGINS: must be https origins in production/,
    );
  });

  it.each([
    ['a wildcard', 'app=*'],
    ['a wildcard of hosts', 'app=https://*.bank.example'],
    ['the opaque origin', 'app=null'],
    ['a path', 'app=https://app.bank.example/'],
    ['a default port', 'app=https://app.bank.example:443'],
    ['capital letters', 'app=https://App.bank.example'],
    ['a name in Hangul, which browsers send in Punycode', 'app=https://은행.example'],
    ['user information', 'app=https://user@app.bank.example'],
    ['the scheme of an app', 'app=capacitor://localhost'],
    ['an origin without a key', 'https://app.bank.example'],
    ['an empty origin', 'app='],
  ])('%s is refused as the origin of an API key', (_, RESEAL_API_ORIGINS) => {
    expect(() => load({ RESEAL_API_KEYS: `app:${digest}`, RESEAL_API_ORIGINS })).toThrow(
      /RESEAL_API_ORIGINS.*must be <name of an API key>=<origin/,
    );
  });

  it('API keys are required in production', () => {
    expect(() => load({ RESEAL_ENV: 'production' })).toThrow(/RESEAL_API_KEYS is missing/);
    expect(load({ RESEAL_ENV: 'production', RESEAL_API_KEYS: `app:${digest}` }).env).toBe('production');
  });

  it('The sample API key is refused in production under any name', () => {
    const sample = createHash('sha256').update('reseal-local').digest('hex');
    const keys = `app:${digest},mine:${sample}`;
    expect(() => load({ RESEAL_ENV: 'production', RESEAL_API_KEYS: keys })).toThrow(
      /RESEAL_API_KEYS: must not hold the sample key/,
    );
    expect(load({ RESEAL_API_KEYS: keys }).apiKeys).toHaveLength(2);
  });

  it('RESEAL_ENV is required: without it the sample key would be accepted', () => {
    expect(() => load({ RESEAL_ENV: '' })).toThrow(/RESEAL_ENV is missing/);
  });

  it.each([
    ['a key in the clear', { RESEAL_API_KEYS: 'app:secret' }, /RESEAL_API_KEYS/],
    ['a key twice', { RESEAL_API_KEYS: `app:${digest},web:${digest}` }, /repeat/],
    [
      'private vault keys',
      {
        RESEAL_VAULT_PUBLIC_KEYS: JSON.stringify({
          keys: [{ ...p256.privateKey.export({ format: 'jwk' }), kid: 'v' }],
        }),
      },
      /public keys only/,
    ],
    [
      'a public token key',
      { RESEAL_TOKEN_KEY: JSON.stringify({ ...ed25519.publicKey.export({ format: 'jwk' }), kid: 't' }) },
      /private Ed25519/,
    ],
  ])('The gateway’s configuration refuses %s without quoting it', (_, more, message) => {
    expect(() => load(more)).toThrow(message);
    expect(() => load(more)).not.toThrow(/app:secret/);
  });
});
