import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { verifyPossession } from './possession.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spkiOf = (pair: typeof ec) => pair.publicKey.export({ format: 'der', type: 'spki' });
const message = Buffer.from('reseal/registration/v1\nsome reissue\nsome serial\nsome nonce');

describe('proof of possession', () => {
  it('verifyPossession accepts an ECDSA signature in DER', () => {
    expect(verifyPossession(spkiOf(ec), message, sign('sha256', message, ec.privateKey))).toBe(true);
  });

  it('verifyPossession accepts an RSA PKCS#1 v1.5 signature', () => {
    expect(verifyPossession(spkiOf(rsa), message, sign('sha256', message, rsa.privateKey))).toBe(true);
  });

  it('verifyPossession refuses other bytes, another key and another signature encoding', () => {
    const signature = sign('sha256', message, ec.privateKey);
    expect(verifyPossession(spkiOf(ec), Buffer.concat([message, Buffer.from('\n')]), signature)).toBe(false);
    expect(verifyPossession(spkiOf(rsa), message, signature)).toBe(false);
    const raw = sign('sha256', message, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
    expect(verifyPossession(spkiOf(ec), message, raw)).toBe(false);
  });

  it('verifyPossession refuses keys of other kinds', () => {
    const ed = generateKeyPairSync('ed25519');
    const spki = ed.publicKey.export({ format: 'der', type: 'spki' });
    expect(verifyPossession(spki, message, sign(null, message, ed.privateKey))).toBe(false);
  });

  it('verifyPossession returns false for any garbage', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, bytes, (spki, signature) => !verifyPossession(spki, message, signature)),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(bytes, (signature) => !verifyPossession(spkiOf(ec), message, signature)),
      { numRuns: 200 },
    );
  });
});
