import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  forms,
  password,
  writeSavedFiles,
  type SavedFiles,
  type WrittenForm,
} from './foreign-tools/saved-files.js';

const work = mkdtempSync(join(tmpdir(), 'reseal-foreign-tools-'));
const written: Partial<Record<string, SavedFiles>> = {};
const keyTypes = ['RSA-2048', 'EC-P256'] as const;

beforeAll(async () => {
  for (const keyType of keyTypes) {
    const folder = join(work, keyType);
    mkdirSync(folder);
    written[keyType] = await writeSavedFiles(folder, keyType);
  }
}, 90_000);
afterAll(() => rmSync(work, { recursive: true }));

/** The programs that open each form, as docs/page.md says. PyPinkSign opens RSA keys only. */
const openedBy: Readonly<
  Record<WrittenForm, { openssl: boolean; bouncyCastle: boolean; pypinksign: boolean }>
> = {
  'PBES2-HMACSHA1-SEED': { openssl: true, bouncyCastle: true, pypinksign: true },
  'PBES1-SHA1-SEED': { openssl: false, bouncyCastle: false, pypinksign: true },
  'PBES2-HMACSHA256-AES256': { openssl: true, bouncyCastle: true, pypinksign: false },
};

const text = Buffer.from('reseal');
const isSignature = ({ publicKey }: SavedFiles, signature: string) =>
  verify(
    'sha256',
    text,
    createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' }),
    Buffer.from(signature, 'hex'),
  );
const linesOf = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    .trim()
    .split('\n');
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** OpenSSL has SEED in its legacy provider. */
const legacy = ['-provider', 'default', '-provider', 'legacy'];

function pypinksign(paths: readonly string[]): { signature: string; random: string }[] {
  const script = fileOf('foreign-tools/open-by-pypinksign.py');
  return linesOf(program('RESEAL_PYPINKSIGN_PYTHON'), [script, password, ...paths]).map((line) =>
    line.startsWith('{')
      ? (JSON.parse(line) as { signature: string; random: string })
      : { signature: '', random: line },
  );
}

function bouncyCastle(paths: readonly string[]): [string, string][] {
  const source = fileOf('../support/java/KeyFileCheck.java');
  const lines = linesOf('java', ['-cp', program('RESEAL_BOUNCY_CASTLE'), source, password, ...paths]);
  return lines.map((line) => {
    const [signature = '', rest = ''] = line.split(' ');
    return [/^[0-9a-f]+$/.test(signature) ? signature : '', rest];
  });
}

function program(variable: string): string {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set: \`npm test\` provides the program it names`);
  return path;
}

describe.each(keyTypes)('the saved files of a certificate with a key of type %s', (keyType) => {
  it(`OpenSSL opens each key file that it should (${keyType})`, () => {
    const { keyFiles, publicKey } = written[keyType]!;
    for (const form of forms) {
      const input = readFileSync(keyFiles[form]);
      const args = ['pkey', '-inform', 'DER', '-passin', `pass:${password}`, '-pubout', '-outform', 'DER'];
      const { stdout } = spawnSync('openssl', [...args, ...legacy], { input });
      expect([form, stdout.equals(publicKey)]).toEqual([form, openedBy[form].openssl]);
    }
  });

  it(`OpenSSL reads the certificate and the PKCS #12 file (${keyType})`, () => {
    const { certificate, p12, publicKey } = written[keyType]!;
    const pem = execFileSync('openssl', ['x509', '-inform', 'DER', '-in', certificate, '-noout', '-pubkey']);
    expect(createPublicKey(pem).export({ format: 'der', type: 'spki' }).equals(publicKey)).toBe(true);
    const opened = execFileSync('openssl', ['pkcs12', '-in', p12, '-passin', `pass:${password}`, '-nodes'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const key = createPublicKey(opened.toString().slice(opened.toString().indexOf('-----BEGIN PRIVATE KEY')));
    expect(key.export({ format: 'der', type: 'spki' }).equals(publicKey)).toBe(true);
    expect(opened.toString().match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  });

  it(`Bouncy Castle opens each key file that it should, with R, and the PKCS #12 file (${keyType})`, () => {
    const files = written[keyType]!;
    const [ofP12, ...ofForms] = bouncyCastle([files.p12, ...forms.map((form) => files.keyFiles[form])]);
    expect([isSignature(files, ofP12![0]), ofP12![1]]).toEqual([true, '3']);
    forms.forEach((form, at) => {
      const [signature, random] = ofForms[at]!;
      const opened = isSignature(files, signature) && random === files.random;
      expect([form, opened]).toEqual([form, openedBy[form].bouncyCastle]);
    });
  });

  it(`keytool reads the certificate and the PKCS #12 file (${keyType})`, () => {
    const { certificate, p12 } = written[keyType]!;
    expect(linesOf('keytool', ['-J-Duser.language=en', '-printcert', '-file', certificate]).join()).toContain(
      'ObjectId: 2.5.29.17',
    );
    const list = ['-J-Duser.language=en', '-list', '-v', '-storetype', 'PKCS12', '-keystore', p12];
    const listed = linesOf('keytool', [...list, '-storepass', password]).join('\n');
    expect(listed).toContain('Entry type: PrivateKeyEntry');
    expect(listed).toContain('Certificate chain length: 3');
  });
});

describe('PyPinkSign', () => {
  it('PyPinkSign opens each file with an RSA key that it should, with R, and signs', () => {
    const files = written['RSA-2048']!;
    const [ofP12, ...rest] = pypinksign([
      files.p12,
      ...forms.flatMap((form) => [files.keyFiles[form], files.zips[form]]),
    ]);
    // cryptography, which reads PKCS #12 for it, drops the attributes of the key.
    expect([isSignature(files, ofP12!.signature), ofP12!.random]).toEqual([true, '']);
    forms.forEach((form, at) => {
      for (const { signature, random } of rest.slice(2 * at, 2 * at + 2)) {
        const opened = isSignature(files, signature) && random === files.random;
        expect([form, opened]).toEqual([form, openedBy[form].pypinksign]);
      }
    });
  });

  it('PyPinkSign opens no file with an EC key, which is why the shipped profiles prefer RSA', () => {
    const files = written['EC-P256']!;
    const opened = pypinksign([files.p12, ...forms.map((form) => files.keyFiles[form])]);
    expect(opened.filter(({ signature }) => signature !== '')).toEqual([]);
  });
});
