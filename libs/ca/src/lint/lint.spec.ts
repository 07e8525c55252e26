import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CertificateContents, IssuerIdentity } from '../certificate.js';
import { nameAttributeTypes } from '#libs/der';
import { bufferDer as der } from '../der.js';
import { encodeName, type DistinguishedName } from '../distinguished-name.js';
import { personalBankRsaProfile, type CertificateProfile } from '../profile.js';
import { newSerialNumber } from '../serial-number.js';
import { statusAddresses } from '../status-addresses.js';
import { buildCertificate } from '../template.js';
import { fields, partsOf, withExtension, withExtensions, withField } from '../testing/altered.js';
import { specContents, specIssuer, specProfile, spkiOf } from '../testing/certificates.js';
import { assertOnlySignatureDiffers, lintCertificate, lintRules } from './lint.js';

const issuer = specIssuer('ecdsaWithSHA256');
const { identity } = issuer;
const [spki, otherSpki] = [1, 2].map(() =>
  spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
) as [Buffer, Buffer];
const contents = specContents({ spki });
const tbs = buildCertificate(specProfile, identity, contents);
const now = new Date('2026-11-05T03:04:06Z');

interface Case {
  /** The to-be-signed part that was built. */
  readonly tbs?: Buffer;
  /** The intended contents. */
  readonly contents?: CertificateContents;
  readonly issuer?: IssuerIdentity;
  readonly profile?: CertificateProfile;
  readonly now?: Date;
}

const lint = (given: Case) =>
  lintCertificate(
    given.profile ?? specProfile,
    given.issuer ?? identity,
    given.contents ?? contents,
    given.tbs ?? tbs,
    given.now ?? now,
  ).map(({ id }) => id);

/** A certificate that matches its intent, but the intent is wrong. */
const meant = (given: Partial<CertificateContents>): Case => {
  const wrong = { ...contents, ...given };
  return { contents: wrong, tbs: buildCertificate(specProfile, identity, wrong) };
};
const subjectWith = (change: (name: DistinguishedName[number], index: number) => DistinguishedName[number]) =>
  contents.subject.map(change);
const tbsWithSubject = (subject: Buffer) => withField(tbs, 'subject', subject);
/** Encodes also names that the product's encoder refuses. */
const encodedAnyhow = (name: DistinguishedName, text = der.utf8String) =>
  der.sequence(
    ...name
      .toReversed()
      .map(({ type, value }) =>
        der.set(
          der.sequence(
            der.objectIdentifier(nameAttributeTypes[type]),
            type === 'c' ? der.printableString(value) : text(value),
          ),
        ),
      ),
  );
const longBank = '가'.repeat(65);
const bankOf = (bank: string) =>
  subjectWith((part, index) => (index === 1 ? { type: 'ou', value: bank } : part));
const hidden = subjectWith((part, index) =>
  index === 0 ? { type: 'cn', value: `\u200b${part.value}` } : part,
);
const end = contents.validity.notAfter;
const secondAfter = (moment: Date) => new Date(moment.getTime() + 1000);
const usage = (bits: Buffer, ...critical: Buffer[]) =>
  der.sequence(der.objectIdentifier('2.5.29.15'), ...critical, der.octetString(bits));
const policy = (oid: string, ...qualifiers: Buffer[]) =>
  der.sequence(der.objectIdentifier(oid), ...qualifiers);
const uri = (text: string) => der.implicit(6, Buffer.from(text));
const addresses = statusAddresses(specProfile.statusUrl, identity.keyId);
const access = (ocsp: string, issuers: string, ...more: Buffer[]) =>
  der.sequence(
    der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.48.1'), uri(ocsp)),
    der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.48.2'), uri(issuers)),
    ...more,
  );
const aia = '1.3.6.1.5.5.7.1.1';
const vid = (...parameters: Buffer[]) =>
  der.sequence(
    der.sequence(der.objectIdentifier('2.16.840.1.101.3.4.2.1'), ...parameters),
    der.explicit(0, der.octetString(contents.virtualId)),
  );
