// @peculiar/x509 finds its implementations through decorator metadata, which must exist before it is loaded.
import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import * as fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { checkCertificateRequest } from '#libs/ca';
import { CertificateKey, newVidRandom, type KeyType } from './certificate-key.js';
import { ecdsaSignature, signatureSchemeOf } from './signature-scheme.js';

const publicOf = ({ publicKey }: CertificateKey) =>
  createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });

describe.each<KeyType>(['EC-P256', 'RSA-2048'])("the customer's key, %s", (keyType) => {
  it(`A certificate key has an RFC 7638 thumbprint (${keyType})`, async () => {
    const key = await CertificateKey.make({ keyType });
    expect(key.thumbprint).toBe(await calculateJwkThumbprint(publicOf(key).export({ format: 'jwk' })));
  });

  it(`A certificate request proves possession of its key (${keyType})`, async () => {
    const key = await CertificateKey.make({ keyType });
    const request = new Pkcs10CertificateRequest(await key.request('김견본'));
    expect(await request.verify()).toBe(true);
    expect(request.subject).toBe('CN=김견본');
    expect(Buffer.from(request.publicKey.rawData).equals(key.publicKey)).toBe(true);
    expect(await checkCertificateRequest(await key.request())).toMatchObject({ ok: true, keyType });
  });

  it(`A signature of a certificate key verifies with other tools (${keyType})`, async () => {
    const key = await CertificateKey.make({ keyType, extractable: false });
    const kept = await CertificateKey.of(key.privateKey, key.publicKey);
    const text = new TextEncoder().encode('reseal');
    expect(verify('sha256', text, publicOf(key), await kept.sign(text))).toBe(true);
    expect(kept.thumbprint).toBe(key.thumbprint);
    await expect(key.exportPrivateKey()).rejects.toThrow();
  });

  it(`The signature scheme of a private key is that of its public key (${keyType})`, async () => {
    const key = await CertificateKey.make({ keyType });
    expect(signatureSchemeOf(await key.exportPrivateKey())).toBe(signatureSchemeOf(key.publicKey));
  });
});

it('A key of another kind has no signature scheme', () => {
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
  expect(() => signatureSchemeOf(ed25519)).toThrow('1.3.101.112');
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
