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
  readOne,
  readText,
  tags,
} from './der.js';
import { oids } from './oids.js';
import { decryptWithPassword, readIterations } from './password-encryption.js';
import { type MacHash, MOST_MAC_ITERATIONS, pkcs12Mac } from './pkcs12.js';
import { orKeyError, passwordBytes } from './private-key-file.js';
import { type PrivateKeyInfo, readPrivateKeyInfo } from './private-key-info.js';

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
  readonly localKeyId: Bytes | undefined;
  readonly friendlyName: string | undefined;
}

/**
 * Opens a PKCS #12 file with one key, encrypted as this library or OpenSSL 3 does, or with SEED as joint certificates
 * are; its MAC may be HMAC-SHA256 or HMAC-SHA1.
 *
 * @throws NpkiKeyError if the password is wrong, or the file damaged, of another kind, or without key or certificate
 */
export async function readPkcs12(file: Uint8Array, password: string): Promise<Pkcs12> {
  return orKeyError(async () => {
    const pfx = DerReader.of(readOne(file, tags.sequence));
    if (readInteger(pfx.next()) !== 3) throw new NpkiFormatError('unknown version');
    const content = readData(pfx.next(tags.sequence));
    requireMac(inside(pfx), content, password);
    pfx.end();

    const bags: Bag[] = [];
    for (const info of DerReader.of(readOne(content, tags.sequence)).rest()) {
      const safe = await readSafe(info, password);
      for (const bag of DerReader.of(readOne(safe, tags.sequence)).rest()) bags.push(readBag(bag));
    }
    return assemble(bags, password);
  });
}

/** The octets in a ContentInfo of type data. */
function readData(info: Element): Bytes {
  const reader = DerReader.of(info);
  if (readObjectIdentifier(reader.next()) !== oids.data) throw new NpkiFormatError('not data');
  return inside(reader, contextTag(0)).next(tags.octetString).content;
}

function requireMac(macData: DerReader, content: Bytes, password: string): void {
  const digestInfo = inside(macData);
  const hash = macHash(readObjectIdentifier(inside(digestInfo).next()));
  const expected = digestInfo.next(tags.octetString).content;
  const salt = macData.next(tags.octetString).content;
  const iterations = macData.done ? 1 : readIterations(macData.next(), MOST_MAC_ITERATIONS);
  if (salt.length === 0 || !equalBytes(expected, pkcs12Mac(hash, { content, password, salt, iterations })))
    throw new NpkiFormatError('another MAC');
}

function macHash(oid: string): MacHash {
  if (oid === oids.sha256) return 'SHA-256';
  if (oid === oids.sha1) return 'SHA-1';
  throw new NpkiFormatError(`unknown hash ${oid}`);
}

/** SafeContents of one ContentInfo, which is data, or data encrypted by the password. */
async function readSafe(info: Element, password: string): Promise<Bytes> {
  const reader = DerReader.of(info);
  const type = readObjectIdentifier(reader.next());
  if (type === oids.data) return readData(info);
  if (type !== oids.encryptedData) throw new NpkiFormatError(`unknown content ${type}`);
  const encryptedData = inside(inside(reader, contextTag(0)));
  readInteger(encryptedData.next());
  const encryptedContent = inside(encryptedData);
  encryptedContent.next(tags.objectIdentifier);
  const algorithm = encryptedContent.next(tags.sequence);
  const encrypted = encryptedContent.next(0x80).content;
  return (await decryptWithPassword(algorithm, encrypted, passwordBytes(password))).plain;
}

function readBag(bag: Element): Bag {
  const reader = DerReader.of(bag);
  const type = readObjectIdentifier(reader.next());
  const value = inside(reader, contextTag(0)).next();
  const attributes = new Map<string, Element>();
  if (!reader.done)
    for (const attribute of inside(reader, tags.set).rest()) {
      const parts = DerReader.of(attribute);
      attributes.set(readObjectIdentifier(parts.next()), inside(parts, tags.set).next());
    }
  const name = attributes.get(oids.friendlyName);
  return {
    type,
    value,
    localKeyId: attributes.get(oids.localKeyId)?.content,
    friendlyName: name && readText(name),
  };
}

async function assemble(bags: readonly Bag[], password: string): Promise<Pkcs12> {
  const [key, ...otherKeys] = bags.filter(({ type }) => type === oids.pkcs8ShroudedKeyBag);
  const certificates = bags.filter(({ type }) => type === oids.certificateBag);
  const own =
    certificates.find(
      ({ localKeyId }) => localKeyId && key?.localKeyId && equalBytes(localKeyId, key.localKeyId),
    ) ?? certificates[0];
  if (!key || !own || otherKeys.length > 0) throw new NpkiFormatError('not one key with its certificate');
  const info = DerReader.of(key.value);
  const algorithm = info.next(tags.sequence);
  const encrypted = info.next(tags.octetString).content;
  const { plain } = await decryptWithPassword(algorithm, encrypted, passwordBytes(password));
  return {
    ...(await readPrivateKeyInfo(plain)),
    certificate: readCertificateBag(own),
    authorities: certificates.filter((bag) => bag !== own).map(readCertificateBag),
    friendlyName: key.friendlyName ?? own.friendlyName,
  };
}

function readCertificateBag({ value }: Bag): Bytes {
  const reader = DerReader.of(value);
  if (readObjectIdentifier(reader.next()) !== oids.x509Certificate)
    throw new NpkiFormatError('not an X.509 certificate');
  return inside(reader, contextTag(0)).next(tags.octetString).content;
}
