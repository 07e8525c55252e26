import 'reflect-metadata';
import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import fc from 'fast-check';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { checkCertificateRequest } from './certificate-request.js';
import { bufferDer as der } from './der.js';
import { Name } from './peculiar.js';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = (modulusLength: number, publicExponent = [1, 0, 1]) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength,
  publicExponent: new Uint8Array(publicExponent),
});

async function requestFor(
  algorithm: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams,
  signing = algorithm,
) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: new Name('CN=applicant'),
    keys,
    signingAlgorithm: signing,
  });
  const thumbprint = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
  return { pem: csr.toString('pem'), der: Buffer.from(csr.rawData), keys, thumbprint };
}

let good: Awaited<ReturnType<typeof requestFor>>;
beforeAll(async () => {
  good = await requestFor(p256);
});

describe('certificate request', () => {
  it('A request for the key named at start is accepted in PEM and in DER', async () => {
    const expected = { keyThumbprint: good.thumbprint };
    const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', good.keys.publicKey));
    for (const request of [good.pem, good.der, good.pem.replaceAll('\n', '\r\n')]) {
      expect(await checkCertificateRequest(request, expected)).toEqual({
        ok: true,
        spki,
        spkiSha256: createHash('sha256').update(spki).digest('hex'),
        keyType: 'EC-P256',
      });
    }
  });

  it('A request for an RSA key of 2048 bits is accepted', async () => {
    const { pem, thumbprint } = await requestFor(rsa(2048));
    expect(await checkCertificateRequest(pem, { keyThumbprint: thumbprint })).toMatchObject({
      ok: true,
      keyType: 'RSA-2048',
    });
  });

  it('A request for another key than the one named at start is refused', async () => {
    const other = await requestFor(p256);
    expect(await checkCertificateRequest(other.pem, { keyThumbprint: good.thumbprint })).toEqual({
      ok: false,
      code: 'KEY_NOT_NAMED_AT_START',
    });
  });

  it('A request that another key signed is refused', async () => {
    const other = await requestFor(p256);
    const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', good.keys.publicKey));
    const otherSpki = Buffer.from(await webcrypto.subtle.exportKey('spki', other.keys.publicKey));
    const at = good.der.indexOf(spki);
    const forged = Buffer.concat([good.der.subarray(0, at), otherSpki, good.der.subarray(at + spki.length)]);
    expect(await checkCertificateRequest(forged)).toEqual({ ok: false, code: 'PROOF_OF_POSSESSION_FAILED' });
  });

  it.each([
    ['P-384', { ...p256, namedCurve: 'P-384' }, 'KEY_TYPE_NOT_ALLOWED'],
    ['RSA-1024', rsa(1024), 'KEY_TOO_SMALL'],
    ['RSA with exponent 3', rsa(2048, [3]), 'KEY_EXPONENT_NOT_ALLOWED'],
  ])('A request is refused for %s', async (_name, algorithm, code) => {
    const { pem } = await requestFor(algorithm);
    expect(await checkCertificateRequest(pem)).toEqual({ ok: false, code });
  });

  it('A request whose own signature uses SHA-1 is refused', async () => {
    const { pem } = await requestFor(p256, { ...p256, hash: 'SHA-1' });
    expect(await checkCertificateRequest(pem)).toMatchObject({ ok: false });
  });

  it('A request gives the same thumbprint for one key, however its point is encoded', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const [x, y] = [spki.subarray(27, 59), spki.subarray(59)];
    const algorithm = der.sequence(
      der.objectIdentifier('1.2.840.10045.2.1'),
      der.objectIdentifier('1.2.840.10045.3.1.7'),
    );
    const compressed = der.sequence(
      algorithm,
      der.bitString(Buffer.concat([Buffer.from([2 | (y[31]! & 1)]), x])),
    );
    const info = der.sequence(
      der.unsignedInteger(Buffer.from([0])),
      der.sequence(),
      compressed,
      der.explicit(0, Buffer.alloc(0)),
    );
    const ecdsaWithSha256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
    const request = der.sequence(info, ecdsaWithSha256, der.bitString(sign('sha256', info, privateKey)));
    expect(await checkCertificateRequest(request)).toMatchObject({ ok: true, spki });
  });

  it('A request that is truncated at any byte is refused', async () => {
    for (let length = 0; length < good.der.length; length += 1) {
      const result = await checkCertificateRequest(good.der.subarray(0, length));
      expect(result).toEqual({ ok: false, code: 'MALFORMED_REQUEST' });
    }
    const pem = good.pem.trimEnd();
    for (let length = 0; length < pem.length; length += 1) {
      expect((await checkCertificateRequest(pem.slice(0, length))).ok).toBe(false);
    }
  });

  it('A request with trailing bytes is refused', async () => {
    expect((await checkCertificateRequest(Buffer.concat([good.der, Buffer.from([0])]))).ok).toBe(false);
    expect((await checkCertificateRequest(`${good.pem}\n${good.pem}`)).ok).toBe(false);
  });

  it('A request of more than 16 kB is refused without parsing', async () => {
    expect(await checkCertificateRequest(`${good.pem}${' '.repeat(16_384)}`)).toEqual({
      ok: false,
      code: 'MALFORMED_REQUEST',
    });
  });

  it('A request of any bytes is refused and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect((await checkCertificateRequest(bytes)).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('A request with a changed byte gives no other key, and is refused if the byte was signed', async () => {
    const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', good.keys.publicKey));
    const signedEnd = 3 + 2 + good.der[4]!;
    await fc.assert(
      fc.asyncProperty(fc.nat(good.der.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(good.der);
        damaged[at]! ^= flip;
        const result = await checkCertificateRequest(damaged);
        if (at < signedEnd) expect(result.ok).toBe(false);
        if (result.ok) expect(result.spki).toEqual(spki);
      }),
      { numRuns: 300 },
    );
  });
});
