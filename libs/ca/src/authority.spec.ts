import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pemOf } from '#libs/der';
import { authorityFiles, rootFiles } from './authority-files.js';
import { createCertificateAuthority } from './create-authority.js';
import { personalName } from './distinguished-name.js';
import { openAuthorities } from './authorities.js';
import { issuingAuthority, openIssuingAuthority, signCertificate } from './issuing-authority.js';
import { KeyStoreError } from './key-store.js';
import { parsePemBundle, pemBundle } from './pem.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from './peculiar.js';
import { organisationSchema, personalBankProfile, profileDigest } from './profile.js';
import { renewDueResponders } from './responders.js';
import { crlShardOf, newSerialNumber } from './serial-number.js';
import { buildCertificate } from './template.js';
import { validity } from './validity.js';

const now = new Date('2026-11-05T03:04:05.678Z');
const passphrase = 'only for these specs';
const work = mkdtempSync(join(tmpdir(), 'reseal-ca-'));
const directory = join(work, 'ca');
const files = authorityFiles(directory);
const root = rootFiles(`${directory}-root`);
const profile = personalBankProfile({
  bank: { name: 'RESEAL', code: '999' },
  statusUrl: 'http://status.reseal.test',
});

const create = (at = directory) =>
  createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    directory: at,
    organisation: 'reseal-test',
    passphrase,
    now,
  });
const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });

beforeAll(async () => {
  expect(await create()).toBe('created');
});
afterAll(() => rmSync(work, { recursive: true }));

