import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { pemOf } from '#libs/der';
import { responderFiles } from './authority-files.js';
import { responderCertificate } from './authority-certificate.js';
import { withLock } from './directory-lock.js';
import { readPemCertificate } from './open-root.js';
import type { IssuingAuthority } from './issuing-authority.js';
import { createKeyFile, openKeyFile } from './key-store/file.js';
import { X509Certificate as ParsedCertificate } from './peculiar.js';
import { replaceFile } from './atomic-file.js';

/** A key is renewed when a third of its ninety days is left, so that a monthly renewal may fail twice. */
const dueBeforeEndMs = 30 * 24 * 3_600_000;

export interface ResponderLocation {
  /** The status app's directory. The app reads the files again when they change. */
  readonly directory: string;
  /** Encrypts the key files. */
  readonly passphrase: string;
}

/** The OCSP responder's key and certificate for one issuing CA. */
export interface Responder {
  /** Subject key identifier of the issuing CA, hexadecimal. */
  readonly issuerKeyId: string;
  readonly notAfter: Date;
}

/**
 * The responder of an issuing CA; undefined if a file is missing or another key signed the certificate. Reads only the
 * certificate, so that no passphrase is needed.
 */
export function responderOf(directory: string, issuing: IssuingAuthority): Responder | undefined {
  const { keyId } = issuing.identity;
  const files = responderFiles(directory, keyId);
  if (!existsSync(files.certificate) || !existsSync(files.key)) return undefined;
  const certificate = new X509Certificate(readPemCertificate(files.certificate));
  if (!certificate.verify(issuing.keyStore.publicKey())) return undefined;
  return { issuerKeyId: keyId, notAfter: certificate.validToDate };
}

/** Whether a responder is missing or expires within thirty days, and earlier than its CA. */
export function responderDue(
  responder: Responder | undefined,
  issuing: IssuingAuthority,
  now: Date,
): boolean {
  if (!responder) return true;
  const { notAfter } = issuing.identity;
  return responder.notAfter < notAfter && responder.notAfter.getTime() - now.getTime() < dueBeforeEndMs;
}

/**
 * Makes a new key and certificate for the OCSP responder of an issuing CA (RFC 6960 section 4.2.2.2). The key file is
 * replaced before the certificate: a reader that finds a mismatch reads both again shortly after.
 *
 * @throws {KeyStoreError} if another process is renewing them
 */
export async function renewResponder(
  place: ResponderLocation,
  issuing: IssuingAuthority,
  now: Date,
): Promise<Responder> {
  const { keyId } = issuing.identity;
  mkdirSync(place.directory, { recursive: true, mode: 0o700 });
  const files = responderFiles(place.directory, keyId);
  return withLock(files.lock, () => renew(place, issuing, now));
}

async function renew(place: ResponderLocation, issuing: IssuingAuthority, now: Date): Promise<Responder> {
  const { keyId } = issuing.identity;
  const files = responderFiles(place.directory, keyId);
  const keyStore = createKeyFile(files.key, place.passphrase, 'P-256');
  const certifier = { certificate: new ParsedCertificate(issuing.chain[0]), keyStore: issuing.keyStore };
  const certificate = await responderCertificate(certifier, { publicKey: keyStore.publicKey(), now });
  replaceFile(files.certificate, pemOf(certificate), 0o644);
  return { issuerKeyId: keyId, notAfter: new X509Certificate(certificate).validToDate };
}

/**
 * Renews the responders that are due, or whose key does not match the certificate because a renewal was interrupted.
 * @returns the renewed responders
 */
export async function renewDueResponders(
  place: ResponderLocation,
  issuing: readonly IssuingAuthority[],
  now: Date,
): Promise<Responder[]> {
  const renewed: Responder[] = [];
  for (const authority of issuing) {
    const responder = responderOf(place.directory, authority);
    if (responderDue(responder, authority, now) || !keyMatches(place, authority))
      renewed.push(await renewResponder(place, authority, now));
  }
  return renewed;
}

function keyMatches({ directory, passphrase }: ResponderLocation, { identity }: IssuingAuthority): boolean {
  const files = responderFiles(directory, identity.keyId);
  const { publicKey } = new X509Certificate(readPemCertificate(files.certificate));
  return publicKey.equals(openKeyFile(files.key, passphrase).publicKey());
}
