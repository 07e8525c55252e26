import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CredentialError } from './credential-error.js';

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** A client certificate with its key, as files. */
export interface ClientCertificate {
  /** PEM: the certificate, then the certificates between it and its CA. */
  readonly certificate: Buffer;
  /** PEM, not encrypted. */
  readonly key: Buffer;
  readonly notAfter: Date;
}

/**
 * Reads a file.
 *
 * @throws {CredentialError} if it cannot be read
 */
export function readCredential(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CredentialError(`${path} is not readable (${(error as NodeJS.ErrnoException).code})`);
  }
}

/**
 * Reads a file with one line of text: a password or a token.
 *
 * @throws {CredentialError} if it is not readable, empty, or has several lines
 */
export function readSecretText(path: string): string {
  const text = readCredential(path).toString('utf8').trim();
  if (text === '') throw new CredentialError(`${path} is empty`);
  if (/[\r\n\0]/.test(text)) throw new CredentialError(`${path} has more than one line`);
  return text;
}

/**
 * Reads CA certificates.
 *
 * @returns the file, in PEM
 * @throws {CredentialError} if it holds no certificate, or no CA certificate that is still valid
 */
export function readAuthorities(path: string, now = new Date()): Buffer {
  const content = readCredential(path);
  const certificates = certificatesIn(content, path);
  if (!certificates.some(({ validToDate }) => validToDate > now))
    throw new CredentialError(`${path} holds only certificates that have expired`);
  return content;
}

/**
 * Reads a client certificate and its key.
 *
 * @throws {CredentialError} if one of the files is malformed, the certificate has expired, or the key belongs to another
 */
export function readClientCertificate(
  certificatePath: string,
  keyPath: string,
  now = new Date(),
): ClientCertificate {
  const certificate = readCredential(certificatePath);
  const [leaf] = certificatesIn(certificate, certificatePath);
  const key = readCredential(keyPath);
  if (!leaf!.checkPrivateKey(privateKeyIn(key, keyPath)))
    throw new CredentialError(`${keyPath} is not the key of the certificate in ${certificatePath}`);
  const notAfter = leaf!.validToDate;
  if (notAfter <= now)
    throw new CredentialError(
      `${certificatePath} holds a certificate that expired at ${notAfter.toISOString()}`,
    );
  return { certificate, key, notAfter };
}

/** The certificates of a PEM file: at least one. */
function certificatesIn(content: Buffer, path: string): X509Certificate[] {
  const blocks = content.toString('latin1').match(certificateBlock);
  if (!blocks) throw new CredentialError(`${path} holds no certificate in PEM`);
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new CredentialError(`${path} holds a certificate that is malformed`);
    }
  });
}

function privateKeyIn(content: Buffer, path: string): KeyObject {
  if (/ENCRYPTED/.test(content.toString('latin1')))
    throw new CredentialError(`${path} is encrypted: give a key without passphrase`);
  try {
    return createPrivateKey(content);
  } catch {
    throw new CredentialError(`${path} holds no private key in PEM`);
  }
}
