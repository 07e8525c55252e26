/** PKCS #12 (RFC 7292): key and certificates in one file, for browsers and mail programs. Encryption is PBES2 with AES-256. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { randomBytes } from '@noble/hashes/utils.js';
import {
  type Bytes,
  context,
  contextPrimitive,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tags,
  tlv,
} from './der.js';
import {
  type Derivation,
  MOST_PKCS12_ITERATIONS,
  pkcs12Derive,
  type Pkcs12Hash,
  pkcs12Hashes,
  utf16,
} from './key-derivation.js';
import { oids } from './oids.js';
import { encryptWithPassword } from './password-encryption.js';
import { passwordBytes } from './private-key-file.js';
import { encodePrivateKeyInfo } from './private-key-info.js';

export interface NewPkcs12 {
  /** PKCS #8 in DER. */
  readonly privateKey: Uint8Array;
  /** R of the VID, kept as an attribute of the key, as in `signPri.key`. */
  readonly random?: Uint8Array | undefined;
  /** The holder's, in DER. */
  readonly certificate: Uint8Array;
  /** Those of the CAs above it, in DER. */
  readonly authorities?: readonly Uint8Array[];
  readonly password: string;
  /** What programs show of it. */
  readonly friendlyName?: string;
  /** Of both key derivation and MAC; 100,000 unless told. */
  readonly iterations?: number;
}

const DEFAULT_ITERATIONS = 100_000;

/**
 * Key and certificate with its chain, protected by a password: PBES2 (AES-256-CBC, PBKDF2 with HMAC-SHA256) and a MAC
 * with HMAC-SHA256, which OpenSSL 3, Windows 10 and macOS read.
 *
 * @throws NpkiFormatError if `privateKey` is not PKCS #8, RangeError for an iteration count out of bounds
 */
export async function writePkcs12(content: NewPkcs12): Promise<Bytes> {
  const { privateKey, random, certificate, authorities = [], password, friendlyName } = content;
  const iterations = content.iterations ?? DEFAULT_ITERATIONS;
  if (iterations > MOST_PKCS12_ITERATIONS)
    throw new RangeError(`the iteration count must be from 1 to ${MOST_PKCS12_ITERATIONS}`);
  const encryption = {
    form: 'PBES2-HMACSHA256-AES256',
    password: passwordBytes(password),
    iterations,
  } as const;
  const own = attributes(certificate, friendlyName);

  const key = await encryptWithPassword(encodePrivateKeyInfo(privateKey, random), encryption);
  const keyBag = bag(oids.pkcs8ShroudedKeyBag, sequence(key.algorithm, octetString(key.encrypted)), own);

  const bags = [
    certificateBag(certificate, own),
    ...authorities.map((authority) => certificateBag(authority)),
  ];
  const certificates = await encryptWithPassword(sequence(...bags), encryption);
  const encryptedContent = sequence(
    objectIdentifier(oids.data),
    certificates.algorithm,
    contextPrimitive(0, certificates.encrypted),
  );
  const authenticatedSafe = sequence(
    contentInfo(oids.encryptedData, sequence(integer(0), encryptedContent)),
    contentInfo(oids.data, octetString(sequence(keyBag))),
  );
  const salt = randomBytes(16);
  const digest = pkcs12Mac('SHA-256', authenticatedSafe, password, { salt, iterations });
  const mac = sequence(
    sequence(sequence(objectIdentifier(oids.sha256), nullValue()), octetString(digest)),
    octetString(salt),
    integer(iterations),
  );
  return sequence(integer(3), contentInfo(oids.data, octetString(authenticatedSafe)), mac);
}

const contentInfo = (type: string, content: Uint8Array) =>
  sequence(objectIdentifier(type), context(0, content));

const bag = (type: string, value: Uint8Array, attributeSet?: Uint8Array) =>
  sequence(objectIdentifier(type), context(0, value), ...(attributeSet ? [attributeSet] : []));

const certificateBag = (certificate: Uint8Array, attributeSet?: Uint8Array) =>
  bag(
    oids.certificateBag,
    sequence(objectIdentifier(oids.x509Certificate), context(0, octetString(certificate))),
    attributeSet,
  );

/** What ties a key to its certificate, and the name that programs show. */
function attributes(certificate: Uint8Array, friendlyName: string | undefined): Bytes {
  const attribute = (type: string, value: Uint8Array) => sequence(objectIdentifier(type), set(value));
  const localKeyId = attribute(oids.localKeyId, octetString(sha1(certificate)));
  if (friendlyName === undefined) return set(localKeyId);
  const name = attribute(oids.friendlyName, tlv(tags.bmpString, utf16(friendlyName)));
  // DER orders a SET OF by its encodings: both are a SEQUENCE, so the shorter comes first.
  return localKeyId.length < name.length ? set(localKeyId, name) : set(name, localKeyId);
}

/** The MAC over the authenticated safe, with a key that is derived as RFC 7292 appendix B.2 says. */
export function pkcs12Mac(
  hashName: Pkcs12Hash,
  content: Uint8Array,
  password: string,
  derivation: Derivation,
): Uint8Array {
  const hash = pkcs12Hashes[hashName];
  const key = pkcs12Derive(hashName, 'mac', passwordBytes(password), derivation, hash.outputLen);
  return hmac(hash, key, content);
}
