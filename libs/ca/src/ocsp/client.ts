import { verify, X509Certificate as NodeCertificate } from 'node:crypto';
import { constructed, DerReader, FormatError, primitive, tags } from '#libs/der';
import { bufferDer as der } from '../der.js';
import { ExtendedKeyUsageExtension, X509Certificate } from '../peculiar.js';
import { crlReasonCodes, type CrlReason } from '../revocation-reason.js';
import { issuerHashes, ocspSigning } from './responder.js';
import { basicResponseType } from './response.js';

/** What a client asks about one certificate. */
export interface OcspQuestion {
  /** DER of the issuing CA's certificate. */
  readonly issuer: Buffer;
  /** Hexadecimal. */
  readonly serial: string;
  /** Random octets, which the answer must repeat: so it was made for this request. */
  readonly nonce: Buffer;
}

/** A verified answer about one certificate. */
export interface VerifiedOcspAnswer {
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly revokedAt?: Date;
  readonly reason?: CrlReason;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
}

/** Builds an OCSP request for one certificate (RFC 6960 section 4.1). DER. */
export function ocspRequest(question: OcspQuestion): Buffer {
  return der.sequence(
    der.sequence(
      der.sequence(der.sequence(certIdOf(question))),
      der.explicit(
        2,
        der.sequence(der.sequence(nonceType, der.octetString(der.octetString(question.nonce)))),
      ),
    ),
  );
}

const sha256 = der.sequence(der.objectIdentifier('2.16.840.1.101.3.4.2.1'));
const nonceType = der.objectIdentifier('1.3.6.1.5.5.7.48.1.2');

function certIdOf({ issuer, serial }: OcspQuestion): Buffer {
  const { name, key } = issuerHashes(issuer).sha256;
  const number = Buffer.from(serial.length % 2 ? `0${serial}` : serial, 'hex');
  return der.sequence(sha256, der.octetString(name), der.octetString(key), der.unsignedInteger(number));
}

/**
 * Reads the answer to {@link ocspRequest}, and verifies that the issuing CA has certified its signer, who signed it for this
 * request (RFC 6960 section 3.2).
 *
 * @throws {FormatError} if it is an error response, is malformed, or is not such an answer
 */
export function readOcspAnswer(bytes: Buffer, question: OcspQuestion): VerifiedOcspAnswer {
  const response = DerReader.ofSingle(bytes, tags.sequence);
  const status = response.content(tags.enumerated)[0];
  if (status !== 0) throw new FormatError(`the responder answered with error ${status}`);
  const basic = response.read(constructed(0), (wrapped) =>
    wrapped.read(tags.sequence, (reader) => {
      if (!reader.whole(tags.objectIdentifier).equals(basicResponseType))
        throw new FormatError('the response is of another type');
      return DerReader.ofSingle(reader.content(tags.octetString), tags.sequence);
    }),
  );
  response.end();
  const data = basic.whole(tags.sequence);
  const algorithm = basic.read(tags.sequence, (reader) => {
    const oid = reader.objectIdentifier();
    reader.remaining();
    return oid;
  });
  const signature = basic.bits();
  const signer = new NodeCertificate(basic.inside(constructed(0)).inside(tags.sequence).whole(tags.sequence));
  verifySigner(signer, question.issuer);
  const digest = digests[algorithm];
  if (!digest || !verify(digest, data, signer.publicKey, signature))
    throw new FormatError('the signature of the answer is not that of its signer');
  return readAnswer(DerReader.ofSingle(data, tags.sequence), question);
}

/** Digests by the signature algorithms of responders. */
const digests: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

function verifySigner(signer: NodeCertificate, issuer: Buffer): void {
  const usages = new X509Certificate(signer.raw).getExtension(ExtendedKeyUsageExtension)?.usages;
  if (!signer.verify(new NodeCertificate(issuer).publicKey) || !usages?.includes(ocspSigning))
    throw new FormatError('the issuing CA has not certified the signer of the answer');
}

function readAnswer(data: DerReader<Buffer>, question: OcspQuestion): VerifiedOcspAnswer {
  data.optional(constructed(0)); // version
  data.element(); // responderID
  data.content(tags.generalizedTime); // producedAt
  const single = data.inside(tags.sequence).inside(tags.sequence);
  if (!single.whole(tags.sequence).equals(certIdOf(question)))
    throw new FormatError('the answer is about another certificate');
  const extensions = data.optional(constructed(1));
  if (!extensions?.includes(der.octetString(question.nonce)))
    throw new FormatError('the answer was not made for this request');
  const status = readStatus(single);
  const thisUpdate = readTime(single);
  const nextUpdate = single.tag === constructed(0) ? single.read(constructed(0), readTime) : undefined;
  return { ...status, thisUpdate, ...(nextUpdate && { nextUpdate }) };
}

function readStatus(single: DerReader<Buffer>): Pick<VerifiedOcspAnswer, 'status' | 'revokedAt' | 'reason'> {
  if (single.optional(primitive(0))) return { status: 'good' };
  if (single.optional(primitive(2))) return { status: 'unknown' };
  return single.read(constructed(1), (revoked) => {
    const revokedAt = readTime(revoked);
    const code =
      revoked.tag === constructed(0) ? revoked.inside(constructed(0)).content(tags.enumerated)[0] : 0;
    const reason = Object.entries(crlReasonCodes).find(([, number]) => number === code)?.[0];
    return { status: 'revoked', revokedAt, ...(reason && { reason: reason as CrlReason }) };
  });
}

/** A GeneralizedTime in the form of RFC 5280: `YYYYMMDDHHMMSSZ`. */
function readTime(reader: DerReader<Buffer>): Date {
  const text = reader.content(tags.generalizedTime).toString('latin1');
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time.getTime())) throw new FormatError('a time is not valid');
  return time;
}
