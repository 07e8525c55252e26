import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { addressFault } from './addresses.js';
import { nextAttempt, retryDelaysMs } from './schedule.js';
import { activeSecrets, secretsOverlapMs, webhookSecret } from './secrets.js';
import { signWebhook } from './signature.js';

const key = randomBytes(32);
const now = new Date();
const endpoint = { endpoint_id: 'wh_1', secret_generation: 1, secret_salt: randomBytes(32) };
const headersOf = (headers: object) => headers as Record<string, string>;

describe('the signature of a webhook', () => {
  it('The reference library of Standard Webhooks accepts the signature of any body', () => {
    fc.assert(
      fc.property(fc.json(), fc.stringMatching(/^[\w/-]{1,60}$/), (body, id) => {
        const secret = webhookSecret(key, endpoint);
        const headers = signWebhook([secret], id, now, body);
        expect(new Webhook(secret).verify(body, headersOf(headers))).toEqual(JSON.parse(body));
      }),
    );
  });

  it.each([
    ['the body', { body: '{"a":2}' }],
    ['the id', { headers: { 'webhook-id': 'ri_2/1' } }],
    ['the time', { headers: { 'webhook-timestamp': String(Math.floor(now.getTime() / 1000) - 1) } }],
  ])(
    'The signature is invalid if %s was changed',
    (_, { body = '{"a":1}', headers = {} }: { body?: string; headers?: object }) => {
      const secret = webhookSecret(key, endpoint);
      const signed = signWebhook([secret], 'ri_1/1', now, '{"a":1}');
      const verify = () => new Webhook(secret).verify(body, headersOf({ ...signed, ...headers }));
      expect(verify).toThrow();
    },
  );

  it('Messages are signed with both secrets for a day after a rotation', () => {
    const rotated = {
      ...endpoint,
      secret_generation: 2,
      previous_secret_until: new Date(now.getTime() + secretsOverlapMs),
    };
    const [second, first] = activeSecrets(key, rotated, now);
    const headers = signWebhook([second!, first!], 'ri_1/1', now, '{}');
    for (const secret of [first!, second!])
      expect(() => new Webhook(secret).verify('{}', headersOf(headers))).not.toThrow();
    const later = new Date(now.getTime() + secretsOverlapMs + 1);
    expect(activeSecrets(key, rotated, later)).toEqual([second]);
  });
});

describe('the secret of a webhook', () => {
  it('The secret differs for each endpoint, generation, salt and key, and is deterministic', () => {
    const secrets = [
      webhookSecret(key, endpoint),
      webhookSecret(key, { ...endpoint, secret_generation: 2 }),
      webhookSecret(key, { ...endpoint, endpoint_id: 'wh_2' }),
      webhookSecret(key, { ...endpoint, secret_salt: randomBytes(32) }),
      webhookSecret(key, { ...endpoint, secret_salt: null }),
      webhookSecret(randomBytes(32), endpoint),
    ];
    expect(new Set(secrets).size).toBe(6);
    expect(webhookSecret(key, endpoint)).toBe(secrets[0]);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});

describe('the next attempt', () => {
  it('The next attempt follows the schedule, at most a tenth later, and not before the receiver’s Retry-After', () => {
    const attempts = fc.integer({ min: 1, max: retryDelaysMs.length });
    const wishes = fc.integer({ min: 0, max: 10 * 24 * 3600_000 });
    fc.assert(
      fc.property(attempts, wishes, fc.double({ min: 0, max: 1, noNaN: true }), (tried, wish, chance) => {
        const wait = nextAttempt(tried, now, wish, () => chance)!.getTime() - now.getTime();
        const asked = Math.max(retryDelaysMs[tried - 1]!, Math.min(wish, 24 * 3600_000));
        expect(wait).toBeGreaterThanOrEqual(asked);
        expect(wait).toBeLessThanOrEqual(asked * 1.1 + 1);
      }),
    );
  });

  it('No attempt is made after three days', () => {
    expect(retryDelaysMs.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(3 * 24 * 3600_000);
    expect(nextAttempt(retryDelaysMs.length + 1, now)).toBeUndefined();
  });
});

describe('addressFault', () => {
  const rules = {
    hosts: ['core.bank.example', 'core.bank.example:8443', '[2001:db8::1]:9443', 'any.example:*'],
    insecure: false,
  };

  it.each([
    ['https://core.bank.example/hooks', undefined],
    ['https://core.bank.example:8443/hooks', undefined],
    ['https://core.bank.example:443/hooks', undefined],
    ['https://[2001:db8::1]:9443/hooks', undefined],
    ['https://[2001:db8::1]/hooks', 'RESEAL_WEBHOOK_HOSTS does not name [2001:db8::1]'],
    ['https://core.bank.example:5432/', 'RESEAL_WEBHOOK_HOSTS does not name core.bank.example:5432'],
    ['https://core.bank.example:80/', 'RESEAL_WEBHOOK_HOSTS does not name core.bank.example:80'],
    ['https://any.example:8443/', 'RESEAL_WEBHOOK_HOSTS does not name any.example:8443'],
    ['http://core.bank.example/hooks', 'it is not https'],
    ['https://user:word@core.bank.example/', 'it contains credentials'],
    ['https://169.254.169.254/latest', 'RESEAL_WEBHOOK_HOSTS does not name 169.254.169.254'],
    [
      'https://core.bank.example.evil.example/',
      'RESEAL_WEBHOOK_HOSTS does not name core.bank.example.evil.example',
    ],
    ['https://core.bank.example@evil.example/', 'it contains credentials'],
    ['file:///etc/passwd', 'it is not an https address'],
    ['//core.bank.example', 'it is not an https address'],
    ['nonsense', 'it is not an https address'],
  ])('The address %s gets the fault %s', (address, fault) => {
    expect(addressFault(address, rules)).toBe(fault);
  });

  it('A host with any port is allowed on every port in development', () => {
    const local = { hosts: ['127.0.0.1:*'], insecure: true };
    expect(addressFault('http://127.0.0.1:39221/hooks', local)).toBeUndefined();
    expect(addressFault('http://localhost:39221/hooks', local)).toMatch('RESEAL_WEBHOOK_HOSTS');
  });
});
