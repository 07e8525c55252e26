import { generateKeyPairSync, X509Certificate as NodeCertificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeIdentifyData, readIdentifyData } from '#libs/npki';
import type { CertificateContents } from './certificate.js';
import { encodeName, personalName } from './distinguished-name.js';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from './peculiar.js';
import type { CertificateProfile } from './profile.js';
import { crlShardOf } from './serial-number.js';
import { buildCertificate } from './template.js';
import { nameCharacters, specContents, specIssuer, specProfile, spkiOf } from './testing/certificates.js';

const issuers = [specIssuer('ecdsaWithSHA256'), specIssuer('sha256WithRSAEncryption')] as const;
const ecKey = () => spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const rsaKey = spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
const keys = [...Array.from({ length: 20 }, ecKey), rsaKey];
const spki = keys[0]!;

const seconds = (from: string, to: string) =>
  fc
    .integer({ min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 })
    .map((moment) => new Date(moment * 1000));
const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(Buffer.from);

const personNames = fc
  .string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(...nameCharacters) })
  .map((name) => name.normalize('NFC'));

const anyContents: fc.Arbitrary<CertificateContents> = fc
  .record({
    serial: hex(17).map((random) => `10${random.toString('hex')}`),
    name: personNames,
    digits: fc.stringMatching(/^0\d{21}(\d\d)?$/),
    notBefore: seconds('1950-01-01T00:00:00Z', '2035-12-31T00:00:00Z'),
    notAfter: seconds('2036-01-01T00:00:00Z', '2036-11-05T14:59:59Z'),
    spki: fc.constantFrom(...keys),
    virtualId: hex(32),
  })
  .map(({ serial, name, digits, notBefore, notAfter, spki, virtualId }) => ({
    serial,
    subject: personalName({ name, latinName: '', digits, bank: 'RESEAL', organisation: 'reseal-test' }),
    validity: { notBefore, notAfter },
    spki,
    realName: name,
    virtualId,
  }));
const anyProfile: fc.Arbitrary<CertificateProfile> = fc
  .record({
    policy: fc.constantFrom('1.2.410.200005.1.1.4', '1.2.410.200005.1.1.1', '2.25.1', '2.999.1'),
    crlShards: fc.integer({ min: 1, max: 64 }),
    keyUsage: fc.constantFrom<CertificateProfile['keyUsage'][]>(
      ['digitalSignature', 'nonRepudiation'],
      ['digitalSignature'],
      ['nonRepudiation'],
    ),
  })
  .map((given) => ({ ...specProfile, ...given }));

