import { bufferDer as der } from './der.js';
import {
  algorithmIdentifier,
  keyIdentifier,
  type CertificateContents,
  type IssuerIdentity,
} from './certificate.js';
import { encodeName, requireNameable } from './distinguished-name.js';
import { keyUsageBits, type CertificateProfile } from './profile.js';
import { crlShardOf } from './serial-number.js';
import { statusAddresses } from './status-addresses.js';

type Template = (contents: CertificateContents) => Buffer;

const templates = new WeakMap<CertificateProfile, WeakMap<IssuerIdentity, Template>>();

/**
 * Builds the to-be-signed part of a certificate (RFC 5280 section 4.1). Signing is a separate step, so that the intent
 * can be stored between the two. Parts that are equal for all certificates of a profile and a CA are encoded once for
 * each pair of these objects.
 *
 * @throws RangeError if the certificate would outlive its CA, or its contents are not allowed in a certificate
 */
export function buildCertificate(
  profile: CertificateProfile,
  issuer: IssuerIdentity,
  contents: CertificateContents,
): Buffer {
  let ofProfile = templates.get(profile);
  if (!ofProfile) templates.set(profile, (ofProfile = new WeakMap()));
  let template = ofProfile.get(issuer);
  if (!template) ofProfile.set(issuer, (template = templateOf(profile, issuer)));
  return template(contents);
}

const versionThree = der.explicit(0, der.unsignedInteger(Buffer.from([2])));
const earliest = new Date('1950-01-01T00:00:00Z');

function templateOf(profile: CertificateProfile, issuer: IssuerIdentity): Template {
  const signatureAndIssuer = Buffer.concat([algorithmIdentifier(issuer.algorithm), issuer.name]);
  const usage = der.namedBits(profile.keyUsage.map((name) => keyUsageBits[name]));
  const policies = der.sequence(der.sequence(der.objectIdentifier(profile.policy)));
  const toKeyIdentifier = Buffer.concat([
    extension(der.objectIdentifier('2.5.29.35'), der.sequence(der.implicit(0, issuer.keyIdentifier))),
    headOf((keyId) => extension(der.objectIdentifier('2.5.29.14'), der.octetString(keyId)), 20),
  ]);
  const usageAndPolicies = Buffer.concat([
    extension(der.objectIdentifier('2.5.29.15'), usage, 'critical'),
    extension(der.objectIdentifier('2.5.29.32'), policies),
  ]);
  const addresses = statusAddresses(profile.statusUrl, issuer.keyId);
  const access = extension(
    der.objectIdentifier('1.3.6.1.5.5.7.1.1'),
    der.sequence(
      accessDescription('1.3.6.1.5.5.7.48.1', addresses.ocsp),
      accessDescription('1.3.6.1.5.5.7.48.2', addresses.issuerCertificate),
    ),
  );
  const statusOfShard = Array.from({ length: profile.crlShards }, (_, shard) =>
    Buffer.concat([
      extension(der.objectIdentifier('2.5.29.31'), distributionPoint(addresses.crl(shard))),
      access,
    ]),
  );

  return (contents) => {
    const { serial, validity, subject, spki } = contents;
    requireBuildable(contents, issuer);
    const extensions = der.sequence(
      toKeyIdentifier,
      keyIdentifier(spki),
      usageAndPolicies,
      extension(subjectAltNameType, subjectAltName(contents)),
      statusOfShard[crlShardOf(serial, profile.crlShards)]!,
    );
    return der.sequence(
      versionThree,
      der.unsignedInteger(Buffer.from(serial, 'hex')),
      signatureAndIssuer,
      der.sequence(encodedTime(validity.notBefore), encodedTime(validity.notAfter)),
      encodeName(subject),
      spki,
      der.explicit(3, extensions),
    );
  };
}

const encodedTimes = new Map<number, Buffer>();

/** Certificates of the same second have the same notBefore, and those of the same day the same notAfter. */
function encodedTime(moment: Date): Buffer {
  const key = moment.getTime();
  const kept = encodedTimes.get(key);
  if (kept) return kept;
  if (encodedTimes.size >= 1000) encodedTimes.clear();
  const encoded = der.time(moment);
  encodedTimes.set(key, encoded);
  return encoded;
}

function requireBuildable(contents: CertificateContents, issuer: IssuerIdentity): void {
  const { notBefore, notAfter } = contents.validity;
  if (notAfter > issuer.notAfter) throw new RangeError('the certificate would outlive its CA');
  // This form of the condition also refuses an invalid date.
  if (!(notBefore >= earliest && notBefore < notAfter)) {
    throw new RangeError('the certificate would never be valid');
  }
  if (!serialPattern.test(contents.serial)) throw new RangeError('the serial number is not valid');
  if (contents.virtualId.length !== virtualIdBytes) throw new RangeError('a VID has 32 bytes');
  requireNameable(contents.realName);
}

/** RFC 5280 section 4.1.2.2: positive, in the shortest form, at most 20 octets. */
const serialPattern = /^(?!00)[0-7][0-9a-f](?:[0-9a-f]{2}){0,19}$/;
const virtualIdBytes = 32;

/**
 * An encoding without the last `endBytes` bytes, which each certificate adds. The length of the encoding does not depend
 * on their values.
 */
function headOf(encode: (end: Buffer) => Buffer, endBytes: number): Buffer {
  return encode(Buffer.alloc(endBytes)).subarray(0, -endBytes);
}

/** UserInfo with one VID (SHA-256 without NULL) up to the bytes of the VID itself. */
const toVirtualId = headOf(
  (virtualId) =>
    der.sequence(
      der.sequence(
        der.objectIdentifier('1.2.410.200004.10.1.1.1'),
        der.sequence(
          der.sequence(der.objectIdentifier('2.16.840.1.101.3.4.2.1')),
          der.explicit(0, der.octetString(virtualId)),
        ),
      ),
    ),
  virtualIdBytes,
);
const subjectAltNameType = der.objectIdentifier('2.5.29.17');
const identifyDataType = der.objectIdentifier('1.2.410.200004.10.1.1');

/** The holder's name and VID as identifyData in an otherName (KCAC.TS.SIVID, RFC 5280 section 4.2.1.6). */
function subjectAltName({ realName, virtualId }: CertificateContents): Buffer {
  const identifyData = der.sequence(der.utf8String(realName.normalize('NFC')), toVirtualId, virtualId);
  return der.sequence(der.explicit(0, identifyDataType, der.explicit(0, identifyData)));
}

const uri = (text: string) => der.implicit(6, Buffer.from(text, 'latin1'));

/** One DistributionPoint with one address (RFC 5280 section 4.2.1.13). */
const distributionPoint = (address: string) =>
  der.sequence(der.sequence(der.explicit(0, der.explicit(0, uri(address)))));

/** RFC 5280 section 4.2.2.1. */
const accessDescription = (method: string, address: string) =>
  der.sequence(der.objectIdentifier(method), uri(address));

function extension(type: Buffer, value: Buffer, critical?: 'critical'): Buffer {
  const body = der.octetString(value);
  return critical ? der.sequence(type, der.trueValue, body) : der.sequence(type, body);
}
