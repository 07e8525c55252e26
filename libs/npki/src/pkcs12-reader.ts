import { implicitOctets, readOneBer } from './ber.js';
import { equalBytes } from './bytes.js';
import {
  type Bytes,
  contextTag,
  DerReader,
  type Element,
  inside,
  NpkiFormatError,
  readInteger,
  readObjectIdentifier,
  readText,
  tags,
} from './der.js';
import { MOST_PKCS12_ITERATIONS, type Pkcs12Hash } from './key-derivation.js';
import { findSigningPair } from './key-pair.js';
import { oids } from './oids.js';
import { type Decryption, readDecryption, readIterations } from './password-encryption.js';
import { pkcs12Mac } from './pkcs12.js';
import { orKeyError, passwordBytes } from './private-key-file.js';
import { type PrivateKeyInfo, readPrivateKeyInfo } from './private-key-info.js';
import { NpkiUnsupportedError } from './unsupported.js';

export interface Pkcs12 extends PrivateKeyInfo {
  /** The holder's, in DER. */
  readonly certificate: Bytes;
  /** The others, in the order of the file. */
  readonly authorities: readonly Bytes[];
  readonly friendlyName: string | undefined;
}

/** One SafeBag, decrypted. */
interface Bag {
  readonly type: string;
  readonly value: Element;
  readonly friendlyName: string | undefined;
}

/**
 * Opens a PKCS #12 file as this library, OpenSSL, Windows, macOS or Java wrote it. Of several keys it takes the one whose
 * certificate is for signatures.
 *
 * @throws NpkiKeyError if the password is wrong, or the file damaged, of another kind, or without key or certificate
 * @throws NpkiUnsupportedError if it is protected in a way that is not read; no password was tried then
 */
export async function readPkcs12(file: Uint8Array, password: string): Promise<Pkcs12> {
  return orKeyError(async () => {
    const pfx = DerReader.of(readOneBer(file, tags.sequence));
    if (readInteger(pfx.next()) !== 3) throw new NpkiFormatError('unknown version');
    const content = readData(pfx.next(tags.sequence));
    const safes = [...DerReader.of(readOneBer(content, tags.sequence)).rest()].map(readSafe);
    // The MAC is optional. Without it a wrong password shows when a key is opened.
    if (!pfx.done) requireMac(inside(pfx), content, password);
    pfx.end();

    const bags: Bag[] = [];
    for (const open of safes)
      for (const bag of DerReader.of(readOneBer(await open(password), tags.sequence)).rest())
        bags.push(readBag(bag));
    return assemble(bags, password);
  });
}

/** The octets in a ContentInfo of type data. */
function readData(info: Element): Bytes {
  const reader = DerReader.of(info);
  const type = readObjectIdentifier(reader.next());
  if (type === oids.signedData) throw new NpkiUnsupportedError('a signature in place of a password');
  if (type !== oids.data) throw new NpkiFormatError('not data');
  return inside(reader, contextTag(0)).next(tags.octetString).content;
}

function requireMac(macData: DerReader, content: Bytes, password: string): void {
  const digestInfo = inside(macData);
  const hash = macHash(readObjectIdentifier(inside(digestInfo).next()));
  const expected = digestInfo.next(tags.octetString).content;
  const salt = macData.next(tags.octetString).content;
  const iterations = macData.done ? 1 : readIterations(macData.next(), MOST_PKCS12_ITERATIONS);
  if (salt.length === 0 || !equalBytes(expected, pkcs12Mac(hash, content, password, { salt, iterations })))
    throw new NpkiFormatError('another MAC');
}

const macHashes: Readonly<Record<string, Pkcs12Hash>> = {
  [oids.sha1]: 'SHA-1',
  [oids.sha224]: 'SHA-224',
  [oids.sha256]: 'SHA-256',
  [oids.sha384]: 'SHA-384',
  [oids.sha512]: 'SHA-512',
};

function macHash(oid: string): Pkcs12Hash {
  const hash = macHashes[oid];
  if (!hash) throw new NpkiUnsupportedError(`MAC ${oid}`);
  return hash;
}

/**
 * One ContentInfo, which is data, or data encrypted by the password.
 *
 * @returns opens its SafeContents
 */
function readSafe(info: Element): (password: string) => Promise<Bytes> {
  const reader = DerReader.of(info);
  const type = readObjectIdentifier(reader.next());
  if (type === oids.data) return async () => readData(info);
  if (type !== oids.encryptedData) throw new NpkiUnsupportedError(`content ${type}`);
  const encryptedData = inside(inside(reader, contextTag(0)));
  readInteger(encryptedData.next());
  const encryptedContent = inside(encryptedData);
  encryptedContent.next(tags.objectIdentifier);
  const { decrypt } = readDecryption(encryptedContent.next(tags.sequence));
  const encrypted = implicitOctets(encryptedContent.next());
  return (password) => decrypt(encrypted, passwordBytes(password));
}

/** One SafeBag, decrypted. */
interface Bag {
  readonly type: string;
  readonly value: Element;
  readonly friendlyName: string | undefined;
}

function readBag(bag: Element): Bag {
  const reader = DerReader.of(bag);
  const type = readObjectIdentifier(reader.next());
  const value = inside(reader, contextTag(0)).next();
  const attributes = new Map<string, Element>();
  if (!reader.done)
    for (const attribute of inside(reader, tags.set).rest()) {
      const parts = DerReader.of(attribute);
      const name = readObjectIdentifier(parts.next());
      const values = inside(parts, tags.set);
      if (!values.done) attributes.set(name, values.next());
    }
  const name = attributes.get(oids.friendlyName);
  return {
    type,
    value,
    friendlyName: name && readText(name),
  };
}

/** A key as it is kept: encrypted once more, or not. */
function readKeyBag({ type, value }: Bag): { bytes: Bytes; decryption: Decryption | undefined } {
  if (type === oids.keyBag) return { bytes: value.encoded, decryption: undefined };
  const info = DerReader.of(value);
  const decryption = readDecryption(info.next(tags.sequence));
  return { bytes: info.next(tags.octetString).content, decryption };
}

async function assemble(bags: readonly Bag[], password: string): Promise<Pkcs12> {
  const keyBags = bags.filter(({ type }) => type === oids.pkcs8ShroudedKeyBag || type === oids.keyBag);
  const certificateBags = bags.filter(({ type }) => type === oids.certificateBag);
  const certificates = certificateBags.map(readCertificateBag);
  const keys: PrivateKeyInfo[] = [];
  for (const { bytes, decryption } of keyBags.map(readKeyBag)) {
    const plain = decryption ? await decryption.decrypt(bytes, passwordBytes(password)) : bytes;
    keys.push(await readPrivateKeyInfo(plain));
  }
  const pair = await findSigningPair(keys, certificates);
  if (!pair) throw new NpkiFormatError('no key with its certificate');
  const own = certificates.indexOf(pair.certificate as Bytes);
  const keyBag = keyBags[keys.findIndex(({ privateKey }) => privateKey === pair.privateKey)];
  return {
    ...pair,
    certificate: certificates[own]!,
    authorities: certificates.filter((_, index) => index !== own),
    friendlyName: keyBag?.friendlyName ?? certificateBags[own]!.friendlyName,
  };
}

function readCertificateBag({ value }: Bag): Bytes {
  const reader = DerReader.of(value);
  const type = readObjectIdentifier(reader.next());
  if (type !== oids.x509Certificate) throw new NpkiUnsupportedError(`a certificate of type ${type}`);
  return inside(reader, contextTag(0)).next(tags.octetString).content;
}