describe('certificate authority', () => {
  it('A new CA has a root for twenty years and an issuing CA for ten that signs end entities only', () => {
    const [issuing, root] = parsePemBundle(readFileSync(files.chain, 'utf8')).map(
      (der) => new X509Certificate(der),
    );
    expect(root!.subject).toBe('C=kr, O=reseal-test, CN=reseal-test Root CA');
    expect(root!.notAfter.toISOString()).toBe('2046-11-05T14:59:59.000Z');
    expect(issuing!.issuer).toBe(root!.subject);
    expect(issuing!.notAfter.toISOString()).toBe('2036-11-05T14:59:59.000Z');
    expect(issuing!.getExtension(BasicConstraintsExtension)).toMatchObject({
      ca: true,
      pathLength: 0,
      critical: true,
    });
    expect(issuing!.getExtension(KeyUsagesExtension)?.usages).toBe(
      KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
    );
  });

  it('A new CA keeps its keys encrypted and readable by their owner only', () => {
    for (const path of [root.key, files.issuingKey(1)]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    }
  });

  it('An existing CA is kept', async () => {
    const before = readFileSync(files.chain, 'utf8');
    expect(await create()).toBe('kept');
    expect(readFileSync(files.chain, 'utf8')).toBe(before);
  });

  it('The signer’s directory holds certificate and CRL of the root, and not its key', () => {
    expect(readdirSync(directory).sort()).toEqual([
      'chain.pem',
      'issuing-1.crt',
      'issuing-1.key',
      'root.crl',
      'root.crt',
    ]);
    expect(readFileSync(root.certificate)).toEqual(readFileSync(files.rootCertificate));
  });

  it('A new CA may use an empty directory, and no other', async () => {
    const empty = join(work, 'empty');
    mkdirSync(empty);
    expect(await create(empty)).toBe('created');
    rmSync(authorityFiles(empty).issuingCertificate(1));
    await expect(create(empty)).rejects.toThrow(/is not empty, but issuing-1\.crt is missing/);
    expect(existsSync(authorityFiles(empty).issuingKey(1))).toBe(true);
  });

  it('A CA is created once by concurrent calls', async () => {
    const at = join(work, 'asked-for-thrice');
    const results = await Promise.allSettled([create(at), create(at), create(at)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(KeyStoreError);
    expect(() => openIssuingAuthority(at, passphrase)).not.toThrow();
    expect(existsSync(`${at}.lock`)).toBe(false);
  });

  it('A CA is not created without its root, and the error says so', async () => {
    const at = join(work, 'rootless');
    mkdirSync(`${at}-root`);
    copyFileSync(root.certificate, rootFiles(`${at}-root`).certificate);
    await expect(create(at)).rejects.toThrow(/rootless-root is not empty, but root\.key is missing/);
    await expect(create(at)).rejects.toThrow(KeyStoreError);
  });

  it('A CA accepts an organisation name that leaves room for the names of all its CAs', async () => {
    const longest = '기'.repeat(40);
    const place = { directory: join(work, 'long', 'ca'), passphrase };
    await createCertificateAuthority({
      statusUrl: 'http://status.reseal.test',
      ...place,
      organisation: organisationSchema.parse(longest),
      now,
    });
    const { all } = await openAuthorities({ ...place, clock: () => now });
    const ocsp = { directory: join(work, 'long', 'ocsp'), passphrase };
    expect(await renewDueResponders(ocsp, all, now)).toHaveLength(1);
    for (const refused of [`${longest}기`, '', 'left\u202eright', 'two\nlines'])
      expect(organisationSchema.safeParse(refused).success).toBe(false);
  });

  it('A CA does not open with a key that others can read, nor with a wrong passphrase', () => {
    const key = files.issuingKey(1);
    chmodSync(key, 0o640);
    expect(() => openIssuingAuthority(directory, passphrase)).toThrow(
      /can be opened by other users: chmod 600/,
    );
    chmodSync(key, 0o600);
    expect(() => openIssuingAuthority(directory, 'wrong')).toThrow(KeyStoreError);
  });

  it('A CA does not open with the key of another CA', async () => {
    const other = join(work, 'other');
    await create(other);
    const { keyStore } = openIssuingAuthority(other, passphrase);
    const { chain } = openIssuingAuthority(directory, passphrase);
    expect(() => issuingAuthority(keyStore, chain)).toThrow(
      /does not match the certificate of the issuing CA/,
    );
  });
});

describe('certificate', () => {
  const spkiOf = (type: 'ec' | 'rsa') => {
    const pair =
      type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
    return pair.publicKey.export({ format: 'der', type: 'spki' });
  };
  const contents = (type: 'ec' | 'rsa' = 'ec') => ({
    serial: newSerialNumber(),
    subject: personalName({
      name: '가나다',
      latinName: '',
      digits: '099904120261105000000012',
      bank: profile.bank.name,
      organisation: 'reseal-test',
    }),
    validity: validity('NEW', undefined, now, 1),
    spki: spkiOf(type),
    realName: '가나다',
    virtualId: Buffer.alloc(32, 7),
  });

  it.each(['ec', 'rsa'] as const)('A certificate for an %s key follows its profile', async (type) => {
    const authority = openIssuingAuthority(directory, passphrase);
    const wanted = contents(type);
    const der = await signCertificate(authority, buildCertificate(profile, authority.identity, wanted));
    const certificate = new X509Certificate(der);
    const issuing = new X509Certificate(authority.chain[0]);

    expect(await certificate.verify({ publicKey: issuing, signatureOnly: true })).toBe(true);
    expect(certificate.serialNumber).toBe(wanted.serial);
    expect(Buffer.from(certificate.issuerName.toArrayBuffer())).toEqual(authority.identity.name);
    expect(certificate.notBefore.toISOString()).toBe('2026-11-05T03:04:05.000Z');
    expect(certificate.notAfter.toISOString()).toBe('2027-11-05T14:59:59.000Z');
    expect(Buffer.from(certificate.publicKey.rawData)).toEqual(wanted.spki);
    const usage = certificate.getExtension(KeyUsagesExtension);
    expect(usage).toMatchObject({
      usages: KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation,
      critical: true,
    });
    expect(certificate.getExtension(CertificatePolicyExtension)?.policies).toEqual(['1.2.410.200005.1.1.4']);
    expect(certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId).toBe(
      issuing.getExtension(SubjectKeyIdentifierExtension)?.keyId,
    );
    const expectedKeyId = Buffer.from(await certificate.publicKey.getKeyIdentifier()).toString('hex');
    expect(certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId).toBe(expectedKeyId);
  });

  it.each(['ec', 'rsa'] as const)('A certificate for an %s key satisfies openssl', async (type) => {
    const authority = openIssuingAuthority(directory, passphrase);
    const leaf = join(work, `${type}.pem`);
    writeFileSync(
      leaf,
      pemOf(await signCertificate(authority, buildCertificate(profile, authority.identity, contents(type)))),
    );
    const at = String(now.getTime() / 1000 + 60).split('.')[0]!;
    const verdict = openssl(
      ...['verify', '-x509_strict', '-policy_check', '-attime', at],
      ...['-CAfile', files.rootCertificate, '-untrusted', files.issuingCertificate(1), leaf],
    );
    expect(verdict.trim()).toBe(`${leaf}: OK`);
    const subject = openssl('x509', '-in', leaf, '-noout', '-subject', '-nameopt', 'RFC2253,-esc_msb,utf8');
    expect(subject.trim()).toBe(
      'subject=CN=가나다()099904120261105000000012,OU=RESEAL,OU=personal4IB,O=reseal-test,C=kr',
    );
  });

  it('A certificate never outlives its CA', () => {
    const { identity } = openIssuingAuthority(directory, passphrase);
    const tooLong = {
      ...contents(),
      validity: { notBefore: now, notAfter: new Date('2036-11-05T15:00:00Z') },
    };
    expect(() => buildCertificate(profile, identity, tooLong)).toThrow('outlive its CA');
  });

  it('A certificate with a wrong signature of the key store is not returned', async () => {
    const { keyStore, chain } = openIssuingAuthority(directory, passphrase);
    const faulty = issuingAuthority(
      { ...keyStore, sign: () => keyStore.sign(Buffer.from('something else')) },
      chain,
    );
    await expect(signCertificate(faulty, Buffer.from('tbs'))).rejects.toThrow('does not verify');
  });

  it('A serial number has 136 random bits, is positive, and has a fixed length', () => {
    const serials = Array.from({ length: 100 }, newSerialNumber);
    expect(new Set(serials).size).toBe(100);
    for (const serial of serials) expect(serial).toMatch(/^10[0-9a-f]{34}$/);
    expect(crlShardOf('10ffff', 16)).toBe(15);
  });

  it('A certificate names its profile by a digest that changes with the profile', () => {
    expect(profileDigest(profile)).toMatch(/^[0-9a-f]{64}$/);
    expect(profileDigest({ ...profile, crlShards: 4 })).not.toBe(profileDigest(profile));
  });

  it('A certificate is unchanged in a PEM bundle', () => {
    const { chain } = openIssuingAuthority(directory, passphrase);
    expect(parsePemBundle(pemBundle(chain))).toEqual(chain);
    expect(pemBundle(chain)).toBe(readFileSync(files.chain, 'utf8'));
  });
});