const otherName = (...vids: Buffer[]) =>
  der.explicit(
    0,
    der.objectIdentifier('1.2.410.200004.10.1.1'),
    der.explicit(
      0,
      der.sequence(
        der.utf8String(contents.realName),
        der.sequence(
          ...vids.map((one) => der.sequence(der.objectIdentifier('1.2.410.200004.10.1.1.1'), one)),
        ),
      ),
    ),
  );
const negative = `ff7f${'01'.repeat(14)}ef01`;
const p384 = { ...identity, algorithm: 'ecdsaWithSHA384' } as const;

/** For every rule, certificates that break only this rule. */
const cases: [rule: string, what: string, given: Case][] = [
  ['rfc5280.version-3', 'version 2', { tbs: withField(tbs, 'version', der.explicit(0, Buffer.of(2, 1, 1))) }],
  ['rfc5280.version-3', 'no version', { tbs: withField(tbs, 'version') }],
  [
    'rfc5280.serial-positive',
    'a negative serial number',
    {
      contents: { ...contents, serial: negative },
      tbs: withField(tbs, 'serial', Buffer.concat([Buffer.of(2, 18), Buffer.from(negative, 'hex')])),
    },
  ],
  ['npki.serial-unguessable', 'a short serial number', meant({ serial: '10ef01' })],
  [
    'reseal.serial-intended',
    'another serial number',
    { contents: { ...contents, serial: `${contents.serial.slice(0, 30)}beef01` } },
  ],
  [
    'rfc5280.algorithms-equal',
    'another algorithm inside than outside',
    { tbs: withField(tbs, 'algorithm', Buffer.from('300d06092a864886f70d01010b0500', 'hex')) },
  ],
  [
    'npki.signature-algorithm',
    'a signature with SHA-384',
    { issuer: p384, tbs: buildCertificate(specProfile, p384, contents) },
  ],
  [
    'rfc5280.issuer-name',
    'the name of another CA',
    { tbs: withField(tbs, 'issuer', encodeName([{ type: 'cn', value: 'reseal-test Issuing CA 2' }])) },
  ],
  [
    'rfc5280.time-form',
    'a four-digit year before 2050',
    {
      tbs: withField(
        tbs,
        'validity',
        der.sequence(der.time(contents.validity.notBefore), der.generalizedTime(end)),
      ),
    },
  ],
  [
    'rfc5280.validity-order',
    'an end before its beginning',
    {
      contents: { ...contents, validity: { notBefore: secondAfter(end), notAfter: end } },
      tbs: withField(tbs, 'validity', der.sequence(der.time(secondAfter(end)), der.time(end))),
      now: new Date('2028-01-01T00:00:00Z'),
    },
  ],
  ['npki.begun', 'a beginning in the future', { now: new Date('2026-11-05T03:04:04Z') }],
  ['rfc5280.within-issuer', 'an end after its CA', { issuer: { ...identity, notAfter: new Date(0) } }],
  [
    'npki.end-of-korean-day',
    'an end at midnight',
    meant({ validity: { ...contents.validity, notAfter: secondAfter(end) } }),
  ],
  [
    'reseal.validity-intended',
    'another beginning',
    { contents: { ...contents, validity: { notBefore: now, notAfter: end } } },
  ],
  [
    'npki.key-type',
    'a kind of key the profile has not',
    { profile: { ...specProfile, keyTypes: ['RSA-2048'] } },
  ],
  ['reseal.key-intended', 'another key', { contents: { ...contents, spki: otherSpki } }],
  [
    'rfc5280.no-unique-identifiers',
    'a unique identifier',
    { tbs: withField(tbs, 'spki', spki, der.implicit(1, Buffer.of(0, 1))) },
  ],
  [
    'npki.subject-pattern',
    'another kind of certificate in its name',
    meant({
      subject: subjectWith((part, index) => (index === 2 ? { type: 'ou', value: 'corporate4IB' } : part)),
    }),
  ],
  [
    'npki.subject-pattern',
    'a name without digits',
    meant({ subject: subjectWith((part, index) => (index === 0 ? { type: 'cn', value: '김견본' } : part)) }),
  ],
  [
    'rfc5280.subject-encoding',
    'a name in an encoding that has no Korean',
    {
      tbs: tbsWithSubject(
        encodedAnyhow(contents.subject, (value) =>
          value === 'RESEAL' ? der.printableString(value) : der.utf8String(value),
        ),
      ),
    },
  ],
  [
    'rfc5280.subject-length',
    'a bank of 65 characters',
    {
      profile: { ...specProfile, bank: { name: longBank, code: '999' } },
      contents: { ...contents, subject: bankOf(longBank) },
      tbs: tbsWithSubject(encodedAnyhow(bankOf(longBank))),
    },
  ],
  [
    'rfc4518.subject-characters',
    'an invisible character',
    { contents: { ...contents, subject: hidden }, tbs: tbsWithSubject(encodedAnyhow(hidden)) },
  ],
  [
    'npki.subject-organisation',
    'another organisation than the CA',
    meant({ subject: subjectWith((part) => (part.type === 'o' ? { type: 'o', value: 'another' } : part)) }),
  ],
  ['npki.subject-bank', 'another bank', meant({ subject: bankOf('OTHER') })],
  [
    'reseal.subject-intended',
    'another person',
    {
      contents: {
        ...contents,
        subject: subjectWith(({ type, value }, index) => ({
          type,
          value: index === 0 ? `이${value}` : value,
        })),
      },
    },
  ],
  [
    'rfc5280.extensions-once',
    'an extension twice',
    { tbs: withExtensions(tbs, (extensions) => [...extensions, extensions[0]!]) },
  ],
  [
    'npki.extensions',
    'an extension it should not have',
    {
      tbs: withExtensions(tbs, (extensions) => [
        ...extensions,
        der.sequence(der.objectIdentifier('2.5.29.19'), der.octetString(der.sequence())),
      ]),
    },
  ],
  [
    'npki.extensions',
    'an extension too few',
    { tbs: withExtensions(tbs, (extensions) => extensions.slice(1)) },
  ],
  [
    'rfc5280.criticality',
    'a key usage that need not be understood',
    {
      tbs: withExtensions(tbs, (extensions) => extensions.with(2, usage(der.namedBits([0, 1])))),
    },
  ],
  [
    'rfc5280.authority-key-identifier',
    'the key of another CA',
    { tbs: withExtension(tbs, '2.5.29.35', der.sequence(der.implicit(0, Buffer.alloc(20)))) },
  ],
  [
    'rfc5280.subject-key-identifier',
    'the name of another key',
    { tbs: withExtension(tbs, '2.5.29.14', der.octetString(Buffer.alloc(20))) },
  ],
  ['npki.key-usage', 'one use too few', { tbs: withExtension(tbs, '2.5.29.15', der.namedBits([0])) }],
  [
    'npki.key-usage',
    'named bits with zeros behind them',
    { tbs: withExtension(tbs, '2.5.29.15', Buffer.of(3, 2, 0, 0xc0)) },
  ],
  [
    'npki.policy-one',
    'two policies',
    { tbs: withExtension(tbs, '2.5.29.32', der.sequence(policy(specProfile.policy), policy('1.2.3'))) },
  ],
  ['npki.policy-of-profile', 'another policy', { profile: { ...specProfile, policy: '1.2.3' } }],
  [
    'npki.policy-of-profile',
    'a policy with qualifiers',
    {
      tbs: withExtension(tbs, '2.5.29.32', der.sequence(policy(specProfile.policy, der.sequence()))),
    },
  ],
  [
    'npki.identify-data',
    'a domain name beside the person',
    {
      tbs: withExtension(
        tbs,
        '2.5.29.17',
        der.sequence(otherName(vid()), der.implicit(2, Buffer.from('reseal.test'))),
      ),
    },
  ],
  [
    'npki.identify-data',
    'two VIDs',
    { tbs: withExtension(tbs, '2.5.29.17', der.sequence(otherName(vid(), vid()))) },
  ],
  ['npki.real-name', 'the name of another', { contents: { ...contents, realName: '이시험' } }],
  [
    'npki.vid-hash',
    'a hash with NULL',
    { tbs: withExtension(tbs, '2.5.29.17', der.sequence(otherName(vid(der.nullValue)))) },
  ],
  ['npki.vid', 'the VID of another', { contents: { ...contents, virtualId: Buffer.alloc(32) } }],
  [
    'npki.crl-of-shard',
    'the CRL of another shard',
    {
      tbs: withExtension(
        tbs,
        '2.5.29.31',
        der.sequence(der.sequence(der.explicit(0, der.explicit(0, uri(addresses.crl(2)))))),
      ),
    },
  ],
  [
    'npki.ocsp-address',
    'another responder',
    { tbs: withExtension(tbs, aia, access('http://elsewhere.test', addresses.issuerCertificate)) },
  ],
  [
    'npki.issuer-address',
    'the certificate of another CA',
    { tbs: withExtension(tbs, aia, access(addresses.ocsp, 'http://elsewhere.test')) },
  ],
  [
    'npki.access-methods',
    'an unknown access method',
    {
      tbs: withExtension(
        tbs,
        aia,
        access(
          addresses.ocsp,
          addresses.issuerCertificate,
          der.sequence(der.objectIdentifier('1.2.3'), uri('http://elsewhere.test')),
        ),
      ),
    },
  ],
  ['x690.der', 'bytes behind the last field', { tbs: der.sequence(...partsOf(tbs), der.nullValue) }],
  [
    'x690.der',
    'a default that is written out',
    {
      tbs: withExtensions(tbs, (extensions) =>
        extensions.with(
          3,
          der.sequence(partsOf(extensions[3]!)[0]!, Buffer.of(1, 1, 0), partsOf(extensions[3]!)[1]!),
        ),
      ),
    },
  ],
  [
    'x690.der',
    'a serial number with a needless zero',
    {
      tbs: withField(
        tbs,
        'serial',
        Buffer.concat([Buffer.of(2, 19, 0), Buffer.from(contents.serial, 'hex')]),
      ),
    },
  ],
  ['x690.der', 'a cut-off end', { tbs: tbs.subarray(0, -1) }],
];

