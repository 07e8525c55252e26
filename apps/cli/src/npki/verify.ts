import type { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseOptions } from '#libs/command-line';
import {
  certificateFileName,
  isEncryptedPrivateKey,
  npkiFolderName,
  privateKeyFileName,
  readIdentifyData,
  minRandomNumberBytes,
} from '#libs/npki';
import { openKey, readCertificateFile, readKeyBytes, spkiDerOf, type OpenedKey } from './files.js';
import { findFolder, readAuthorities } from './folder-files.js';
import { type InputTerminal, UsageError } from '../terminal.js';

/** `skipped`: a password or CA certificates are missing for the check. */
interface Check {
  readonly check:
    'validity' | 'folder-name' | 'vid' | 'chain' | 'key-encrypted' | 'key-matches' | 'random-number';
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly detail?: string;
}

const maxChainLength = 8;

/** `verify DIR`: checks the folder of a joint certificate, one JSON object; exit code 1 if a check failed. */
export async function verify(args: string[], terminal: InputTerminal): Promise<number> {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: { 'password-stdin': { type: 'boolean', default: false } },
  });
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0) throw new UsageError('verify takes one DIR');
  const folder = findFolder(directory);
  const certificate = await readCertificateFile(join(folder, certificateFileName));
  const keyPath = join(folder, privateKeyFileName);
  const checks: Check[] = [
    checkValidity(certificate, terminal.clock()),
    checkFolderName(folder, certificate),
    checkVidPresent(certificate),
    checkChain(certificate, await readAuthorities(folder), terminal.clock()),
    ...(await checkKey(keyPath, certificate, { passwordStdin: values['password-stdin'], terminal })),
  ];
  const failed = checks.filter(({ result }) => result === 'failed');
  terminal.print(
    JSON.stringify({
      folder,
      subject: basename(npkiFolderName(certificate.raw)),
      serialNumber: certificate.serialNumber.toLowerCase(),
      notBefore: certificate.validFromDate.toISOString(),
      notAfter: certificate.validToDate.toISOString(),
      checks,
      valid: failed.length === 0,
    }),
  );
  for (const { check, detail } of failed) terminal.complain(`${check}: ${detail}`);
  return failed.length === 0 ? 0 : 1;
}

const passed = (check: Check['check'], detail?: string): Check => ({
  check,
  result: 'passed',
  ...(detail === undefined ? {} : { detail }),
});
const failedAt = (check: Check['check'], detail: string): Check => ({ check, result: 'failed', detail });
const skipped = (check: Check['check'], detail: string): Check => ({ check, result: 'skipped', detail });

function checkValidity({ validFromDate, validToDate }: X509Certificate, now: Date): Check {
  if (now < validFromDate) return failedAt('validity', `valid only from ${validFromDate.toISOString()}`);
  if (now > validToDate) return failedAt('validity', `expired at ${validToDate.toISOString()}`);
  return passed('validity');
}

function checkFolderName(folder: string, certificate: X509Certificate): Check {
  const name = basename(folder).normalize('NFC');
  if (!/^cn=/i.test(name)) return skipped('folder-name', 'the name of the folder is not a subject');
  const expected = npkiFolderName(certificate.raw).normalize('NFC');
  if (name.toLowerCase() === expected.toLowerCase()) return passed('folder-name');
  return failedAt('folder-name', `the certificate belongs in a folder named ${expected}`);
}

function checkVidPresent(certificate: X509Certificate): Check {
  return readIdentifyData(certificate.raw) ? passed('vid') : failedAt('vid', 'the certificate has no VID');
}

/** Checks the chain from the holder up to a self-signed root. The folder cannot show whether the root is trusted. */
function checkChain(leaf: X509Certificate, authorities: readonly X509Certificate[], now: Date): Check {
  if (authorities.length === 0) return skipped('chain', 'there are no CA certificates');
  let below = leaf;
  for (let height = 0; height < maxChainLength; height += 1) {
    const named = authorities.filter((authority) => below.checkIssued(authority));
    const issuer = named.find((authority) => authority.ca && below.verify(authority.publicKey));
    if (!issuer) {
      const why = named.length > 0 ? 'the signature was not made by' : 'there is no certificate of';
      return failedAt('chain', `${why} ${oneLine(below.issuer)}`);
    }
    if (now < issuer.validFromDate || now > issuer.validToDate)
      return failedAt('chain', `${oneLine(issuer.subject)} is not valid at this time`);
    if (issuer.subject === issuer.issuer) return passed('chain', `up to ${oneLine(issuer.subject)}`);
    below = issuer;
  }
  return failedAt('chain', 'there is no self-signed root');
}

const oneLine = (name: string) => name.split('\n').reverse().join(',');

async function checkKey(
  path: string,
  certificate: X509Certificate,
  options: { passwordStdin: boolean; terminal: InputTerminal },
): Promise<Check[]> {
  if (!existsSync(path)) return [failedAt('key-matches', `there is no ${privateKeyFileName}`)];
  const encrypted = isEncryptedPrivateKey(await readKeyBytes(path));
  if (encrypted && !options.passwordStdin) {
    const why = 'no password was given';
    return [passed('key-encrypted'), skipped('key-matches', why), skipped('random-number', why)];
  }
  const key = await openKey(path, options);
  return [
    encrypted
      ? passed('key-encrypted', key.form)
      : failedAt('key-encrypted', `${path} opens without a password`),
    spkiDerOf(key.publicKey).equals(spkiDerOf(certificate.publicKey))
      ? passed('key-matches')
      : failedAt('key-matches', 'the key is not the one in the certificate'),
    checkRandomNumber(key),
  ];
}

function checkRandomNumber({ random }: OpenedKey): Check {
  if (!random) return failedAt('random-number', 'there is no R, so the VID cannot be proved');
  if (random.length < minRandomNumberBytes) return failedAt('random-number', 'R is shorter than 160 bits');
  return passed('random-number');
}
