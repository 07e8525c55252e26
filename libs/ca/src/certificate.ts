import { hash } from 'node:crypto';
import { DerReader, tags } from '#libs/der';
import { bufferDer as der } from './der.js';
import type { DistinguishedName } from './distinguished-name.js';
import type { SignatureAlgorithm } from './key-store.js';
import type { Validity } from './validity.js';

/** The data of a CA that its certificates, CRLs and OCSP responses contain. */
export interface IssuerIdentity {
  /** DER of the CA's subject, byte for byte. */
  readonly name: Buffer;
  readonly keyIdentifier: Buffer;
  /** The key identifier in hexadecimal: identifies the CA in addresses, file names and tables. */
  readonly keyId: string;
  readonly notAfter: Date;
  readonly algorithm: SignatureAlgorithm;
}

/** The content of a certificate that its profile does not determine. */
export interface CertificateContents {
  /** Hexadecimal. */
  readonly serial: string;
  readonly subject: DistinguishedName;
  readonly validity: Validity;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  /** The holder's name as in the resident registration, without the other parts of the subject. */
  readonly realName: string;
  /** The holder's VID: 32 bytes that commit to the resident registration number (KCAC.TS.SIVID). */
  readonly virtualId: Buffer;
}

/** Joins the to-be-signed part and the signature. @returns the certificate in DER */
export function assembleCertificate(tbs: Buffer, algorithm: SignatureAlgorithm, signature: Buffer): Buffer {
  return der.sequence(tbs, algorithmIdentifier(algorithm), der.bitString(signature));
}

/** SHA-256 of a to-be-signed part, in hexadecimal. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** SHA-1 of the public key's bits (RFC 5280 section 4.2.1.2, method 1): it identifies a key and protects nothing. */
export function keyIdentifier(spki: Buffer): Buffer {
  const fields = new DerReader(spki).inside(tags.sequence);
  fields.whole(tags.sequence);
  return hash('sha1', fields.bits(), 'buffer');
}

// RSA has explicit NULL parameters (RFC 4055 section 5), ECDSA has none (RFC 5758 section 3.2).
const algorithmIdentifiers: Record<SignatureAlgorithm, Buffer> = {
  ecdsaWithSHA256: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2')),
  ecdsaWithSHA384: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.3')),
  sha256WithRSAEncryption: der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), der.nullValue),
};

/** DER of the signature algorithm of a certificate, a CRL or an OCSP response (RFC 5280 section 4.1.1.2). */
export const algorithmIdentifier = (algorithm: SignatureAlgorithm) => algorithmIdentifiers[algorithm];
