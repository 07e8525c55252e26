import { createHash } from 'node:crypto';
import * as der from './der.js';
import { encodeName, type DistinguishedName } from './distinguished-name.js';
import type { SignatureAlgorithm } from './key-store.js';
import { keyUsageBits, type CertificateProfile } from './profile.js';
import type { Validity } from './validity.js';

/** What the certificate of the signing CA gives to those it signs. */
export interface IssuerIdentity {
  /** DER of the CA's subject, byte for byte. */
  readonly name: Buffer;
  readonly keyIdentifier: Buffer;
  readonly notAfter: Date;
  readonly algorithm: SignatureAlgorithm;
}

/** All that makes one certificate different from the next of its profile. */
export interface CertificateContents {
  /** Hexadecimal. */
  readonly serial: string;
  readonly subject: DistinguishedName;
  readonly validity: Validity;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
}

/**
 * Builds the to-be-signed part of a certificate (RFC 5280 section 4.1). Signing is another step, so that the
 * intent can be written down between the two.
 *
 * @throws RangeError if the certificate would outlive its CA
 */
export function buildCertificate(
  profile: CertificateProfile,
  issuer: IssuerIdentity,
  contents: CertificateContents,
): Buffer {
  const { notBefore, notAfter } = contents.validity;
  if (notAfter > issuer.notAfter) throw new RangeError('the certificate would outlive its CA');
  if (notBefore >= notAfter) throw new RangeError('the certificate would never be valid');
  return der.sequence(
    der.explicit(0, der.unsignedInteger(Buffer.from([2]))),
    der.unsignedInteger(Buffer.from(contents.serial, 'hex')),
    algorithmIdentifier(issuer.algorithm),
    issuer.name,
    der.sequence(der.time(notBefore), der.time(notAfter)),
    encodeName(contents.subject),
    contents.spki,
    der.explicit(3, der.sequence(...extensions(profile, issuer, contents))),
  );
}

function extensions(
  profile: CertificateProfile,
  issuer: IssuerIdentity,
  contents: CertificateContents,
): Buffer[] {
  const usage = profile.keyUsage.map((name) => keyUsageBits[name]);
  return [
    extension('2.5.29.35', der.sequence(der.implicit(0, issuer.keyIdentifier))),
    extension('2.5.29.14', der.octetString(keyIdentifier(contents.spki))),
    extension('2.5.29.15', der.namedBits(usage), 'critical'),
    extension('2.5.29.32', der.sequence(der.sequence(der.objectIdentifier(profile.policy)))),
  ];
}

function extension(oid: string, value: Buffer, critical?: 'critical'): Buffer {
  const body = der.octetString(value);
  return critical
    ? der.sequence(der.objectIdentifier(oid), der.trueValue, body)
    : der.sequence(der.objectIdentifier(oid), body);
}

/** Puts signature and to-be-signed part together: the certificate, in DER. */
export function assembleCertificate(tbs: Buffer, algorithm: SignatureAlgorithm, signature: Buffer): Buffer {
  return der.sequence(tbs, algorithmIdentifier(algorithm), der.bitString(signature));
}

/** SHA-256 of a to-be-signed part, in hexadecimal. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-1 of the key's bits (RFC 5280 section 4.2.1.2, method 1): a name, not a protection. */
function keyIdentifier(spki: Buffer): Buffer {
  const fields = der.readElement(spki)?.content ?? Buffer.alloc(0);
  const algorithm = der.readElement(fields);
  const bits = algorithm && der.readElement(fields, algorithm.end);
  if (!bits) throw new TypeError('not a SubjectPublicKeyInfo');
  // The first byte of a BIT STRING counts the unused bits; a key has none.
  return createHash('sha1').update(bits.content.subarray(1)).digest();
}

function algorithmIdentifier(algorithm: SignatureAlgorithm): Buffer {
  // RSA carries an explicit NULL (RFC 4055 section 5), ECDSA no parameters at all (RFC 5758 section 3.2).
  switch (algorithm) {
    case 'ecdsaWithSHA256':
      return der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
    case 'ecdsaWithSHA384':
      return der.sequence(der.objectIdentifier('1.2.840.10045.4.3.3'));
    case 'sha256WithRSAEncryption':
      return der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), der.nullValue);
  }
}
