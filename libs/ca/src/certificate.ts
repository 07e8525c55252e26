import { createHash } from 'node:crypto';
import * as der from './der.js';
import { encodeName, type DistinguishedName } from './distinguished-name.js';
import type { SignatureAlgorithm } from './key-store.js';
import { keyUsageBits, type CertificateProfile } from './profile.js';
import { crlShardOf } from './serial-number.js';
import { statusAddresses } from './status-addresses.js';
import type { Validity } from './validity.js';

/** What the certificate of the signing CA gives to those it signs. */
export interface IssuerIdentity {
  /** DER of the CA's subject, byte for byte. */
  readonly name: Buffer;
  readonly keyIdentifier: Buffer;
  /** The same in hexadecimal: names the CA in addresses, files and tables. */
  readonly keyId: string;
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
  /** The holder's name alone, as in their resident registration. */
  readonly realName: string;
  /** The holder's VID: 32 bytes that bind their resident registration number (KCAC.TS.SIVID). */
  readonly virtualId: Buffer;
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
  if (contents.virtualId.length !== 32) throw new RangeError('a VID has 32 bytes');
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
  const addresses = statusAddresses(profile.statusUrl, issuer.keyId);
  const shard = crlShardOf(contents.serial, profile.crlShards);
  return [
    extension('2.5.29.35', der.sequence(der.implicit(0, issuer.keyIdentifier))),
    extension('2.5.29.14', der.octetString(keyIdentifier(contents.spki))),
    extension('2.5.29.15', der.namedBits(usage), 'critical'),
    extension('2.5.29.32', der.sequence(der.sequence(der.objectIdentifier(profile.policy)))),
    extension('2.5.29.17', der.sequence(identifyDataName(contents))),
    extension('2.5.29.31', distributionPoints(addresses.crl(shard))),
    extension(
      '1.3.6.1.5.5.7.1.1',
      der.sequence(
        accessDescription('1.3.6.1.5.5.7.48.1', addresses.ocsp),
        accessDescription('1.3.6.1.5.5.7.48.2', addresses.issuerCertificate),
      ),
    ),
  ];
}

const uri = (text: string) => der.implicit(6, Buffer.from(text, 'latin1'));

function distributionPoints(address: string): Buffer {
  const fullName = der.explicit(0, uri(address));
  return der.sequence(der.sequence(der.explicit(0, fullName)));
}

function accessDescription(method: string, address: string): Buffer {
  return der.sequence(der.objectIdentifier(method), uri(address));
}

/** GeneralName otherName with the holder's name and VID (KCAC.TS.SIVID). */
function identifyDataName({ realName, virtualId }: CertificateContents): Buffer {
  const vid = der.sequence(
    der.sequence(der.objectIdentifier('2.16.840.1.101.3.4.2.1')),
    der.explicit(0, der.octetString(virtualId)),
  );
  const userInfo = der.sequence(der.sequence(der.objectIdentifier('1.2.410.200004.10.1.1.1'), vid));
  const identifyData = der.sequence(der.utf8String(realName), userInfo);
  return der.explicit(
    0,
    Buffer.concat([der.objectIdentifier('1.2.410.200004.10.1.1'), der.explicit(0, identifyData)]),
  );
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
export function keyIdentifier(spki: Buffer): Buffer {
  const fields = der.readElement(spki)?.content ?? Buffer.alloc(0);
  const algorithm = der.readElement(fields);
  const bits = algorithm && der.readElement(fields, algorithm.end);
  if (!bits) throw new TypeError('not a SubjectPublicKeyInfo');
  // The first byte of a BIT STRING counts the unused bits; a key has none.
  return createHash('sha1').update(bits.content.subarray(1)).digest();
}

/** RFC 5280 section 4.1.1.2: how a certificate, a CRL or an OCSP response is signed. */
export function algorithmIdentifier(algorithm: SignatureAlgorithm): Buffer {
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
