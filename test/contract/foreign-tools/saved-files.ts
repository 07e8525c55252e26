import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildCertificate,
  createCertificateAuthority,
  newSerialNumber,
  openIssuingAuthority,
  personalBankProfile,
  personalName,
  signCertificate,
  validity,
  type KeyType,
} from '#libs/ca';
import { certificateFileName, defaultKeyForm, privateKeyFileName } from '#libs/npki';
import {
  acceptPassword,
  folderZip,
  inForm,
  otherKeyForms,
  pkcs12,
  tryPassword,
  type IssuedFiles,
} from '../../../apps/web/reissue/key/key-files.js';
import { makeKey, vidRandomOf } from '../../../apps/web/reissue/key/own-key.js';

export const password = 'Made-up-2468';
export const forms = [defaultKeyForm, ...otherKeyForms] as const;
export type WrittenForm = (typeof forms)[number];
const settings = { bank: { name: 'RESEAL', code: '999' }, statusUrl: 'http://status.reseal.test' };

/** The files that a customer can save of one certificate, as paths. */
export interface SavedFiles {
  readonly keyType: KeyType;
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Uint8Array;
  /** R of the VID, in hexadecimal. */
  readonly random: string;
  readonly certificate: string;
  readonly p12: string;
  /** By the form of the key in it. */
  readonly keyFiles: Readonly<Record<WrittenForm, string>>;
  readonly zips: Readonly<Record<WrittenForm, string>>;
}

/** Writes all files of one certificate, by the code of the page and of the CA. @param folder a directory that exists */
export async function writeSavedFiles(folder: string, keyType: KeyType): Promise<SavedFiles> {
  const made = await makeKey(keyType);
  const random = await vidRandomOf(made);
  const kept = acceptPassword(await tryPassword(made, password));
  const issued: IssuedFiles = { ...(await certify(folder, made.publicKey)), keyFile: kept.file! };
  const keyFiles: Partial<Record<WrittenForm, string>> = {};
  const zips: Partial<Record<WrittenForm, string>> = {};
  for (const form of forms) {
    const files = form === defaultKeyForm ? issued : await inForm(issued, form, password);
    const place = join(folder, form);
    mkdirSync(place);
    writeFileSync(join(place, certificateFileName), files.certificate);
    keyFiles[form] = written(place, privateKeyFileName, files.keyFile);
    zips[form] = written(place, 'NPKI.zip', folderZip(files));
  }
  return {
    keyType,
    publicKey: made.publicKey,
    random,
    certificate: written(folder, certificateFileName, issued.certificate),
    p12: written(folder, 'certificate.p12', await pkcs12(issued, password)),
    keyFiles: keyFiles as SavedFiles['keyFiles'],
    zips: zips as SavedFiles['zips'],
  };
}

function written(folder: string, name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

/** A certificate of a fictional person for the key, with its CAs. */
async function certify(folder: string, publicKey: Uint8Array) {
  const now = new Date();
  const passphrase = 'only for this spec';
  const [directory, root] = [join(folder, 'ca'), join(folder, 'root')];
  const { statusUrl } = settings;
  await createCertificateAuthority({
    statusUrl,
    directory,
    organisation: 'reseal-test',
    passphrase,
    root: { directory: root, passphrase },
    now,
  });
  const authority = openIssuingAuthority(directory, passphrase);
  const realName = '김견본';
  const tbs = buildCertificate(personalBankProfile(settings), authority.identity, {
    serial: newSerialNumber(),
    subject: personalName({
      name: realName,
      latinName: '',
      digits: '099904120261105000000012',
      bank: settings.bank.name,
      organisation: authority.organisation,
    }),
    validity: validity('NEW', undefined, now, 1),
    spki: Buffer.from(publicKey),
    realName,
    virtualId: Buffer.alloc(32, 7),
  });
  return {
    certificate: Uint8Array.from(await signCertificate(authority, tbs)),
    authorities: authority.chain.map((der) => Uint8Array.from(der)),
  };
}
