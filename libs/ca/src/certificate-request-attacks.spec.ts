import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkCertificateRequest, type ExpectedKey } from './certificate-request.js';
import { DerReader } from '#libs/der';
import { bufferDer as der } from './der.js';
import { encodeName } from './distinguished-name.js';
import { Pkcs10CertificateRequest } from './peculiar.js';
import { spkiOf } from './testing/certificates.js';
import { closePrimes, modulusOf, rocaPrime, rsaKeyOf } from './testing/weak-keys.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ecdsaWithSha256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
const sha256WithRsa = der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), der.nullValue);
const subject = encodeName([{ type: 'cn', value: 'applicant' }]);
const versionOne = der.unsignedInteger(Buffer.from([0]));
const noAttributes = der.explicit(0);

interface Parts {
  readonly key: KeyObject;
  readonly spki: Buffer;
  readonly info: readonly Uint8Array[];
  readonly hash: string;
  readonly algorithm: Buffer;
}

/** A valid request, except for the given parts. */
function requestWith(given: Partial<Parts> = {}): Buffer {
  const key = given.key ?? ec.privateKey;
  const isRsa = key.asymmetricKeyType === 'rsa';
  const spki = given.spki ?? spkiOf(createPublicKey(key));
  const info = der.sequence(...(given.info ?? [versionOne, subject, spki, noAttributes]));
  const signature = sign(given.hash ?? 'sha256', info, key);
  const algorithm = given.algorithm ?? (isRsa ? sha256WithRsa : ecdsaWithSha256);
  return der.sequence(info, algorithm, der.bitString(signature));
}

