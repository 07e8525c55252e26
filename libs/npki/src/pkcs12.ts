/** PKCS #12 (RFC 7292): key and certificates in one file, for browsers and mail programs. Encryption is PBES2 with AES-256. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { der, tags, type Bytes } from '#libs/der';
import {
  type Derivation,
  maxPkcs12Iterations,
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
  /** R of the VID, which becomes an attribute of the key, as in `signPri.key`. */
  readonly random?: Uint8Array | undefined;
  /** The holder's certificate, in DER. */
  readonly certificate: Uint8Array;
  /** The certificates of its CAs, in DER. */
  readonly authorities?: readonly Uint8Array[];
  readonly password: string;
  /** The name that programs show. */
  readonly friendlyName?: string;
  /** Iterations of key derivation and MAC; 100,000 by default. */
  readonly iterations?: number;
}

const defaultIterations = 100_000;

/**
 * Key and certificate with its chain, protected by a password: PBES2 (AES-256-CBC, PBKDF2 with HMAC-SHA256) and a MAC
 * with HMAC-SHA256, which OpenSSL 3, Windows 10 and macOS read.
 *
 * @throws {FormatError} if `privateKey` is not PKCS #8
 * @throws {RangeError} if the iteration count is out of bounds
 */
export async function writePkcs12(content: NewPkcs12): Promise<Bytes> {
  const { privateKey, random, certificate, authorities = [], password, friendlyName } = content;
  const iterations = content.iterations ?? defaultIterations;
  if (iterations > maxPkcs12Iterations)
    throw new RangeError(`the iteration count must be from 1 to ${maxPkcs12Iterations}`);
  const encryption = {
    form: 'PBES2-HMACSHA256-AES256',
    password: passwordBytes(password),
    iterations,
  } as const;
  const own = attributes(certificate, friendlyName);

  const key = await encryptWithPassword(encodePrivateKeyInfo(privateKey, random), encryption);
  const keyBag = bag(
    oids.pkcs8ShroudedKeyBag,
    der.sequence(key.algorithm, der.octetString(key.encrypted)),
    own,
  );

  const bags = [
    certificateBag(certificate, own),
    ...authorities.map((authority) => certificateBag(authority)),
  ];
  const certificates = await encryptWithPassword(der.sequence(...bags), encryption);
  const encryptedContent = der.sequence(
    der.objectIdentifier(oids.data),
    certificates.algorithm,
    der.implicit(0, certificates.encrypted),
  );
  const authenticatedSafe = der.sequence(
    contentInfo(oids.encryptedData, der.sequence(der.smallInteger(0), encryptedContent)),
    contentInfo(oids.data, der.octetString(der.sequence(keyBag))),
  );
  const salt = randomBytes(16);
  const digest = pkcs12Mac('SHA-256', authenticatedSafe, password, { salt, iterations });
  const mac = der.sequence(
    der.sequence(der.sequence(der.objectIdentifier(oids.sha256), der.nullValue), der.octetString(digest)),
    der.octetString(salt),
    der.smallInteger(iterations),
  );
  return der.sequence(der.smallInteger(3), contentInfo(oids.data, der.octetString(authenticatedSafe)), mac);
}

const contentInfo = (type: string, content: Uint8Array) =>
  der.sequence(der.objectIdentifier(type), der.explicit(0, content));

const bag = (type: string, value: Uint8Array, attributeSet?: Uint8Array) =>
  der.sequence(der.objectIdentifier(type), der.explicit(0, value), ...(attributeSet ? [attributeSet] : []));

const certificateBag = (certificate: Uint8Array, attributeSet?: Uint8Array) =>
  bag(
    oids.certificateBag,
    der.sequence(der.objectIdentifier(oids.x509Certificate), der.explicit(0, der.octetString(certificate))),
    attributeSet,
  );

/** The attributes that link a key to its certificate, and the name that programs show. */
function attributes(certificate: Uint8Array, friendlyName: string | undefined): Bytes {
  const attribute = (type: string, value: Uint8Array) =>
    der.sequence(der.objectIdentifier(type), der.set(value));
  const localKeyId = attribute(oids.localKeyId, der.octetString(sha1(certificate)));
  if (friendlyName === undefined) return der.set(localKeyId);
  const name = attribute(oids.friendlyName, der.value(tags.bmpString, utf16(friendlyName)));
  // DER orders a SET OF by its encodings: both are a SEQUENCE, so the shorter comes first.
  return localKeyId.length < name.length ? der.set(localKeyId, name) : der.set(name, localKeyId);
}

/** The MAC over the authenticated safe; its key is derived by RFC 7292 appendix B.2. */
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
