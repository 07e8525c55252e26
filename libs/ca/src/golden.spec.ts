import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { bufferDer as der } from './der.js';
import { personalName } from './distinguished-name.js';
import { lintCertificate } from './lint/lint.js';
import { personalBankProfile, personalBankRsaProfile } from './profile.js';
import { buildCertificate } from './template.js';
import { dump } from './testing/dump.js';
import { issuerIdentity } from './testing/certificates.js';

/**
 * The whole content of a certificate of each profile as text, so that a review shows every change. After an intended
 * change, run `RESEAL_WRITE_GOLDEN=1 npm run test:unit -- --testPathPatterns libs/ca/src/golden`.
 */
const folder = join(projectRoot(), 'libs/ca/src/testing/golden');

/** Public keys whose private keys are not in use: the example of RFC 6979 section A.2.5, and hash values. */
const ecPoint = Buffer.from(
  '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
    '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  'hex',
);
const ec = der.sequence(
  der.sequence(der.objectIdentifier('1.2.840.10045.2.1'), der.objectIdentifier('1.2.840.10045.3.1.7')),
  der.bitString(ecPoint),
);
const modulus = Buffer.concat(
  Array.from({ length: 8 }, (_, part) => createHash('sha256').update(`reseal golden ${part}`).digest()),
);
modulus[0]! |= 0x80;
modulus[255]! |= 1;
const rsa = der.sequence(
  der.sequence(der.objectIdentifier('1.2.840.113549.1.1.1'), der.nullValue),
  der.bitString(der.sequence(der.unsignedInteger(modulus), der.unsignedInteger(Buffer.of(1, 0, 1)))),
);

const settings = { bank: { name: 'RESEAL', code: '999' }, statusUrl: 'http://status.reseal.test' };
const [bank, bankRsa] = [personalBankProfile(settings), personalBankRsaProfile(settings)];
const contents = (spki: Buffer) => ({
  serial: '100123456789abcdef0123456789abcdef01',
  subject: personalName({
    name: '김견본',
    latinName: '',
    digits: '099904120261105000000012',
    bank: 'RESEAL',
    organisation: 'reseal-test',
  }),
  validity: { notBefore: new Date('2026-11-05T03:04:05Z'), notAfter: new Date('2027-11-05T14:59:59Z') },
  spki,
  realName: '김견본',
  // Begins with zero bytes, which must be kept.
  virtualId: Buffer.concat([Buffer.alloc(2), Buffer.alloc(30, 0xa5)]),
});

describe('certificate dumps', () => {
  it.each([
    ['personal-bank, EC key, CA with ECDSA', bank, ec, 'ecdsaWithSHA256'],
    ['personal-bank, EC key, CA with RSA', bank, ec, 'sha256WithRSAEncryption'],
    ['personal-bank, RSA key, CA with ECDSA', bank, rsa, 'ecdsaWithSHA256'],
    ['personal-bank, RSA key, CA with RSA', bank, rsa, 'sha256WithRSAEncryption'],
    ['personal-bank-rsa, RSA key, CA with RSA', bankRsa, rsa, 'sha256WithRSAEncryption'],
  ] as const)('The certificate dump equals the one on file: %s', (name, profile, spki, algorithm) => {
    const issuer = issuerIdentity(algorithm, ec);
    const wanted = contents(spki);
    const tbs = buildCertificate(profile, issuer, wanted);
    expect(lintCertificate(profile, issuer, wanted, tbs, wanted.validity.notBefore)).toEqual([]);
    const file = join(folder, `${name.replaceAll(/,? /g, '-')}.txt`);
    if (process.env['RESEAL_WRITE_GOLDEN'] === '1') {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, dump(tbs));
    }
    expect(dump(tbs)).toBe(readFileSync(file, 'utf8'));
  });
});
