import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { closePrimes, modulusOf, rocaPrime } from './testing/weak-keys.js';
import { bearsRocaFingerprint, hasCloseFactors, hasSmallFactor, isWeakModulus } from './weak-modulus.js';

const sound = Array.from({ length: 3 }, () =>
  modulusOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
);

describe('weak RSA moduli', () => {
  it('are not those that OpenSSL makes', () => {
    for (const modulus of sound) expect(isWeakModulus(modulus)).toBe(false);
  });

  it('are those of the structure that ROCA gave them, and of no other fault', () => {
    const modulus = rocaPrime(1024) * rocaPrime(1024);
    expect(bearsRocaFingerprint(modulus)).toBe(true);
    expect(hasSmallFactor(modulus) || hasCloseFactors(modulus)).toBe(false);
    expect(isWeakModulus(modulus)).toBe(true);
  });

  it('do not bear the fingerprint when only one of their primes has the structure', () => {
    expect(bearsRocaFingerprint(rocaPrime(1024) * closePrimes(1024)[0])).toBe(false);
  });

  it('are those with a factor below 752', () => {
    for (const factor of [2n, 3n, 251n, 751n]) expect(hasSmallFactor(sound[0]! * factor)).toBe(true);
    expect(hasSmallFactor(757n * 761n)).toBe(false);
  });

  it('are those whose factors lie next to each other, or are one', () => {
    const [p, q] = closePrimes(1024);
    expect(hasCloseFactors(p * q)).toBe(true);
    expect(hasCloseFactors(p * p)).toBe(true);
    expect(bearsRocaFingerprint(p * q) || hasSmallFactor(p * q)).toBe(false);
    expect(hasCloseFactors(7n * 13n)).toBe(true);
  });
});
