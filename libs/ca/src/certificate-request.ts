import { hash, verify } from 'node:crypto';
import { constructed, DerReader, derOfText, FormatError, tags } from '#libs/der';
import { keyTypes, type KeyType } from './profile.js';
import { readSubjectKey } from './subject-key.js';
import type { WeakKeyList } from './weak-key-list.js';

/** Reasons to refuse a certificate request. The signer checks the last two in the database. */
export type RequestRefusal =
  | 'MALFORMED_REQUEST'
  | 'KEY_TYPE_NOT_ALLOWED'
  | 'KEY_TOO_SMALL'
  | 'KEY_TOO_LARGE'
  | 'KEY_EXPONENT_NOT_ALLOWED'
  | 'KEY_WEAK'
  | 'PROOF_OF_POSSESSION_FAILED'
  | 'KEY_NOT_NAMED_AT_START'
  | 'KEY_ALREADY_USED'
  | 'KEY_BLOCKED';

/** The key of an accepted request, in its one canonical encoding. */
export interface RequestedKey {
  readonly ok: true;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  /** Hexadecimal; a key has one digest, whatever encoding the request has. */
  readonly spkiSha256: string;
  readonly keyType: KeyType;
}

export interface RefusedRequest {
  readonly ok: false;
  readonly code: RequestRefusal;
}

export interface ExpectedKey {
  /** RFC 7638 thumbprint (SHA-256, base64url) of the key that the reissue was started with, if it has one. */
  readonly keyThumbprint?: string;
  /** Key types that the profile allows; by default all types that this CA supports. */
  readonly keyTypes?: readonly KeyType[];
  /** Keys that are publicly known and therefore not certified. */
  readonly weakKeys?: WeakKeyList | undefined;
}

const requestLimitBytes = 16 * 1024;

/**
 * Checks a PKCS#10 request (RFC 2986): its form, the type, size and quality of its key, its signature by that key, and
 * whether the key is the one that the reissue was started with. Subject and attributes are ignored, because the content
 * of the certificate never comes from the request. Invalid input gives a refusal, not an error.
 *
 * @param request PEM text or DER bytes, at most 16 kB
 */
export async function checkCertificateRequest(
  request: string | Uint8Array,
  expected: ExpectedKey = {},
): Promise<RequestedKey | RefusedRequest> {
  try {
    return check(request, expected);
  } catch (error) {
    if (error instanceof FormatError) return refused('MALFORMED_REQUEST');
    throw error;
  }
}

function check(request: string | Uint8Array, expected: ExpectedKey): RequestedKey | RefusedRequest {
  const { signed, subjectKey, algorithm, signature } = readRequest(bytesOf(request));
  const key = readSubjectKey(subjectKey, expected.keyTypes ?? keyTypes);
  if (typeof key === 'string') return refused(key);
  if (expected.weakKeys?.has(key)) return refused('KEY_WEAK');
  const proofHash = proofHashes[key.publicKey.asymmetricKeyType!]?.[algorithm];
  if (!proofHash || !verify(proofHash, signed, key.publicKey, signature)) {
    return refused('PROOF_OF_POSSESSION_FAILED');
  }
  if (expected.keyThumbprint !== undefined && key.thumbprint() !== expected.keyThumbprint) {
    return refused('KEY_NOT_NAMED_AT_START');
  }
  return { ok: true, spki: key.spki, spkiSha256: hash('sha256', key.spki, 'hex'), keyType: key.keyType };
}

const refused = (code: RequestRefusal): RefusedRequest => ({ ok: false, code });

/** Hashes by key type and object identifier of the signature algorithm (RFC 5758 section 3.2, RFC 8017 A.2.4). */
const proofHashes: Record<string, Record<string, string>> = {
  ec: {
    '1.2.840.10045.4.3.2': 'sha256',
    '1.2.840.10045.4.3.3': 'sha384',
    '1.2.840.10045.4.3.4': 'sha512',
  },
  rsa: {
    '1.2.840.113549.1.1.11': 'sha256',
    '1.2.840.113549.1.1.12': 'sha384',
    '1.2.840.113549.1.1.13': 'sha512',
  },
};

interface Request {
  /** CertificationRequestInfo, which the signature covers. */
  readonly signed: Buffer;
  /** SubjectPublicKeyInfo, as in the request. */
  readonly subjectKey: Buffer;
  /** Object identifier, dotted. */
  readonly algorithm: string;
  readonly signature: Buffer;
}

function readRequest(bytes: Buffer): Request {
  const request = DerReader.ofSingle(bytes, tags.sequence);
  const signed = request.whole(tags.sequence);
  const algorithm = readAlgorithm(request.inside(tags.sequence));
  const signature = request.bits();
  request.end();

  const info = new DerReader(signed).inside(tags.sequence);
  if (!info.integer().equals(versionOne)) throw new FormatError('the request does not have version 1');
  info.inside(tags.sequence).walk();
  const subjectKey = info.whole(tags.sequence);
  // RFC 2986 requires the attributes, even if there are none; some software omits them.
  if (info.tag !== undefined) info.inside(constructed(0)).walk();
  info.end();
  return { signed, subjectKey, algorithm, signature };
}

const versionOne = Buffer.from([0]);

/** Parameters may be absent or NULL: RFC 4055 section 5 requires that both are accepted for RSA. */
function readAlgorithm(fields: DerReader<Buffer>): string {
  const algorithm = fields.objectIdentifier();
  if (fields.tag !== undefined && fields.content(tags.null).length > 0)
    throw new FormatError('the parameters of an algorithm are not NULL');
  fields.end();
  return algorithm;
}

function bytesOf(request: string | Uint8Array): Buffer {
  if (request.length > requestLimitBytes) throw new FormatError('the request is too large');
  if (typeof request !== 'string') return Buffer.from(request);
  return Buffer.from(derOfText(request, requestLabels));
}

/** RFC 7468 section 7; some clients still write the older label. */
const requestLabels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
