import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { closePrimes, modulusOf, rocaPrime } from './testing/weak-keys.js';
import { bearsRocaFingerprint, hasCloseFactors, hasSmallFactor, isWeakModulus } from './weak-modulus.js';

const sound = Array.from({ length: 3 }, () =>
  modulusOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
);

describe('weak RSA moduli', () => {
  it('An RSA modulus of OpenSSL is not weak', () => {
    for (const modulus of sound) expect(isWeakModulus(modulus)).toBe(false);
  });

  it('An RSA modulus with the structure of ROCA is weak for that reason only', () => {
    const modulus = rocaPrime(1024) * rocaPrime(1024);
    expect(bearsRocaFingerprint(modulus)).toBe(true);
    expect(hasSmallFactor(modulus) || hasCloseFactors(modulus)).toBe(false);
    expect(isWeakModulus(modulus)).toBe(true);
  });

  it('An RSA modulus with one ROCA prime does not have the fingerprint', () => {
    expect(bearsRocaFingerprint(rocaPrime(1024) * closePrimes(1024)[0])).toBe(false);
  });

  it('An RSA modulus with a factor below 752 is weak', () => {
    for (const factor of [2n, 3n, 251n, 751n]) expect(hasSmallFactor(sound[0]! * factor)).toBe(true);
    expect(hasSmallFactor(757n * 761n)).toBe(false);
  });

  it('An RSA modulus with close or equal factors is weak', () => {
    const [p, q] = closePrimes(1024);
    expect(hasCloseFactors(p * q)).toBe(true);
    expect(hasCloseFactors(p * p)).toBe(true);
    expect(bearsRocaFingerprint(p * q) || hasSmallFactor(p * q)).toBe(false);
    expect(hasCloseFactors(7n * 13n)).toBe(true);
  });
});
