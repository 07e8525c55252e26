import { spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot } from '#libs/config';
import { expect } from '@jest/globals';
import { unzipSync } from 'fflate';
import { certificatesIn } from '../../support/certificates.js';

/** The files that the customer saved, and their password. */
export interface SavedFiles {
  readonly zip: Buffer;
  readonly p12: Buffer;
  readonly password: string;
}

/**
 * Opens both files by openssl and by `npm run npki -- verify`, and checks that the key belongs to the certificate and
 * that the chain leads to its root.
 *
 * @returns the certificate
 */
export async function openSavedFiles({ zip, p12, password }: SavedFiles): Promise<X509Certificate> {
  const folder = mkdtempSync(join(tmpdir(), 'reseal-saved-'));
  try {
    const [fromZip, fromP12] = await Promise.all([
      openZip(folder, zip, password),
      openP12(join(folder, 'new.p12'), p12, password),
    ]);
    expect(fromZip.raw.equals(fromP12.raw)).toBe(true);
    return fromZip;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function openP12(path: string, bytes: Buffer, password: string): Promise<X509Certificate> {
  writeFileSync(path, bytes);
  const pem = await run('openssl', ['pkcs12', '-in', path, '-passin', 'stdin', '-nodes'], password);
  const [certificate, ...authorities] = certificatesIn(pem);
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pem)?.[0] ?? '';
  expect(certificate!.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(authorities.length).toBeGreaterThan(0);
  return certificate!;
}

async function openZip(folder: string, zip: Buffer, password: string): Promise<X509Certificate> {
  const files = Object.entries(unzipSync(zip)).filter(([path]) => !path.endsWith('/'));
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const [keyPath] = files.find(([path]) => path.endsWith('/signPri.key'))!;
  expect(keyPath).toMatch(/^NPKI\/[^/]+\/USER\/cn=/);
  const main = join(projectRoot(), 'dist/apps/cli/src/npki/main.js');
  const report = JSON.parse(
    await run(process.execPath, [main, 'verify', folder, '--password-stdin'], password),
  ) as { valid: boolean; checks: { check: string; result: string }[] };
  expect(report.checks.filter(({ result }) => result !== 'passed')).toEqual([]);
  expect(report.valid).toBe(true);

  const der = join(folder, dirname(keyPath), 'signCert.der');
  const certificate = new X509Certificate(await run('openssl', ['x509', '-inform', 'DER', '-in', der]));
  // Joint certificates are encrypted with SEED, which is in OpenSSL's legacy provider.
  const legacy = ['-provider', 'default', '-provider', 'legacy'];
  const key = ['pkcs8', '-inform', 'DER', '-in', join(folder, keyPath), '-passin', 'stdin', ...legacy];
  expect(certificate.checkPrivateKey(createPrivateKey(await run('openssl', key, password)))).toBe(true);
  return certificate;
}

/** @returns the standard output @throws Error with the standard error */
async function run(command: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  child.stdin.on('error', () => undefined); // the command may not read its input
  child.stdin.end(input);
  const [output, complaints, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`${command} ${args[0]}: ${complaints || output}`);
  return output;
}
