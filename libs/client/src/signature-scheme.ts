import { der, DerReader, FormatError, tags, type Bytes } from '#libs/der';

/** How the keys of one kind sign, and how their signatures are written in certificate requests. */
export interface SignatureScheme {
  /** WebCrypto's parameters to import a key of this kind and to sign with it. */
  readonly algorithm: { readonly name: string; readonly hash: 'SHA-256'; readonly namedCurve?: string };
  /** AlgorithmIdentifier of the signature, in DER. */
  readonly identifier: Bytes;
  /** Converts a signature of WebCrypto to the form of certificates. */
  readonly encode: (raw: Uint8Array) => Bytes;
}

const { sequence, objectIdentifier, nullValue } = der;

/** Schemes by the object identifier of the key's algorithm (RFC 3279 section 2.3). */
const schemes: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.10045.2.1': {
    algorithm: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
    // RFC 5758: ecdsa-with-SHA256, which has no parameters.
    identifier: sequence(objectIdentifier('1.2.840.10045.4.3.2')),
    encode: ecdsaSignature,
  },
  '1.2.840.113549.1.1.1': {
    algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    // RFC 4055 section 5: sha256WithRSAEncryption, whose parameters are NULL.
    identifier: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue),
    encode: (raw) => Uint8Array.from(raw),
  },
};

/**
 * The scheme of a key: ECDSA P-256 or RSA with PKCS #1 v1.5, both with SHA-256.
 *
 * @param key SubjectPublicKeyInfo or PKCS #8, in DER
 * @throws {FormatError} if it is a key of another kind, or no key
 */
export function signatureSchemeOf(key: Uint8Array): SignatureScheme {
  const fields = DerReader.ofSingle(key, tags.sequence);
  if (fields.tag === tags.integer) fields.content(tags.integer); // the version of PKCS #8
  const oid = fields.inside(tags.sequence).objectIdentifier();
  const scheme = schemes[oid];
  if (!scheme) throw new FormatError(`a key of an unknown kind, ${oid}`);
  return scheme;
}

/** Converts a signature of WebCrypto (r followed by s) to an ECDSA-Sig-Value (RFC 3279 section 2.2.3). */
export function ecdsaSignature(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  return sequence(der.unsignedInteger(raw.subarray(0, half)), der.unsignedInteger(raw.subarray(half)));
}
