import { createHash, createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { derOfFile } from '#libs/der';
import {
  isEncryptedPrivateKey,
  NpkiKeyError,
  NpkiUnsupportedError,
  readPrivateKeyFile,
  type PrivateKeyFile,
} from '#libs/npki';
import { ToolFailure, readSecret, type InputTerminal, UsageError } from '../terminal.js';

/** Size limit in bytes; keys and certificates have a few thousand. */
const maxFileBytes = 1024 * 1024;

/** @throws {ToolFailure} if the file cannot be read or is too large */
async function readSmallFile(path: string): Promise<Buffer> {
  try {
    if ((await stat(path)).size > maxFileBytes)
      throw new ToolFailure(`${path}: too large for a key or certificate`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'this is a directory',
      EACCES: 'there is no permission to read it',
    };
    throw new ToolFailure(`${path}: ${(code && reasons[code]) ?? 'it cannot be read'}`);
  }
}

const certificateLabels = ['CERTIFICATE', 'X509 CERTIFICATE'];

/** Reads a certificate in DER or PEM. @throws {ToolFailure} if the file is not a certificate */
export async function readCertificateFile(path: string): Promise<X509Certificate> {
  const bytes = await readSmallFile(path);
  try {
    return new X509Certificate(derOfFile(bytes, certificateLabels));
  } catch {
    throw new ToolFailure(`${path}: not a certificate, in DER or PEM`);
  }
}

export interface OpenedKey extends PrivateKeyFile {
  readonly publicKey: KeyObject;
}

/** Reads a key file in DER or PEM, without decrypting it. */
export async function readKeyBytes(path: string): Promise<Uint8Array> {
  const bytes = await readSmallFile(path);
  try {
    return derOfFile(bytes, ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY']);
  } catch {
    return bytes; // opening the file reports the error
  }
}

/**
 * Opens a key file, with the password from standard input if `passwordStdin` is set.
 *
 * @throws {ToolFailure} if the password is wrong, the file is damaged, or its encryption is not supported
 * @throws {UsageError} if the file is encrypted and `passwordStdin` is not set
 */
export async function openKey(
  path: string,
  { passwordStdin, terminal }: { passwordStdin: boolean; terminal: InputTerminal },
): Promise<OpenedKey> {
  const bytes = await readKeyBytes(path);
  if (isEncryptedPrivateKey(bytes) && !passwordStdin)
    throw new UsageError(`${path} is encrypted: give its password on standard input, with --password-stdin`);
  const password = passwordStdin ? await readSecret(terminal) : '';
  try {
    const key = await readPrivateKeyFile(bytes, password);
    return { ...key, publicKey: publicKeyOf(key.privateKey) };
  } catch (error) {
    const known = error instanceof NpkiKeyError || error instanceof NpkiUnsupportedError;
    throw known ? new ToolFailure(`${path}: ${error.message}`) : error;
  }
}

function publicKeyOf(privateKey: Uint8Array): KeyObject {
  try {
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
    return createPublicKey(key);
  } catch {
    throw new NpkiKeyError();
  }
}

/** SubjectPublicKeyInfo, in DER. */
export const spkiDerOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const curves: Readonly<Record<string, string>> = { prime256v1: 'P256', secp384r1: 'P384', secp521r1: 'P521' };

/** `RSA-2048`, `EC-P256` and the like. */
export function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'rsa') return `RSA-${asymmetricKeyDetails?.modulusLength}`;
  const curve = asymmetricKeyDetails?.namedCurve ?? '';
  return `EC-${curves[curve] ?? curve}`;
}