const codeFor = async (request: string | Uint8Array, expected?: ExpectedKey) => {
  const result = await checkCertificateRequest(request, expected);
  return result.ok ? 'ACCEPTED' : result.code;
};
const rsaSpki = (modulus: bigint, exponent: bigint) => {
  const bytes = (value: bigint) => {
    const hex = value.toString(16);
    return der.unsignedInteger(Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex'));
  };
  return der.sequence(
    der.sequence(der.objectIdentifier('1.2.840.113549.1.1.1'), der.nullValue),
    der.bitString(der.sequence(bytes(modulus), bytes(exponent))),
  );
};
const modulus = modulusOf(rsa.publicKey);
const ecSpki = (point: Buffer, curve = '1.2.840.10045.3.1.7') =>
  der.sequence(
    der.sequence(der.objectIdentifier('1.2.840.10045.2.1'), der.objectIdentifier(curve)),
    der.bitString(point),
  );

describe('certificate request, attacked', () => {
  it('An unaltered certificate request is accepted', async () => {
    expect(await codeFor(requestWith())).toBe('ACCEPTED');
    expect(await codeFor(requestWith({ key: rsa.privateKey }))).toBe('ACCEPTED');
    expect(await codeFor(requestWith({ info: [versionOne, subject, spkiOf(ec.publicKey)] }))).toBe(
      'ACCEPTED',
    );
  });

  it.each<[string, bigint, bigint, string]>([
    ['exponent 1', modulus, 1n, 'KEY_EXPONENT_NOT_ALLOWED'],
    ['exponent 3', modulus, 3n, 'KEY_EXPONENT_NOT_ALLOWED'],
    ['an even exponent', modulus, 65_538n, 'KEY_EXPONENT_NOT_ALLOWED'],
    ['an exponent of 257 bits', modulus, 2n ** 256n + 1n, 'KEY_EXPONENT_NOT_ALLOWED'],
    ['1024 bits', modulus >> 1024n, 65_537n, 'KEY_TOO_SMALL'],
    ['2047 bits', modulus >> 1n, 65_537n, 'KEY_TOO_SMALL'],
    ['4097 bits', modulus << 2049n, 65_537n, 'KEY_TOO_LARGE'],
    ['2049 bits', (modulus << 1n) | 1n, 65_537n, 'KEY_TYPE_NOT_ALLOWED'],
    ['an even modulus', modulus & ~1n, 65_537n, 'KEY_WEAK'],
    ['a modulus divisible by 3', modulus - (modulus % 3n) - (modulus % 2n ? 0n : 3n), 65_537n, 'KEY_WEAK'],
    ['modulus zero', 0n, 65_537n, 'MALFORMED_REQUEST'],
  ])('A request for an RSA key with %s is refused', async (_what, n, e, code) => {
    expect(await codeFor(requestWith({ key: rsa.privateKey, spki: rsaSpki(n, e) }))).toBe(code);
  });

  it('A request for a key with the ROCA weakness is refused, although its owner has it', async () => {
    const key = rsaKeyOf(rocaPrime(1024), rocaPrime(1024));
    expect(await codeFor(requestWith({ key }))).toBe('KEY_WEAK');
  });

  it('A request for a key with close primes is refused', async () => {
    expect(await codeFor(requestWith({ key: rsaKeyOf(...closePrimes(1024)) }))).toBe('KEY_WEAK');
  });

  it('A request for a kind of key that the profile does not have is refused', async () => {
    const [ecRequest, rsaRequest] = [requestWith(), requestWith({ key: rsa.privateKey })];
    expect(await codeFor(ecRequest, { keyTypes: ['RSA-2048'] })).toBe('KEY_TYPE_NOT_ALLOWED');
    expect(await codeFor(rsaRequest, { keyTypes: ['EC-P256'] })).toBe('KEY_TYPE_NOT_ALLOWED');
    expect(await codeFor(rsaRequest, { keyTypes: ['RSA-3072'] })).toBe('KEY_TOO_SMALL');
    const ed25519 = generateKeyPairSync('ed25519').publicKey;
    expect(await codeFor(requestWith({ spki: spkiOf(ed25519) }))).toBe('KEY_TYPE_NOT_ALLOWED');
  });

  it('A request with a point off the curve, or with custom curve parameters, is refused', async () => {
    const point = spkiOf(ec.publicKey).subarray(-65);
    const off = Buffer.from(point);
    off[64]! ^= 1;
    const hybrid = Buffer.from(point);
    hybrid[0] = 6 | (point[64]! & 1);
    for (const wrong of [off, hybrid, Buffer.from([0]), point.subarray(0, 64), Buffer.alloc(65, 4)]) {
      expect(await codeFor(requestWith({ spki: ecSpki(wrong) }))).toBe('MALFORMED_REQUEST');
    }
    expect(await codeFor(requestWith({ spki: ecSpki(point, '1.3.132.0.10') }))).toBe('KEY_TYPE_NOT_ALLOWED');
    const explicitCurve = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
    expect(await codeFor(requestWith({ key: explicitCurve.privateKey }))).toBe('KEY_TYPE_NOT_ALLOWED');
  });

  it('A request whose signature is of another kind than its key, or of none, is refused', async () => {
    const refused = 'PROOF_OF_POSSESSION_FAILED';
    expect(await codeFor(requestWith({ algorithm: sha256WithRsa }))).toBe(refused);
    expect(await codeFor(requestWith({ key: rsa.privateKey, algorithm: ecdsaWithSha256 }))).toBe(refused);
    expect(await codeFor(requestWith({ hash: 'sha384' }))).toBe(refused);
    const ecdsaWithSha1 = der.sequence(der.objectIdentifier('1.2.840.10045.4.1'));
    expect(await codeFor(requestWith({ hash: 'sha1', algorithm: ecdsaWithSha1 }))).toBe(refused);
    const sha1WithRsa = der.sequence(der.objectIdentifier('1.2.840.113549.1.1.5'), der.nullValue);
    const sha1 = { key: rsa.privateKey, hash: 'sha1', algorithm: sha1WithRsa };
    expect(await codeFor(requestWith(sha1))).toBe(refused);
    const withParameters = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'), der.sequence());
    expect(await codeFor(requestWith({ algorithm: withParameters }))).toBe('MALFORMED_REQUEST');
  });

  it('A request gives the same key whatever subject, attributes and extensions it has', async () => {
    const basicConstraints = der.sequence(
      der.objectIdentifier('2.5.29.19'),
      der.trueValue,
      der.octetString(der.sequence(der.trueValue)),
    );
    const extensionRequest = der.sequence(
      der.objectIdentifier('1.2.840.113549.1.9.14'),
      der.set(der.sequence(basicConstraints)),
    );
    const spki = spkiOf(ec.publicKey);
    const root = encodeName([{ type: 'cn', value: 'reseal-test Root CA' }]);
    const smuggling = requestWith({ info: [versionOne, root, spki, der.explicit(0, extensionRequest)] });
    expect(await checkCertificateRequest(smuggling)).toEqual(await checkCertificateRequest(requestWith()));
  });

  it('A request of another version, or with unknown parts, is refused', async () => {
    const spki = spkiOf(ec.publicKey);
    const wrong = [
      [der.unsignedInteger(Buffer.from([1])), subject, spki, noAttributes],
      [versionOne, subject, spki, noAttributes, noAttributes],
      [versionOne, subject, spki, der.explicit(1)],
      [versionOne, spki, noAttributes],
      [versionOne, subject, noAttributes],
      [],
    ];
    for (const info of wrong) expect(await codeFor(requestWith({ info }))).toBe('MALFORMED_REQUEST');
  });

  it('A request in any encoding but DER is refused', async () => {
    const request = requestWith();
    const content = request.subarray(request.length - new DerReader(request).element().content.length);
    const longLength = Buffer.alloc(4);
    longLength.writeUInt32BE(content.length);
    const spki = spkiOf(ec.publicKey);
    const spareZero = der.sequence(Buffer.from('0202000030003000', 'hex'));
    const longSubject = Buffer.concat([Buffer.from([0x30, 0x81, subject.length - 2]), subject.subarray(2)]);
    const wrong = [
      Buffer.concat([Buffer.from([0x30, 0x80]), content, Buffer.alloc(2)]),
      Buffer.concat([Buffer.from([0x30, 0x84]), longLength, content]),
      Buffer.concat([Buffer.from([0x30, 0x85, 0]), longLength, content]),
      Buffer.concat([request, Buffer.from([0])]),
      spareZero,
      requestWith({ info: [versionOne, longSubject, spki, noAttributes] }),
      requestWith({ info: [Buffer.from('02020000', 'hex'), subject, spki, noAttributes] }),
    ];
    for (const bytes of wrong) expect(await codeFor(bytes)).toBe('MALFORMED_REQUEST');
    const deep = Array.from({ length: 40 }).reduce<Buffer>((inner) => der.sequence(inner), der.sequence());
    expect(await codeFor(requestWith({ info: [versionOne, deep, spki, noAttributes] }))).toBe(
      'MALFORMED_REQUEST',
    );
  });

  it('A request of a megabyte is refused without parsing', async () => {
    const started = performance.now();
    for (const huge of ['A'.repeat(1 << 20), Buffer.alloc(1 << 20, 0x30)]) {
      expect(await codeFor(huge)).toBe('MALFORMED_REQUEST');
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('A request is accepted only if a general library accepts it with the same key', async () => {
    const requests = [requestWith(), requestWith({ key: rsa.privateKey })];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...requests),
        fc.nat(),
        fc.constantFrom(0, 1, 2, 4, 0x20, 0x80, 0xff),
        async (request, position, flip) => {
          const bytes = Buffer.from(request);
          bytes[position % bytes.length]! ^= flip;
          const result = await checkCertificateRequest(bytes);
          if (flip === 0) expect(result.ok).toBe(true);
          if (!result.ok) return;
          const read = new Pkcs10CertificateRequest(bytes);
          expect(await read.verify()).toBe(true);
          expect(Buffer.from(read.publicKey.rawData)).toEqual(result.spki);
        },
      ),
      { numRuns: 300 },
    );
  });
});
