import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { isOneSequence } from './der.js';
import { Pkcs10CertificateRequest } from './peculiar.js';
import type { KeyType } from './profile.js';

/** Why a certificate request is refused. The last two need the database and are found by the signer. */
export const requestRefusals = [
  'MALFORMED_REQUEST',
  'KEY_TYPE_NOT_ALLOWED',
  'KEY_TOO_SMALL',
  'KEY_TOO_LARGE',
  'KEY_EXPONENT_NOT_ALLOWED',
  'PROOF_OF_POSSESSION_FAILED',
  'KEY_NOT_NAMED_AT_START',
  'KEY_ALREADY_USED',
  'KEY_BLOCKED',
] as const;
export type RequestRefusal = (typeof requestRefusals)[number];

/** The key of an accepted request, in its one canonical encoding. */
export interface RequestedKey {
  readonly ok: true;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  /** Hexadecimal; the same for the same key, however the request wrote it. */
  readonly spkiSha256: string;
  readonly keyType: KeyType;
}

export interface RefusedRequest {
  readonly ok: false;
  readonly code: RequestRefusal;
}

const requestLimitBytes = 16 * 1024;
const rsaBits = { min: 2048, max: 4096 };
/** Small exponents invite known attacks; huge ones only make verification slow (FIPS 186-5 section 5.1). */
const rsaExponent = { min: 65_537n, max: 2n ** 256n };
const proofHashes = ['SHA-256', 'SHA-384', 'SHA-512'];

/**
 * Checks a PKCS#10 request (RFC 2986): well formed, a key of an allowed kind and size, signed with that key, and
 * the key that was named when the reissue began. Subject and attributes are not looked at: the certificate's
 * content is never taken from the request. Bad input is refused, never thrown.
 *
 * @param request PEM text or DER bytes, at most 16 kB
 * @param expected RFC 7638 thumbprint (SHA-256, base64url) of the key, where one was named
 */
export async function checkCertificateRequest(
  request: string | Uint8Array,
  expected: { readonly keyThumbprint?: string } = {},
): Promise<RequestedKey | RefusedRequest> {
  const parsed = parseRequest(request);
  if (!parsed) return refused('MALFORMED_REQUEST');
  const { csr, key } = parsed;
  const unsuitable = keyRefusal(key);
  if (unsuitable) return refused(unsuitable);
  if (!(await provesPossession(csr))) return refused('PROOF_OF_POSSESSION_FAILED');
  const jwk = key.export({ format: 'jwk' });
  if (
    expected.keyThumbprint !== undefined &&
    (await calculateJwkThumbprint(jwk)) !== expected.keyThumbprint
  ) {
    return refused('KEY_NOT_NAMED_AT_START');
  }
  // By way of the JWK, because the encoded key may hold a compressed point, and one key shall have one digest.
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  const spkiSha256 = createHash('sha256').update(spki).digest('hex');
  const { modulusLength } = key.asymmetricKeyDetails ?? {};
  return {
    ok: true,
    spki,
    spkiSha256,
    keyType: modulusLength ? (`RSA-${modulusLength}` as KeyType) : 'EC-P256',
  };
}

const refused = (code: RequestRefusal): RefusedRequest => ({ ok: false, code });

function parseRequest(
  request: string | Uint8Array,
): { csr: Pkcs10CertificateRequest; key: KeyObject } | undefined {
  if (request.length > requestLimitBytes) return undefined;
  const bytes = typeof request === 'string' ? derOfPem(request) : Buffer.from(request);
  if (!bytes || !isOneSequence(bytes)) return undefined;
  try {
    const csr = new Pkcs10CertificateRequest(bytes);
    const key = createPublicKey({ key: Buffer.from(csr.publicKey.rawData), format: 'der', type: 'spki' });
    return { csr, key };
  } catch {
    return undefined;
  }
}

const requestPattern =
  /^\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*$/;

/** RFC 7468 section 7; some clients still write the older NEW CERTIFICATE REQUEST. */
function derOfPem(pem: string): Buffer | undefined {
  const match = requestPattern.exec(pem);
  return match ? Buffer.from(match[1]!, 'base64') : undefined;
}

function keyRefusal(key: KeyObject): RequestRefusal | undefined {
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') {
    return namedCurve === 'prime256v1' ? undefined : 'KEY_TYPE_NOT_ALLOWED';
  }
  if (key.asymmetricKeyType !== 'rsa') return 'KEY_TYPE_NOT_ALLOWED';
  if (modulusLength < rsaBits.min) return 'KEY_TOO_SMALL';
  if (modulusLength > rsaBits.max) return 'KEY_TOO_LARGE';
  const odd = publicExponent % 2n === 1n;
  if (!odd || publicExponent < rsaExponent.min || publicExponent > rsaExponent.max) {
    return 'KEY_EXPONENT_NOT_ALLOWED';
  }
  return undefined;
}

async function provesPossession(csr: Pkcs10CertificateRequest): Promise<boolean> {
  try {
    const { hash } = csr.signatureAlgorithm as { hash?: { name: string } };
    return hash !== undefined && proofHashes.includes(hash.name) && (await csr.verify());
  } catch {
    return false;
  }
}
