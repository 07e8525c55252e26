import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PublicKey, X509Crl, X509CrlReason } from '@peculiar/x509';
import fc from 'fast-check';
import { signCrl, type CrlContents } from './crl.js';
import type { CrlEntry } from './crl-entries.js';
import { encodeName } from './distinguished-name.js';
import type { KeyStore, SignatureAlgorithm } from './key-store.js';
import { crlReasonCodes, type CrlReason } from './revocation-reason.js';
import { newSerialNumber } from './serial-number.js';

const algorithms: readonly SignatureAlgorithm[] = [
  'ecdsaWithSHA256',
  'ecdsaWithSHA384',
  'sha256WithRSAEncryption',
];

function keyStoreFor(algorithm: SignatureAlgorithm): KeyStore {
  const { privateKey, publicKey } =
    algorithm === 'sha256WithRSAEncryption'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: algorithm === 'ecdsaWithSHA256' ? 'P-256' : 'P-384' });
  const hash = algorithm === 'ecdsaWithSHA384' ? 'sha384' : 'sha256';
  return {
    sign: async (bytes) => sign(hash, bytes, privateKey),
    publicKey: () => publicKey,
    info: () => ({ kind: 'memory', location: 'spec', algorithm }),
  };
}

function authorityWith(keyStore: KeyStore) {
  const keyIdentifier = Buffer.alloc(20, 0xa1);
  return {
    keyStore,
    identity: {
      name: encodeName([
        { type: 'cn', value: 'reseal-test Issuing CA' },
        { type: 'o', value: 'reseal-test' },
        { type: 'c', value: 'kr' },
      ]),
      keyIdentifier,
      keyId: keyIdentifier.toString('hex'),
      notAfter: new Date('2036-11-05T14:59:59Z'),
      algorithm: keyStore.info().algorithm,
    },
  };
}
const authority = authorityWith(keyStoreFor('ecdsaWithSHA256'));

const contents = (entries: readonly CrlEntry[], more: Partial<CrlContents> = {}): CrlContents => ({
  number: 1n,
  thisUpdate: new Date('2026-11-05T03:04:05Z'),
  nextUpdate: new Date('2026-11-07T03:04:05Z'),
  distributionPoints: ['http://127.0.0.1:3002/crl/a1a1/7.crl'],
  entries,
  ...more,
});
const revokedAt = new Date('2026-11-04T01:02:03.456Z');
const openssl = (input: Buffer, ...args: string[]) =>
  execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
const asText = (crl: Buffer) => openssl(crl, 'crl', '-inform', 'DER', '-noout', '-text');

describe('certificate revocation list', () => {
  it.each(algorithms)('A CRL is signed by a key that signs with %s', async (algorithm) => {
    const keyStore = keyStoreFor(algorithm);
    const crl = new X509Crl(await signCrl(authorityWith(keyStore), contents([])));
    const spki = keyStore.publicKey().export({ format: 'der', type: 'spki' });
    expect(await crl.verify({ publicKey: new PublicKey(spki) })).toBe(true);
  });

  it('A CRL names its shard, issuer and number, also for openssl', async () => {
    const number = 2n ** 40n;
    const text = asText(await signCrl(authority, contents([], { number })));
    expect(text).toContain('Version 2 (0x1)');
    expect(text).toMatch(/Issuer: C = kr, O = reseal-test, CN = reseal-test Issuing CA/);
    expect(text).toMatch(/CRL Number: \n\s+1099511627776/);
    expect(text).toMatch(
      /Issuing Distribution Point: critical\s+Full Name:\s+URI:http:\/\/127\.0\.0\.1:3002\/crl\/a1a1\/7\.crl\s+Only User Certificates/,
    );
    expect(text).toMatch(/Authority Key Identifier: \n\s+(A1:?){20}/);
    expect(text).toContain('Last Update: Nov  5 03:04:05 2026 GMT');
    expect(text).toContain('Next Update: Nov  7 03:04:05 2026 GMT');
    expect(text).toContain('No Revoked Certificates');
  });

  it('A CRL names each address under which its certificates know it', async () => {
    const distributionPoints = ['http://old.test/crl/a1a1/7.crl', 'http://new.test/crl/a1a1/7.crl'];
    const text = asText(await signCrl(authority, contents([], { distributionPoints })));
    expect(text).toMatch(
      /Full Name:\s+URI:http:\/\/old\.test\/crl\/a1a1\/7\.crl\s+URI:http:\/\/new\.test\/crl\/a1a1\/7\.crl/,
    );
  });

  it('A CRL names each reason except unspecified, a hold, and the invalidity date', async () => {
    const reasons = Object.keys(crlReasonCodes) as CrlReason[];
    const entries = reasons.map((reason) => ({
      serial: newSerialNumber(),
      revokedAt,
      reason,
      invalidityDate: reason === 'keyCompromise' ? new Date('2026-10-01T00:00:00Z') : null,
    }));
    const der = await signCrl(authority, contents(entries));
    const parsed = new X509Crl(der);
    expect(
      parsed.entries.map((entry) => [entry.serialNumber, entry.revocationDate.toISOString(), entry.reason]),
    ).toEqual(
      entries.map(({ serial, reason }) => [
        serial,
        '2026-11-04T01:02:03.000Z',
        reason === 'unspecified' ? undefined : X509CrlReason[reason],
      ]),
    );
    const text = asText(der);
    expect(text).toContain('Certificate Hold');
    expect(text).toMatch(/Invalidity Date: \n\s+Oct  1 00:00:00 2026 GMT/);
    expect(text).not.toContain('Unspecified');
  });

  it('A CRL holds any entries as they were given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            serial: fc.stringMatching(/^[0-9a-f]{1,40}$/),
            revokedAt: fc.date({
              min: new Date('1990-01-01'),
              max: new Date('2090-01-01'),
              noInvalidDate: true,
            }),
            invalidityDate: fc.option(fc.constant(revokedAt)),
            reason: fc.constantFrom(...(Object.keys(crlReasonCodes) as CrlReason[])),
          }),
          { maxLength: 20 },
        ),
        async (entries) => {
          const parsed = new X509Crl(await signCrl(authority, contents(entries)));
          const numberOf = (serial: string) => BigInt(`0x${serial}`);
          expect(
            parsed.entries.map((entry) => [numberOf(entry.serialNumber), entry.revocationDate.getTime()]),
          ).toEqual(
            entries.map((entry) => [
              numberOf(entry.serial),
              Math.floor(entry.revokedAt.getTime() / 1000) * 1000,
            ]),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('A CRL with a hundred thousand entries is made', async () => {
    const entries = Array.from({ length: 100_000 }, () => ({
      serial: newSerialNumber(),
      revokedAt,
      reason: 'superseded' as const,
    }));
    const begun = performance.now();
    const der = await signCrl(authority, contents(entries));
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(openssl(der, 'crl', '-inform', 'DER', '-noout', '-crlnumber').trim()).toBe('crlNumber=0x01');
    expect(der.length).toBeGreaterThan(100_000 * 40);
  });

  it('A CRL refuses an invalid serial number', async () => {
    for (const serial of ['', 'xy', 'ab'.repeat(21)]) {
      const entry = { serial, revokedAt, reason: 'superseded' as const };
      await expect(signCrl(authority, contents([entry]))).rejects.toThrow(RangeError);
    }
  });

  it('A CRL with a wrong signature of the key store is not returned', async () => {
    const faulty = { ...authority.keyStore, sign: () => authority.keyStore.sign(Buffer.from('other')) };
    await expect(signCrl(authorityWith(faulty), contents([]))).rejects.toThrow('does not verify');
  });
});
