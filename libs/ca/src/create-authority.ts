import { KeyObject, webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { authorityFiles } from './authority-files.js';
import { encodeName } from './distinguished-name.js';
import { pemBundle, pemOf } from './pem.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from './peculiar.js';
import { newSerialNumber } from './serial-number.js';
import { endOfKoreanDay, wholeSeconds } from './validity.js';

const rootYears = 20;
const issuingYears = 10;
const rootAlgorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
const issuingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const anyPolicy = '2.5.29.32.0';

export interface NewAuthority {
  readonly directory: string;
  /** `o` of both CAs and of all they certify. */
  readonly organisation: string;
  /** Encrypts both key files. */
  readonly passphrase: string;
  readonly now: Date;
}

/**
 * Creates a certificate authority: a root (P-384, 20 years) and an issuing CA below it (P-256, 10 years, signs
 * end entities only), with encrypted key files that only their owner can open. An authority that is there
 * already is kept. Directory and content appear at once or not at all.
 *
 * @throws Error if the directory holds part of an authority: nothing is overwritten then
 */
export async function createCertificateAuthority(authority: NewAuthority): Promise<'created' | 'kept'> {
  const { directory, passphrase } = authority;
  const wanted = Object.values(authorityFiles(directory));
  const missing = wanted.filter((path) => !existsSync(path));
  if (missing.length === 0) return 'kept';
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new Error(`${directory} is not empty but lacks ${missing.join(', ')}`);
  }
  if (passphrase.length === 0) throw new Error('the key files need a passphrase');
  await writeAuthority(authority);
  return 'created';
}

async function writeAuthority({ directory, organisation, passphrase, now }: NewAuthority): Promise<void> {
  const rootKeys = await generateKeys(rootAlgorithm);
  const root = await certify({
    commonName: `${organisation} Root CA`,
    organisation,
    publicKey: rootKeys.publicKey,
    signer: { name: `${organisation} Root CA`, keys: rootKeys },
    now,
    years: rootYears,
  });
  const issuingKeys = await generateKeys(issuingAlgorithm);
  const issuing = await certify({
    commonName: `${organisation} Issuing CA`,
    organisation,
    publicKey: issuingKeys.publicKey,
    signer: { name: `${organisation} Root CA`, keys: rootKeys },
    now,
    years: issuingYears,
    pathLength: 0,
  });

  const draft = `${directory}.${process.pid}.new`;
  const files = authorityFiles(draft);
  mkdirSync(dirname(directory), { recursive: true });
  mkdirSync(draft, { mode: 0o700 });
  try {
    const rootDer = Buffer.from(root.rawData);
    const issuingDer = Buffer.from(issuing.rawData);
    write(files.rootKey, encryptedPem(rootKeys.privateKey, passphrase), 0o600);
    write(files.issuingKey, encryptedPem(issuingKeys.privateKey, passphrase), 0o600);
    write(files.rootCertificate, pemOf(rootDer), 0o644);
    write(files.issuingCertificate, pemOf(issuingDer), 0o644);
    write(files.chain, pemBundle([issuingDer, rootDer]), 0o644);
    renameSync(draft, directory); // replaces an empty directory, refuses any other
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

const write = (path: string, content: string, mode: number) =>
  writeFileSync(path, content, { mode, flag: 'wx', flush: true });

const generateKeys = (algorithm: webcrypto.EcKeyGenParams) =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

function encryptedPem(key: webcrypto.CryptoKey, passphrase: string): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  return KeyObject.from(key).export(options).toString();
}

interface AuthorityCertificate {
  readonly commonName: string;
  readonly organisation: string;
  readonly publicKey: webcrypto.CryptoKey;
  readonly signer: { readonly name: string; readonly keys: webcrypto.CryptoKeyPair };
  readonly now: Date;
  readonly years: number;
  readonly pathLength?: number;
}

async function certify(certificate: AuthorityCertificate): Promise<X509Certificate> {
  const { organisation, publicKey, signer, now } = certificate;
  const selfSigned = publicKey === signer.keys.publicKey;
  const issuerKey = await AuthorityKeyIdentifierExtension.create(signer.keys.publicKey);
  const policies = selfSigned ? [] : [new CertificatePolicyExtension([anyPolicy])];
  return X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: authorityName(certificate.commonName, organisation),
    issuer: authorityName(signer.name, organisation),
    notBefore: wholeSeconds(now),
    notAfter: endOfKoreanDay(now, certificate.years),
    publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: rootAlgorithm,
    extensions: [
      ...(selfSigned ? [] : [issuerKey]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      new BasicConstraintsExtension(true, certificate.pathLength, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ...policies,
    ],
  });
}

function authorityName(commonName: string, organisation: string): Name {
  return new Name(
    encodeName([
      ['cn', commonName],
      ['o', organisation],
      ['c', 'kr'],
    ]),
  );
}
