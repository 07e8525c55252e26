import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { openRegistryValue, RegistrySealError, sealRegistryValue } from './registry-seal.js';

const keys = { current: 'k1', keys: { k1: randomBytes(32) } };
const customerId = randomUUID();
const value = '9001010000000';

describe('a value of the registry', () => {
  it('A registry value opens for the customer it was sealed for', () => {
    const kept = sealRegistryValue(keys, customerId, value);
    expect(kept.keyId).toBe('k1');
    expect(openRegistryValue(keys, customerId, kept)).toBe(value);
  });

  it('A sealed registry value shows nothing of its content and differs each time', () => {
    const [a, b] = [sealRegistryValue(keys, customerId, value), sealRegistryValue(keys, customerId, value)];
    expect(a.sealed.equals(b.sealed)).toBe(false);
    expect(a.sealed.toString('latin1')).not.toContain(value);
    expect(a.sealed).toHaveLength(12 + value.length + 16);
  });

  it('A registry value still opens after another key became current, which seals new values', () => {
    const old = sealRegistryValue(keys, customerId, value);
    const rotated = { current: 'k2', keys: { ...keys.keys, k2: randomBytes(32) } };
    expect(openRegistryValue(rotated, customerId, old)).toBe(value);
    expect(sealRegistryValue(rotated, customerId, value).keyId).toBe('k2');
  });

  it('A registry value does not open for another customer, under another key id or altered at any byte', () => {
    const kept = sealRegistryValue(keys, customerId, value);
    const open = (id: string, changed: Partial<typeof kept>, by = keys) => {
      try {
        return openRegistryValue(by, id, { ...kept, ...changed });
      } catch (error) {
        expect(error).toBeInstanceOf(RegistrySealError);
        expect((error as Error).message).not.toContain(value);
        return 'refused';
      }
    };
    expect(open(randomUUID(), {})).toBe('refused');
    expect(open(customerId, { keyId: 'k9' })).toBe('refused');
    const sameKeyOtherId = { current: 'k2', keys: { k2: keys.keys.k1 } } as never;
    expect(open(customerId, { keyId: 'k2' }, sameKeyOtherId)).toBe('refused');
    for (let at = 0; at < kept.sealed.length; at++) {
      const altered = Buffer.from(kept.sealed);
      altered[at]! ^= 1;
      expect(open(customerId, { sealed: altered })).toBe('refused');
      expect(open(customerId, { sealed: kept.sealed.subarray(0, at) })).toBe('refused');
    }
  });

  it('A missing current key seals no registry value', () => {
    expect(() => sealRegistryValue({ current: 'k9', keys: keys.keys }, customerId, value)).toThrow(
      RegistrySealError,
    );
  });
});
