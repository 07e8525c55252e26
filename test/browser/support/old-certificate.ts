import { createPrivateKey, X509Certificate } from 'node:crypto';
import { writePkcs12, writePrivateKeyFile } from '#libs/npki';
import type { Person } from '../../support/sandbox.js';

/** A file that is chosen in a form. */
export interface UploadedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const iterations = 2048;

/** The files of the old certificate: two of the NPKI folder, or one PKCS #12. */
export async function oldCertificateFiles(person: Person, form: 'NPKI' | 'P12'): Promise<UploadedFile[]> {
  const { oldCertificate = '', oldKey = '', oldRandom = '', certificatePassword: password } = person;
  const certificate = new X509Certificate(oldCertificate).raw;
  const privateKey = createPrivateKey(oldKey).export({ format: 'der', type: 'pkcs8' });
  const random = Buffer.from(oldRandom, 'hex');
  const file = (name: string, bytes: Uint8Array) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  });
  if (form === 'P12')
    return [file('old.p12', await writePkcs12({ privateKey, random, certificate, password, iterations }))];
  const key = { privateKey, random, form: 'PBES1-SHA1-SEED' as const, password, iterations };
  return [file('signCert.der', certificate), file('signPri.key', await writePrivateKeyFile(key))];
}
