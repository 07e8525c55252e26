/** The folder in which clients look for joint certificates, as a zip or as files. */
import { zipSync } from 'fflate';
import { FormatError, type NameAttribute } from '#libs/der';
import { readName, valueOf } from './distinguished-name.js';
import { readCertificateFields } from './x509.js';

export const CERTIFICATE_FILE = 'signCert.der';
export const PRIVATE_KEY_FILE = 'signPri.key';

export interface NpkiFolder {
  /** The holder's certificate, in DER. */
  readonly certificate: Uint8Array;
  /** Those of the CAs above it, in DER. */
  readonly authorities?: readonly Uint8Array[];
  /** `signPri.key` as it is written; whoever has no key leaves it out, and its holder puts it beside the certificate. */
  readonly privateKeyFile?: Uint8Array;
}

/**
 * The files by their path:
 * ```
 * NPKI/<organisation>/<name of the CA>.der            for each CA, by its own organisation and common name
 * NPKI/<organisation>/USER/<subject>/signCert.der
 * NPKI/<organisation>/USER/<subject>/signPri.key
 * ```
 * Characters that file systems do not take, and no client relies on, become `_`.
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
  const files = new Map([[`${folder}/${CERTIFICATE_FILE}`, certificate]]);
  if (privateKeyFile) files.set(`${folder}/${PRIVATE_KEY_FILE}`, privateKeyFile);
  for (const authority of authorities) {
    const name = readName(readCertificateFields(authority).subject);
    files.set(`${organisationFolder(name)}/${fileName(valueOf(name, 'cn') ?? 'CA', '.der')}`, authority);
  }
  return files;
}

/** The same as a zip; names in UTF-8. @param modified the time that the files bear */
export function npkiZip(folder: NpkiFolder, modified: Date): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(zipSync(Object.fromEntries(npkiFiles(folder)), { mtime: modified }));
}

/** The folder of one certificate: its whole subject, `cn=…,ou=…,o=…,c=kr`. */
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

/** What file systems take: Linux 255 bytes without `/`, Windows none of its own characters and no dot at the end. */
const LONGEST_FILE_NAME = 255;

/** Besides what file systems refuse, what is not seen or turns the direction of what follows around. */
const unfit = /[\\/:*?"<>|\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function fileName(text: string, suffix = ''): string {
  // No character has less than one byte: what is behind these cannot stay.
  const characters = [...text.slice(0, 2 * LONGEST_FILE_NAME)].slice(0, LONGEST_FILE_NAME);
  const size = () => new TextEncoder().encode(characters.join('') + suffix).length;
  while (size() > LONGEST_FILE_NAME) characters.pop();
  const name = characters
    .join('')
    .replace(unfit, '_')
    .replace(/[. ]+$/, '_');
  return `${name || '_'}${suffix}`;
}
