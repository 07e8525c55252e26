/** The folder structure that clients expect for joint certificates, as a zip or as files. */
import { zipSync } from 'fflate';
import { FormatError, type NameAttribute } from '#libs/der';
import { readName, valueOf } from './distinguished-name.js';
import { readCertificateFields } from './x509.js';

export const certificateFileName = 'signCert.der';
export const privateKeyFileName = 'signPri.key';

export interface NpkiFolder {
  /** The holder's certificate, in DER. */
  readonly certificate: Uint8Array;
  /** The certificates of its CAs, in DER. */
  readonly authorities?: readonly Uint8Array[];
  /** The content of `signPri.key`; absent if the holder adds the key later. */
  readonly privateKeyFile?: Uint8Array;
}

/**
 * The files by path:
 * ```
 * NPKI/<organisation>/<name of the CA>.der            for each CA, by its own organisation and common name
 * NPKI/<organisation>/USER/<subject>/signCert.der
 * NPKI/<organisation>/USER/<subject>/signPri.key
 * ```
 * Characters that file systems do not allow become `_`; clients do not depend on them.
 *
 * @throws FormatError if a certificate cannot be read, or its subject has no organisation
 */
export function npkiFiles({
  certificate,
  authorities = [],
  privateKeyFile,
}: NpkiFolder): Map<string, Uint8Array> {
  const subject = readName(readCertificateFields(certificate).subject);
  const folder = `${organisationFolder(subject)}/USER/${npkiFolderName(certificate)}`;
  const files = new Map([[`${folder}/${certificateFileName}`, certificate]]);
  if (privateKeyFile) files.set(`${folder}/${privateKeyFileName}`, privateKeyFile);
  for (const authority of authorities) {
    const name = readName(readCertificateFields(authority).subject);
    files.set(`${organisationFolder(name)}/${fileName(valueOf(name, 'cn') ?? 'CA', '.der')}`, authority);
  }
  return files;
}

/** The files as a zip with names in UTF-8. @param modified modification time of the files */
export function npkiZip(folder: NpkiFolder, modified: Date): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(zipSync(Object.fromEntries(npkiFiles(folder)), { mtime: modified }));
}

/** The name of a certificate's folder: its whole subject, `cn=…,ou=…,o=…,c=kr`. */
export const npkiFolderName = (certificate: Uint8Array): string =>
  fileName(
    readName(readCertificateFields(certificate).subject)
      .map(({ type, value }) => `${type}=${value}`)
      .join(','),
  );

function organisationFolder(name: readonly NameAttribute[]): string {
  const organisation = valueOf(name, 'o');
  if (!organisation) throw new FormatError('the subject has no organisation');
  return `NPKI/${fileName(organisation)}`;
}

/** Limits of file systems: Linux allows 255 bytes without `/`, Windows excludes more characters and a final dot. */
const maxFileNameBytes = 255;

/** Characters that file systems refuse, invisible characters, and those that change the text direction. */
const unfit = /[\\/:*?"<>|\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function fileName(text: string, suffix = ''): string {
  // Every character has at least one byte: characters after these cannot fit.
  const characters = [...text.slice(0, 2 * maxFileNameBytes)].slice(0, maxFileNameBytes);
  const size = () => new TextEncoder().encode(characters.join('') + suffix).length;
  while (size() > maxFileNameBytes) characters.pop();
  const name = characters
    .join('')
    .replace(unfit, '_')
    .replace(/[. ]+$/, '_');
  return `${name || '_'}${suffix}`;
}
