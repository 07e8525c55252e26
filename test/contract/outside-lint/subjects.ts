import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import {
  buildCertificate,
  createCertificateAuthority,
  crlReasonCodes,
  crlShardOf,
  issuingAuthority,
  newSerialNumber,
  openIssuingAuthority,
  personalBankProfile,
  personalBankRsaProfile,
  personalName,
  renewResponder,
  signCertificate,
  signCrl,
  statusAddresses,
  validity,
  type CertificateProfile,
  type CrlReason,
  type IssuingAuthority,
  type KeyStore,
  type RootLocation,
} from '#libs/ca';
import { issuingCertificate } from '../../../libs/ca/src/authority-certificate.js';
import { bufferDer as der } from '../../../libs/ca/src/der.js';
import { issuerHashes, openOcspResponder } from '../../../libs/ca/src/ocsp/responder.js';
import { ocspError, signOcspResponse, type OcspStatus } from '../../../libs/ca/src/ocsp/response.js';
import { openRoot } from '../../../libs/ca/src/open-root.js';
import { issueRootCrl } from '../../../libs/ca/src/root-crl.js';

/** An object that the CA makes, to be checked by linters that share no code with it. */
export interface Subject {
  /** Describes the subject, from the general to the particular: `person/personal-bank/EC-P256`. */
  readonly name: string;
  readonly kind: 'certificate' | 'crl' | 'ocsp';
  readonly der: Buffer;
  /** The name of the issuing certificate; absent for the root. */
  readonly certifiedBy?: string;
}

const organisation = 'reseal-test';
const passphrase = 'only for this spec';
const settings = { bank: { name: 'RESEAL', code: '999' }, statusUrl: 'http://status.reseal.test' };
const day = 86_400_000;

/**
 * Makes one object of each kind that the CA makes: the root and its CRLs, issuing CAs with an EC and with an RSA key,
 * their OCSP responders, people's certificates of each profile and type of key, and CRLs and OCSP responses with each
 * content.
 *
 * @param directory an empty directory for the CA's files
 */
export async function makeSubjects(directory: string, now: Date): Promise<Subject[]> {
  const root = { directory: join(directory, 'root'), passphrase };
  await createCertificateAuthority({
    statusUrl: settings.statusUrl,
    directory: join(directory, 'ca'),
    organisation,
    passphrase,
    root,
    now,
  });
  const ofEc = openIssuingAuthority(join(directory, 'ca'), passphrase);
  const rsaStore = rsaKeyStore();
  const rsa = { publicKey: rsaStore.publicKey(), generation: 2, now, statusUrl: settings.statusUrl };
  const ofRsa = issuingAuthority(rsaStore, [await issuingCertificate(openRoot(root), rsa), ofEc.chain[1]]);
  return [
    { name: 'root', kind: 'certificate', der: ofEc.chain[1] },
    ...(await rootCrls({ directory: join(directory, 'ca'), root, now })),
    ...(await subjectsOf('by-ec', ofEc, directory, now)),
    ...(await subjectsOf('by-rsa', ofRsa, directory, now)),
  ];
}

/** CRLs of the root: one without entries, and one for each reason for the revocation of an issuing CA. */
async function rootCrls({ now, ...place }: { directory: string; root: RootLocation; now: Date }) {
  const reasons: CrlReason[] = ['keyCompromise', 'cACompromise', 'superseded', 'cessationOfOperation'];
  const more = reasons.map((reason) => ({ serial: newSerialNumber(), revokedAt: now, reason }));
  const empty = await issueRootCrl({ ...place, thisUpdate: now });
  const full = await issueRootCrl({ ...place, thisUpdate: now, more });
  return Object.entries({ empty, full }).map(([name, crl]): Subject => ({
    name: `crl/root-${name}`,
    kind: 'crl',
    der: crl.der,
  }));
}

