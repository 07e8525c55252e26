import { bufferDer } from '../der.js';
import { constructed, FormatError, DerReader, tags } from '#libs/der';

/** The identifier of a requested certificate (RFC 6960 section 4.1.1). */
export interface CertId {
  /** The whole CertID in DER, as received: the response repeats it. */
  readonly raw: Buffer;
  /** Undefined for an unsupported hash: then the issuer is unknown. */
  readonly hash: CertIdHash | undefined;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  /** Hexadecimal, in lower case and without leading zeros. */
  readonly serial: string;
}

export type CertIdHash = 'sha1' | 'sha256';

export interface OcspRequest {
  readonly certificates: readonly CertId[];
  /** 1 to 128 octets, which the response repeats (RFC 9654). */
  readonly nonce: Buffer | undefined;
}

/** Limit of certificates in one request, which bounds the work of the signing key. */
export const mostCertificates = 16;

/** RFC 9654 section 2.1: a longer or empty nonce must be refused. */
const longestNonce = 128;

const nonceExtension = content('1.3.6.1.5.5.7.48.1.2');
/** Supported extensions; only the nonce changes the response (RFC 6960 section 4.4). */
const knownExtensions: readonly Buffer[] = [
  nonceExtension,
  content('1.3.6.1.5.5.7.48.1.4'), // acceptable response types: there is only one
  content('1.3.6.1.5.5.7.48.1.7'), // service locator: for responders that forward requests
  content('1.3.6.1.5.5.7.48.1.8'), // preferred signature algorithms: the key has only one
];

const hashes: readonly (readonly [Buffer, CertIdHash, number])[] = [
  [content('1.3.14.3.2.26'), 'sha1', 20],
  [content('2.16.840.1.101.3.4.2.1'), 'sha256', 32],
];

/**
 * Parses an OCSP request (RFC 6960 section 4.1). The signature is not verified and the requestor's name is ignored,
 * because all requestors get the same response. An unknown critical extension or another version than 1 is refused.
 *
 * @throws {FormatError} if the bytes are not such a request: the response is `malformedRequest`
 */
export function parseOcspRequest(bytes: Buffer): OcspRequest {
  const request = DerReader.ofSingle(bytes, tags.sequence);
  const tbs = request.read(tags.sequence, readTbsRequest);
  if (request.tag === constructed(0)) request.read(constructed(0), readSignature);
  request.end();
  return tbs;
}

function readTbsRequest(reader: DerReader<Buffer>): OcspRequest {
  const version = reader.optional(constructed(0));
  if (version && !version.equals(versionOne)) throw new FormatError('the version is not 1');
  reader.optional(constructed(1)); // requestorName
  const certificates = reader.inside(tags.sequence).all(tags.sequence).map(readSingleRequest);
  if (certificates.length === 0) throw new FormatError('the request has no certificates');
  if (certificates.length > mostCertificates) throw new FormatError('the request has too many certificates');
  const extensions = readExtensions(reader, 2);
  return { certificates, nonce: nonceOf(extensions) };
}

const versionOne = Buffer.from([0x02, 0x01, 0x00]);

function readSingleRequest(single: DerReader<Buffer>): CertId {
  const certId = readCertId(single.whole(tags.sequence));
  readExtensions(single, 0);
  single.end();
  return certId;
}

function readCertId(raw: Buffer): CertId {
  return new DerReader(raw).read(tags.sequence, (reader) => {
    const algorithm = reader.read(tags.sequence, (inner) => {
      const oid = inner.content(tags.objectIdentifier);
      if ((inner.optional(tags.null)?.length ?? 0) > 0) throw new FormatError('a NULL is not empty');
      return oid;
    });
    const issuerNameHash = reader.content(tags.octetString);
    const issuerKeyHash = reader.content(tags.octetString);
    const serial = serialOf(reader.integer());
    const [, hash, length] = hashes.find(([oid]) => oid.equals(algorithm)) ?? [];
    if (hash && (issuerNameHash.length !== length || issuerKeyHash.length !== length))
      throw new FormatError('a hash has the wrong length');
    return { raw, hash, issuerNameHash, issuerKeyHash, serial };
  });
}

function serialOf(integer: Buffer): string {
  // No certificate has a negative serial number. The sign is kept, so that the number matches no certificate.
  return integer[0]! >= 0x80
    ? `-${integer.toString('hex')}`
    : integer.toString('hex').replace(/^00(?=.)/, '');
}

/** Extensions by object identifier, in an explicit tag that may be absent. */
function readExtensions(reader: DerReader<Buffer>, tag: number): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (reader.tag !== constructed(tag)) return found;
  const extensions = reader.read(constructed(tag), (wrapped) =>
    wrapped.inside(tags.sequence).all(tags.sequence),
  );
  for (const extension of extensions) {
    const oid = extension.content(tags.objectIdentifier);
    const critical = isTrue(extension.optional(tags.boolean));
    const value = extension.content(tags.octetString);
    extension.end();
    if (critical && !knownExtensions.some((known) => known.equals(oid)))
      throw new FormatError('a critical extension is not supported');
    const key = oid.toString('hex');
    if (found.has(key)) throw new FormatError('an extension occurs twice');
    found.set(key, value);
  }
  return found;
}

/** A BOOLEAN DEFAULT FALSE. Some software encodes the default, which is wrong but harmless. */
function isTrue(value: Buffer | undefined): boolean {
  if (value && (value.length !== 1 || (value[0] !== 0 && value[0] !== 0xff)))
    throw new FormatError('a BOOLEAN is neither true nor false');
  return value?.[0] === 0xff;
}

function nonceOf(extensions: ReadonlyMap<string, Buffer>): Buffer | undefined {
  const value = extensions.get(nonceExtension.toString('hex'));
  if (!value) return undefined;
  const reader = new DerReader(value);
  const nonce = reader.content(tags.octetString);
  reader.end();
  if (nonce.length === 0 || nonce.length > longestNonce) throw new FormatError('a nonce has 1 to 128 octets');
  return nonce;
}

/** Signature ::= SEQUENCE { signatureAlgorithm, signature BIT STRING, certs [0] EXPLICIT OPTIONAL } */
function readSignature(reader: DerReader<Buffer>): void {
  reader.read(tags.sequence, (signature) => {
    signature.content(tags.sequence);
    signature.content(tags.bitString);
    signature.optional(constructed(0));
  });
}

/** The content octets of an object identifier, without tag and length. */
function content(oid: string): Buffer {
  return bufferDer.objectIdentifier(oid).subarray(2);
}
