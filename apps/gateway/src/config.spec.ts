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
    ['a name twice', { RESEAL_API_KEYS: `app:${digest},app:${digest}` }, /repeat/],
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