describe('lint', () => {
  it('The linter accepts what the template makes', () => {
    for (const algorithm of ['ecdsaWithSHA256', 'sha256WithRSAEncryption'] as const) {
      const ca = specIssuer(algorithm).identity;
      const wanted = specContents({ spki, serial: newSerialNumber() });
      const made = buildCertificate(specProfile, ca, wanted);
      expect(lintCertificate(specProfile, ca, wanted, made, now)).toEqual([]);
    }
    const rsa = spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
    const wanted = specContents({ spki: rsa });
    const rsaProfile = personalBankRsaProfile(specProfile);
    expect(
      lintCertificate(rsaProfile, identity, wanted, buildCertificate(rsaProfile, identity, wanted), now),
    ).toEqual([]);
  });

  it.each(cases)('The linter names %s, and no other rule, for %s', (rule, _what, given) => {
    expect(lint(given)).toEqual([rule]);
  });

  it('Each lint rule has a certificate that breaks it, an id of its own and a source', () => {
    const ids = lintRules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(cases.map(([rule]) => rule))).toEqual(new Set([...ids, 'x690.der']));
    for (const { id, source } of lintRules) {
      expect(id).toMatch(/^(npki|rfc\d+|reseal)\.[a-z0-9-]+$/);
      expect(source).not.toBe('');
    }
  });

  it('The linter never throws, whatever byte of a certificate is changed', () => {
    for (let at = 0; at < tbs.length; at += 1) {
      const damaged = Buffer.from(tbs);
      damaged[at]! ^= 0x81;
      expect(lint({ tbs: damaged })).not.toEqual([]);
    }
  });
});

describe('the certificate that was linted', () => {
  it('The linted certificate is the signed one except for the signature', () => {
    assertOnlySignatureDiffers(tbs, 'ecdsaWithSHA256', issuer.certify(tbs));
    assertOnlySignatureDiffers(tbs, 'ecdsaWithSHA256', specIssuer('ecdsaWithSHA256').certify(tbs));
  });

  it('A certificate other than the linted one, or signed otherwise, is refused', () => {
    const other = withField(tbs, 'subject', partsOf(tbs)[fields.issuer]!);
    const wrong = [
      issuer.certify(other),
      specIssuer('sha256WithRSAEncryption').certify(tbs),
      Buffer.concat([issuer.certify(tbs), Buffer.of(0)]),
      tbs,
    ];
    for (const certificate of wrong) {
      expect(() => assertOnlySignatureDiffers(tbs, 'ecdsaWithSHA256', certificate)).toThrow();
    }
  });
});