describe('certificate template', () => {
  it('The certificate template makes what an independent parser reads back, for any input', () => {
    fc.assert(
      fc.property(anyProfile, fc.constantFrom(...issuers), anyContents, (profile, issuer, contents) => {
        const { identity } = issuer;
        const whole = issuer.certify(buildCertificate(profile, identity, contents));
        const read = new X509Certificate(whole);
        expect(read.serialNumber).toBe(contents.serial);
        expect(Buffer.from(read.issuerName.toArrayBuffer())).toEqual(identity.name);
        expect(read.notBefore).toEqual(contents.validity.notBefore);
        expect(read.notAfter).toEqual(contents.validity.notAfter);
        expect(read.subjectName.toJSON()).toEqual(
          contents.subject.toReversed().map(({ type, value }) => ({ [type.toUpperCase()]: [value] })),
        );
        expect(Buffer.from(read.publicKey.rawData)).toEqual(contents.spki);
        expect(read.extensions.map(({ type, critical }) => [type, critical])).toEqual([
          ['2.5.29.35', false],
          ['2.5.29.14', false],
          ['2.5.29.15', true],
          ['2.5.29.32', false],
          ['2.5.29.17', false],
          ['2.5.29.31', false],
          ['1.3.6.1.5.5.7.1.1', false],
        ]);
        expect(read.getExtension(AuthorityKeyIdentifierExtension)?.keyId).toBe(identity.keyId);
        const flags = profile.keyUsage.map((name) => KeyUsageFlags[name]);
        expect(read.getExtension(KeyUsagesExtension)?.usages).toBe(flags.reduce((all, flag) => all | flag));
        expect(read.getExtension(CertificatePolicyExtension)?.policies).toEqual([profile.policy]);
        const status = 'http://status.reseal.test';
        const shard = crlShardOf(contents.serial, profile.crlShards);
        const points = read.getExtension(CRLDistributionPointsExtension)?.distributionPoints;
        expect(
          points?.map((point) => point.distributionPoint?.fullName?.[0]?.uniformResourceIdentifier),
        ).toEqual([`${status}/crl/${identity.keyId}/${shard}.crl`]);
        const access = read.getExtension(AuthorityInfoAccessExtension);
        expect(access?.ocsp.map(({ value }) => value)).toEqual([`${status}/ocsp`]);
        expect(access?.caIssuers.map(({ value }) => value)).toEqual([`${status}/ca/${identity.keyId}.crt`]);
        const { realName, virtualId } = readIdentifyData(whole)!;
        expect([realName, Buffer.from(virtualId)]).toEqual([contents.realName, contents.virtualId]);
        expect(whole.includes(Buffer.from(encodeIdentifyData(contents)))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each(issuers)(
    'The certificate template signs and names everything for $identity.algorithm: signature and key identifiers fit',
    async (issuer) => {
      for (const key of [spki, rsaKey]) {
        const tbs = buildCertificate(specProfile, issuer.identity, specContents({ spki: key }));
        const whole = issuer.certify(tbs);
        expect(new NodeCertificate(whole).verify(issuer.publicKey)).toBe(true);
        const read = new X509Certificate(whole);
        const keyId = Buffer.from(await read.publicKey.getKeyIdentifier()).toString('hex');
        expect(read.getExtension(SubjectKeyIdentifierExtension)?.keyId).toBe(keyId);
      }
    },
  );

  it('The certificate template keeps leading zero bytes of a VID', () => {
    const virtualId = Buffer.concat([Buffer.alloc(5), Buffer.alloc(27, 1)]);
    const [issuer] = issuers;
    const whole = issuer.certify(
      buildCertificate(specProfile, issuer.identity, specContents({ spki, virtualId })),
    );
    expect(Buffer.from(readIdentifyData(whole)!.virtualId)).toEqual(virtualId);
  });

  it('The certificate template normalises a name of decomposed jamo', () => {
    const [issuer] = issuers;
    const contents = specContents({ spki, realName: '김견본'.normalize('NFD') });
    const whole = issuer.certify(buildCertificate(specProfile, issuer.identity, contents));
    expect(readIdentifyData(whole)!.realName).toBe('김견본');
    expect(new X509Certificate(whole).subjectName.getField('CN')[0]).toMatch(/^김견본\(/);
  });

  it('The certificate template uses four-digit years from 2050', () => {
    const [{ identity, certify }] = issuers;
    const notAfter = new Date('2050-01-01T14:59:59Z');
    const validity = { notBefore: new Date('2049-12-31T23:59:59Z'), notAfter };
    const whole = certify(
      buildCertificate(specProfile, { ...identity, notAfter }, specContents({ spki, validity })),
    );
    expect(whole.includes('\x17\x0d491231235959Z\x18\x0f20500101145959Z')).toBe(true);
  });

  const dates = (notBefore: string, notAfter: string) => ({
    validity: { notBefore: new Date(notBefore), notAfter: new Date(notAfter) },
  });
  it.each<[string, Partial<CertificateContents>, string]>([
    ['that would outlive its CA', dates('2026-11-05T00:00:00Z', '2036-11-05T15:00:00Z'), 'outlive its CA'],
    ['that ends as it begins', dates('2026-11-05T00:00:00Z', '2026-11-05T00:00:00Z'), 'never be valid'],
    ['without a beginning', dates('never', '2026-11-05T00:00:00Z'), 'never be valid'],
    ['without an end', dates('2026-11-05T00:00:00Z', 'never'), 'never be valid'],
    ['with a negative serial number', { serial: 'ff'.repeat(18) }, 'serial number is not valid'],
    ['with serial number zero', { serial: '00' }, 'serial number is not valid'],
    ['with a serial number of 21 bytes', { serial: '10'.repeat(21) }, 'serial number is not valid'],
    ['with half a byte in its serial number', { serial: '123' }, 'serial number is not valid'],
    ['with a short VID', { virtualId: Buffer.alloc(31) }, '32 bytes'],
    ['without a name', { realName: '' }, 'empty'],
    ['with NUL in the name', { realName: '김\0견본' }, 'not allowed in names'],
  ])('refuses a certificate %s', (_what, given, message) => {
    const build = () => buildCertificate(specProfile, issuers[0].identity, specContents({ spki, ...given }));
    expect(build).toThrow(RangeError);
    expect(build).toThrow(message);
  });

  it('Each CA and each profile has a template of its own', () => {
    const [a, b] = [issuers[0].identity, issuers[1].identity];
    const contents = specContents({ spki });
    const other = { ...specProfile, policy: '1.2.3' };
    const built = [
      buildCertificate(specProfile, a, contents),
      buildCertificate(specProfile, b, contents),
      buildCertificate(other, a, contents),
    ].map((tbs) => tbs.toString('hex'));
    expect(new Set(built).size).toBe(3);
    expect(built[0]).toBe(buildCertificate(specProfile, a, contents).toString('hex'));
    expect(built[1]).toContain(encodeName(contents.subject).toString('hex'));
  });
});
