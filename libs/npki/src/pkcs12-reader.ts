import { constructed, FormatError, tags, type Bytes, type DerReader, type Element } from '#libs/der';
import { readerOf } from './reader.js';
import { implicitOctets, readerOfSingleBer } from './ber.js';
import { equalBytes } from './bytes.js';
import { maxPkcs12Iterations, type Pkcs12Hash } from './key-derivation.js';
import { findSigningPair } from './key-pair.js';
import { oids } from './oids.js';
import { type Decryption, readDecryption, readIterations } from './password-encryption.js';
import { pkcs12Mac } from './pkcs12.js';
import { orKeyError, passwordBytes } from './private-key-file.js';
import { type PrivateKeyInfo, readPrivateKeyInfo } from './private-key-info.js';
import { NpkiUnsupportedError } from './unsupported.js';

export interface Pkcs12 extends PrivateKeyInfo {
  /** The holder's certificate, in DER. */
  readonly certificate: Bytes;
  /** The other certificates, in the order of the file. */
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
 * Opens a PKCS #12 file of this library, OpenSSL, Windows, macOS or Java. If it has several keys, the result is the key
 * whose certificate is for signatures.
 *
 * @throws {NpkiKeyError} if the password is wrong, or the file is damaged, of another type, or without key or certificate
 * @throws {NpkiUnsupportedError} if its protection is not supported; the password was not tried then
 */
export async function readPkcs12(file: Uint8Array, password: string): Promise<Pkcs12> {
  return orKeyError(async () => {
    const pfx = readerOfSingleBer(file);
    if (pfx.smallInteger() !== 3) throw new FormatError('unknown version');
    const content = readData(pfx.element(tags.sequence));
    const safes = [...readerOfSingleBer(content).elements()].map(readSafe);
    // The MAC is optional. Without it, a wrong password is detected when a key is opened.
    if (!pfx.done) requireMac(pfx.inside(tags.sequence), content, password);
    pfx.end();

    const bags: Bag[] = [];
    for (const open of safes)
      for (const bag of readerOfSingleBer(await open(password)).elements()) bags.push(readBag(bag));
    return assemble(bags, password);
  });
}

/** The octets in a ContentInfo of type data. */
function readData(info: Element): Bytes {
  const reader = readerOf(info.content);
  const type = reader.objectIdentifier();
  if (type === oids.signedData) throw new NpkiUnsupportedError('a signature in place of a password');
  if (type !== oids.data) throw new FormatError('not data');
  return reader.inside(constructed(0)).content(tags.octetString);
}

function requireMac(macData: DerReader, content: Bytes, password: string): void {
  const digestInfo = macData.inside(tags.sequence);
  const hash = macHash(digestInfo.inside(tags.sequence).objectIdentifier());
  const expected = digestInfo.content(tags.octetString);
  const salt = macData.content(tags.octetString);
  const iterations = macData.done ? 1 : readIterations(macData, maxPkcs12Iterations);
  if (salt.length === 0 || !equalBytes(expected, pkcs12Mac(hash, content, password, { salt, iterations })))
    throw new FormatError('another MAC');
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
 * @returns a function that opens the SafeContents
 */
function readSafe(info: Element): (password: string) => Promise<Bytes> {
  const reader = readerOf(info.content);
  const type = reader.objectIdentifier();
  if (type === oids.data) return async () => readData(info);
  if (type !== oids.encryptedData) throw new NpkiUnsupportedError(`content ${type}`);
  const encryptedData = reader.inside(constructed(0)).inside(tags.sequence);
  encryptedData.smallInteger();
  const encryptedContent = encryptedData.inside(tags.sequence);
  encryptedContent.content(tags.objectIdentifier);
  const { decrypt } = readDecryption(encryptedContent.element(tags.sequence));
  const encrypted = implicitOctets(encryptedContent.element());
  return (password) => decrypt(encrypted, passwordBytes(password));
}

/** One SafeBag, decrypted. */
interface Bag {
  readonly type: string;
  readonly value: Element;
  readonly friendlyName: string | undefined;
}

function readBag(bag: Element): Bag {
  const reader = readerOf(bag.content);
  const type = reader.objectIdentifier();
  const value = reader.inside(constructed(0)).element();
  const attributes = new Map<string, Element>();
  if (!reader.done)
    for (const attribute of reader.inside(tags.set).elements()) {
      const parts = readerOf(attribute.content);
      const name = parts.objectIdentifier();
      const values = parts.inside(tags.set);
      if (!values.done) attributes.set(name, values.element());
    }
  const name = attributes.get(oids.friendlyName);
  return {
    type,
    value,
    friendlyName: name && readerOf(name.encoded).text(),
  };
}

/** A key in its bag, which may be encrypted separately. */
function readKeyBag({ type, value }: Bag): { bytes: Bytes; decryption: Decryption | undefined } {
  if (type === oids.keyBag) return { bytes: value.encoded, decryption: undefined };
  const info = readerOf(value.content);
  const decryption = readDecryption(info.element(tags.sequence));
  return { bytes: info.content(tags.octetString), decryption };
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
  if (!pair) throw new FormatError('no key with its certificate');
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
  const reader = readerOf(value.content);
  const type = reader.objectIdentifier();
  if (type !== oids.x509Certificate) throw new NpkiUnsupportedError(`a certificate of type ${type}`);
  return reader.inside(constructed(0)).content(tags.octetString);
}
