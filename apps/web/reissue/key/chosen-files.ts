import { unzipSync } from 'fflate';
import {
  isEncryptedPrivateKey,
  isForSignatures,
  isKeyOf,
  readCertificateFields,
  readPkcs12,
  readPrivateKeyFile,
} from '#libs/npki';

type Bytes = Uint8Array<ArrayBuffer>;

/** A file that was chosen in a form. */
export type ChosenFile = Pick<Blob, 'size' | 'arrayBuffer'>;

/** The certificates and keys that were found in files. */
interface FileContents {
  /** In DER. */
  readonly certificates: readonly Bytes[];
  /** PKCS #8. */
  readonly keys: readonly Bytes[];
  /** Whether the password did not open one of the files. */
  readonly locked: boolean;
}

/** A certificate (DER) with its private key (PKCS #8). */
interface SigningPair {
  readonly certificate: Bytes;
  readonly privateKey: Bytes;
}

/** No file of a certificate is larger. */
const maxFileBytes = 1_000_000;

/**
 * Reads the certificates and keys of files in any order: `signCert.der`, `signPri.key`, PKCS #12, a zip of an NPKI
 * folder; DER or PEM. Files that cannot be read, and files of another kind, are ignored.
 */
export async function readChosenFiles(files: readonly ChosenFile[], password: string): Promise<FileContents> {
  const certificates: Bytes[] = [];
  const keys: Bytes[] = [];
  let locked = false;
  for (const piece of (await Promise.all(files.map(piecesOf))).flat()) {
    if (isCertificate(piece)) certificates.push(piece);
    else {
      const opened = await open(piece, password);
      if (opened.certificate) certificates.push(opened.certificate);
      if (opened.privateKey) keys.push(opened.privateKey);
      locked ||= opened.locked;
    }
  }
  return { certificates, keys, locked };
}

/** The signing certificate with its key; of several, the one that expires last. */
export async function signingPairOf({ certificates, keys }: FileContents): Promise<SigningPair | undefined> {
  const endOf = (certificate: Bytes) => readCertificateFields(certificate).notAfter;
  const latest = certificates
    .filter(isForSignatures)
    .toSorted((one, other) => (endOf(one) < endOf(other) ? 1 : -1));
  for (const certificate of latest)
    for (const privateKey of keys)
      if (await isKeyOf(privateKey, certificate)) return { certificate, privateKey };
  return undefined;
}

/** The DER objects of a file; none if the file cannot be read. */
async function piecesOf(file: ChosenFile): Promise<Bytes[]> {
  if (file.size > maxFileBytes) return [];
  try {
    return contentsOf(new Uint8Array(await file.arrayBuffer()));
  } catch {
    return [];
  }
}

function contentsOf(bytes: Uint8Array): Bytes[] {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip) return derOf(bytes);
  const files = unzipSync(bytes, { filter: ({ originalSize }) => originalSize <= maxFileBytes });
  return Object.values(files).flatMap(derOf);
}

/** The content of each PEM block (RFC 7468), or the bytes themselves if there is no block. */
function derOf(bytes: Uint8Array): Bytes[] {
  const text = new TextDecoder('latin1').decode(bytes);
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g)];
  if (blocks.length === 0) return [Uint8Array.from(bytes)];
  return blocks.map(([, , body]) =>
    Uint8Array.from(atob(body!.replace(/\s/g, '')), (octet) => octet.charCodeAt(0)),
  );
}

function isCertificate(piece: Bytes): boolean {
  try {
    return readCertificateFields(piece).publicKey.length > 0;
  } catch {
    return false;
  }
}

interface Opened {
  readonly certificate?: Bytes;
  readonly privateKey?: Bytes;
  readonly locked: boolean;
}

/** Opens a PKCS #12 or a key file. */
async function open(piece: Bytes, password: string): Promise<Opened> {
  try {
    const { certificate, privateKey } = await readPkcs12(piece, password);
    return { certificate, privateKey: Uint8Array.from(privateKey), locked: false };
  } catch {
    // This is no PKCS #12, or the password does not open it.
  }
  try {
    const { privateKey } = await readPrivateKeyFile(piece, password);
    return { privateKey: Uint8Array.from(privateKey), locked: false };
  } catch {
    return { locked: isEncryptedPrivateKey(piece) || isPkcs12(piece) };
  }
}

/** A SEQUENCE that begins with the INTEGER 3 (RFC 7292 section 4). */
function isPkcs12(piece: Bytes): boolean {
  if (piece[0] !== 0x30) return false;
  const lengthOctets = piece[1]! < 0x80 ? 0 : piece[1]! & 0x7f;
  const [tag, length, version] = piece.subarray(2 + lengthOctets);
  return tag === 0x02 && length === 1 && version === 3;
}