async function subjectsOf(
  by: string,
  authority: IssuingAuthority,
  directory: string,
  now: Date,
): Promise<Subject[]> {
  const issuing = `issuing/${by}`;
  const place = { directory: join(directory, by), passphrase };
  await renewResponder(place, authority, now);
  const responder = openOcspResponder(
    place.directory,
    authority.identity.keyId,
    authority.chain[0],
    passphrase,
  );

  const people = await Promise.all(
    peoplesCertificates().map(async ({ name, ...wanted }): Promise<Subject> => ({
      name: `person/${name}/${by}`,
      kind: 'certificate',
      der: await certify(authority, wanted, now),
      certifiedBy: issuing,
    })),
  );
  const lists = await Promise.all(
    Object.entries(crls(now)).map(async ([name, entries]): Promise<Subject> => ({
      name: `crl/${name}/${by}`,
      kind: 'crl',
      der: await signCrl(authority, {
        number: 2n ** 63n,
        thisUpdate: now,
        nextUpdate: new Date(now.getTime() + 2 * day),
        distributionPoints: [statusAddresses(settings.statusUrl, authority.identity.keyId).crl(3)],
        entries,
      }),
    })),
  );
  const { name, key } = issuerHashes(authority.chain[0]).sha1;
  const sha1 = der.sequence(der.objectIdentifier('1.3.14.3.2.26'), der.nullValue);
  const serial = der.unsignedInteger(Buffer.from(newSerialNumber(), 'hex'));
  const certId = der.sequence(sha1, der.octetString(name), der.octetString(key), serial);
  const responses = await Promise.all(
    Object.entries(statuses(now)).map(async ([what, status]): Promise<Subject> => ({
      name: `ocsp/${what}/${by}`,
      kind: 'ocsp',
      der: await signOcspResponse(responder, {
        answers: [{ certId, status }],
        thisUpdate: now,
        nextUpdate: new Date(now.getTime() + day / 24),
        ...(what === 'good' && { nonce: Buffer.alloc(32, 7) }),
      }),
    })),
  );
  return [
    { name: issuing, kind: 'certificate', der: authority.chain[0], certifiedBy: 'root' },
    { name: `responder/${by}`, kind: 'certificate', der: responder.certificate, certifiedBy: issuing },
    ...people,
    ...lists,
    ...responses,
    { name: `ocsp/error/${by}`, kind: 'ocsp', der: ocspError('unauthorized') },
  ];
}

interface Wanted {
  readonly profile: CertificateProfile;
  readonly key: KeyObject;
  readonly realName: string;
}

function peoplesCertificates(): (Wanted & { readonly name: string })[] {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  const both = personalBankProfile(settings);
  const rsaOnly = personalBankRsaProfile(settings);
  return [
    { name: 'personal-bank/EC-P256', profile: both, key: ec, realName: '김견본' },
    { name: 'personal-bank/RSA-2048', profile: both, key: rsa, realName: '김견본' },
    { name: 'personal-bank-rsa/RSA-2048', profile: rsaOnly, key: rsa, realName: '김견본' },
    { name: 'personal-bank/long-name', profile: both, key: ec, realName: '견본'.repeat(30) },
    { name: 'personal-bank/short-name', profile: both, key: ec, realName: '뷁' },
    {
      name: 'personal-bank/awkward-name',
      profile: both,
      key: ec,
      realName: 'Ångström, "O\'Neil" + 견본=1\\2',
    },
  ];
}

function certify(
  authority: IssuingAuthority,
  { profile, key, realName }: Wanted,
  now: Date,
): Promise<Buffer> {
  const { bank } = profile;
  const serial = newSerialNumber();
  const tbs = buildCertificate(profile, authority.identity, {
    serial,
    subject: personalName({
      name: realName,
      latinName: '',
      digits: '099904120261105000000012',
      bank: bank.name,
      organisation: authority.organisation,
    }),
    validity: validity('NEW', undefined, now, profile.validityYears),
    spki: key.export({ format: 'der', type: 'spki' }),
    realName,
    virtualId: Buffer.alloc(32, crlShardOf(serial, 16)),
  });
  return signCertificate(authority, tbs);
}

function crls(now: Date) {
  const entry = (reason: CrlReason, more = {}) => ({
    serial: newSerialNumber(),
    revokedAt: new Date(now.getTime() - 2 * day),
    reason,
    ...more,
  });
  return {
    empty: [],
    full: [
      ...(Object.keys(crlReasonCodes) as CrlReason[]).map((reason) => entry(reason)),
      entry('keyCompromise', { invalidityDate: new Date(now.getTime() - 9 * day) }),
      entry('unspecified', { invalidityDate: new Date(now.getTime() - 9 * day) }),
    ],
  };
}

function statuses(now: Date): Record<string, OcspStatus> {
  const revokedAt = new Date(now.getTime() - 2 * day);
  return {
    good: { status: 'good' },
    revoked: { status: 'revoked', revokedAt, reason: 'superseded' },
    'revoked-without-reason': { status: 'revoked', revokedAt, reason: 'unspecified' },
    'on-hold': { status: 'revoked', revokedAt, reason: 'certificateHold' },
    unknown: { status: 'unknown' },
  };
}

/** An RSA key, which only a token may hold: the CA's own key files hold EC keys. */
function rsaKeyStore(): KeyStore {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const publicKey = createPublicKey(privateKey);
  return {
    sign: async (bytes) => sign('sha256', bytes, privateKey),
    publicKey: () => publicKey,
    info: () => ({ kind: 'memory', location: 'this spec', algorithm: 'sha256WithRSAEncryption' }),
  };
}
