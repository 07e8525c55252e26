import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { assembleCertificate, keyIdentifier } from '../certificate.js';
import type { CertificateContents, IssuerIdentity } from '../certificate.js';
import { encodeName, personalName } from '../distinguished-name.js';
import type { SignatureAlgorithm } from '../key-store.js';
import { personalBankProfile } from '../profile.js';

/** Shared by specs about single certificates: CAs that consist of a key only, and a fictional person. */

export const specProfile = personalBankProfile({
  bank: { name: 'RESEAL', code: '999' },
  statusUrl: 'http://status.reseal.test',
});

interface SpecIssuer {
  readonly identity: IssuerIdentity;
  readonly publicKey: KeyObject;
  /** The whole certificate around a to-be-signed part. */
  certify(tbs: Buffer): Buffer;
}

export function specIssuer(algorithm: 'ecdsaWithSHA256' | 'sha256WithRSAEncryption'): SpecIssuer {
  const keys =
    algorithm === 'ecdsaWithSHA256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const identity = issuerIdentity(algorithm, spkiOf(keys.publicKey));
  return {
    identity,
    publicKey: keys.publicKey,
    certify: (tbs) => assembleCertificate(tbs, algorithm, sign('sha256', tbs, keys.privateKey)),
  };
}

export function issuerIdentity(algorithm: SignatureAlgorithm, spki: Buffer): IssuerIdentity {
  const keyId = keyIdentifier(spki);
  return {
    name: encodeName([
      { type: 'cn', value: 'reseal-test Issuing CA' },
      { type: 'o', value: 'reseal-test' },
      { type: 'c', value: 'kr' },
    ]),
    keyIdentifier: keyId,
    keyId: keyId.toString('hex'),
    notAfter: new Date('2036-11-05T14:59:59Z'),
    algorithm,
  };
}

export const spkiOf = (key: KeyObject) => key.export({ format: 'der', type: 'spki' });

/** The contents of a certificate of a fictional person, with the given values in place of the defaults. */
export function specContents(
  given: Partial<CertificateContents> & Pick<CertificateContents, 'spki'>,
): CertificateContents {
  const realName = given.realName ?? '김견본';
  return {
    serial: '100123456789abcdef0123456789abcdef01',
    subject: personalName({
      name: realName,
      latinName: '',
      digits: '099904120261105000000012',
      bank: 'RESEAL',
      organisation: 'reseal-test',
    }),
    validity: { notBefore: new Date('2026-11-05T03:04:05Z'), notAfter: new Date('2027-11-05T14:59:59Z') },
    realName,
    virtualId: Buffer.alloc(32, 0xa5),
    ...given,
  };
}

/** Characters of names, Korean and others, including those that some software cannot handle. */
export const nameCharacters = [...'김이박최정가힣뷁ㄱᄒ王𠮷😀ÅéŁ"\',+=#;<>\\/ ()-.·'];
