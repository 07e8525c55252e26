import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CustomerKey, newCustomerKey, unwrapCustomerKey } from './customer-key.js';
import { RegistrySealError } from './registry-seal.js';
import { rrnLookup, rrnLookups } from './rrn-lookup.js';

const keys = { current: 'k1', keys: { k1: randomBytes(32) } };
const both = { current: 'k2', keys: { ...keys.keys, k2: randomBytes(32) } };
const customerId = randomUUID();
const value = Buffer.from('9001011000000');

describe('the key of a customer', () => {
  it('A customer key opens what it sealed, and the sealed value shows nothing of it', () => {
    const key = newCustomerKey(customerId);
    const sealed = key.seal('rrn', value);
    expect(key.open('rrn', sealed)).toEqual(value);
    expect(sealed.includes(value)).toBe(false);
    expect(key.seal('rrn', value).equals(sealed)).toBe(false);
  });

  it('A customer key opens no value under another label, of another customer or damaged at any byte', () => {
    const raw = randomBytes(32);
    const key = new CustomerKey(customerId, raw);
    const sealed = key.seal('rrn', value);
    expect(() => key.open('photo/ph_1', sealed)).toThrow(RegistrySealError);
    expect(() => new CustomerKey(randomUUID(), raw).open('rrn', sealed)).toThrow(RegistrySealError);
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed);
      altered[at]! ^= 1;
      expect(() => key.open('rrn', altered)).toThrow(RegistrySealError);
      expect(() => key.open('rrn', sealed.subarray(0, at))).toThrow(RegistrySealError);
    }
  });

  it('A customer key unwraps under the registry key that wrapped it, current or earlier', () => {
    const key = newCustomerKey(customerId);
    const sealed = key.seal('rrn', value);
    const before = key.wrap(keys);
    const after = unwrapCustomerKey(both, customerId, before).wrap(both);
    expect([before.keyId, after.keyId]).toEqual(['k1', 'k2']);
    for (const kept of [before, after])
      expect(unwrapCustomerKey(both, customerId, kept).open('rrn', sealed)).toEqual(value);
  });

  it('A customer key does not unwrap for another customer, with another registry key or damaged', () => {
    const kept = newCustomerKey(customerId).wrap(keys);
    const altered = Buffer.from(kept.wrapped);
    altered[20]! ^= 1;
    for (const unwrap of [
      () => unwrapCustomerKey(keys, randomUUID(), kept),
      () => unwrapCustomerKey(both, customerId, { ...kept, keyId: 'k2' }),
      () => unwrapCustomerKey(keys, customerId, { ...kept, wrapped: altered }),
      () => unwrapCustomerKey(keys, customerId, { ...kept, keyId: 'toString' }),
    ])
      expect(unwrap).toThrow(RegistrySealError);
  });

  it('A customer key does not show its bytes as text or JSON', () => {
    const raw = randomBytes(32);
    const key = new CustomerKey(customerId, raw);
    expect(JSON.stringify(key)).toBe(JSON.stringify({ customerId }));
  });
});

describe('the digest under which a number is found', () => {
  it('A lookup digest is equal for the same number and key only', () => {
    const digest = rrnLookup(keys, '9001011000000');
    expect(digest).toMatch(/^k1:[0-9a-f]{64}$/);
    expect(rrnLookup(keys, '9001011000000')).toBe(digest);
    expect(rrnLookup(keys, '9001011000001')).not.toBe(digest);
    expect(rrnLookup(both, '9001011000000').slice(3)).not.toBe(digest.slice(3));
  });

  it('A number has a lookup digest under every known registry key', () => {
    const number = '9001011000000';
    expect(rrnLookups(both, number)).toEqual([rrnLookup(keys, number), rrnLookup(both, number)]);
  });
});
