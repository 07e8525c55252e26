// @peculiar/x509 finds its implementations through decorator metadata, which must exist before it is loaded.
import 'reflect-metadata';
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import * as fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { CertificateKey, ecdsaSignature, newVidRandom } from './certificate-key.js';

const publicOf = ({ publicKey }: CertificateKey) =>
  createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });

describe("the customer's key", () => {
  it('A certificate key has an RFC 7638 thumbprint', async () => {
    const key = await CertificateKey.make();
    expect(key.thumbprint).toBe(await calculateJwkThumbprint(publicOf(key).export({ format: 'jwk' })));
  });

  it('A certificate request proves possession of its key', async () => {
    const key = await CertificateKey.make();
    const request = new Pkcs10CertificateRequest(await key.request('김견본'));
    expect(await request.verify()).toBe(true);
    expect(request.subject).toBe('CN=김견본');
    expect(Buffer.from(request.publicKey.rawData).equals(key.publicKey)).toBe(true);
  });

  it('A signature of a certificate key verifies with other tools', async () => {
    const key = await CertificateKey.make({ extractable: false });
    const kept = await CertificateKey.of(key.privateKey, key.publicKey);
    const text = new TextEncoder().encode('reseal');
    expect(verify('sha256', text, publicOf(key), await kept.sign(text))).toBe(true);
    expect(kept.thumbprint).toBe(key.thumbprint);
    await expect(key.exportPrivateKey()).rejects.toThrow();
  });
});

it('Any r and s become the shortest DER integers', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (raw) => {
      const der = ecdsaSignature(raw);
      const sAt = 4 + der[3]!;
      const [r, s] = [der.subarray(4, sAt), der.subarray(sAt + 2)];
      const numberOf = (octets: Uint8Array) => BigInt(`0x${Buffer.from(octets).toString('hex') || '0'}`);
      expect(numberOf(r)).toBe(numberOf(raw.subarray(0, 32)));
      expect(numberOf(s)).toBe(numberOf(raw.subarray(32)));
      for (const octets of [r, s]) {
        expect(octets[0]! < 0x80).toBe(true);
        expect(octets.length === 1 || octets[0] !== 0 || octets[1]! >= 0x80).toBe(true);
      }
    }),
  );
});

it('R is 20 random bytes', () => {
  expect(newVidRandom()).toMatch(/^[0-9a-f]{40}$/);
  expect(newVidRandom()).not.toBe(newVidRandom());
});
