import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import type { Database } from '#libs/db';
import type { Person } from './sandbox.js';

/** The certificates of a PEM file, in their order. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** RFC 7638. */
export function thumbprintOf(certificate: X509Certificate): Promise<string> {
  return calculateJwkThumbprint(certificate.publicKey.export({ format: 'jwk' }));
}

/** The serial number of a person's old certificate as the bank stores it: hexadecimal, lower case. */
export function oldSerialOf({ oldCertificate }: Person): string | undefined {
  return oldCertificate && new X509Certificate(oldCertificate).serialNumber.toLowerCase();
}

/** OpenSSL's verdict on a chain from leaf to root; undefined without OpenSSL. */
export function opensslVerify([leaf, ...chain]: readonly X509Certificate[]): string | undefined {
  if (spawnSync('openssl', ['version']).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'reseal-chain-'));
  const file = (name: string, certificates: readonly (X509Certificate | undefined)[]) => {
    writeFileSync(join(folder, name), certificates.join(''));
    return join(folder, name);
  };
  try {
    const root = file('root.pem', chain.slice(-1));
    const between = file('between.pem', chain.slice(0, -1));
    const args = ['verify', '-x509_strict', '-CAfile', root, '-untrusted', between, file('leaf.pem', [leaf])];
    const { stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    return (stdout + stderr).replaceAll(folder, '').trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The status of a certificate in the bank's database. */
export type RecordedStatus =
  'UNKNOWN' | 'NOT_REGISTERED' | 'EXPIRED' | 'IN_FORCE' | 'ON_HOLD' | `REVOKED ${string}`;

export async function recordedStatusOf(db: Database, serial: string | undefined): Promise<RecordedStatus> {
  const query = db
    .selectFrom('certificate')
    .selectAll()
    .where('serial', '=', serial ?? '');
  const row = await query.executeTakeFirst();
  if (!row) return 'UNKNOWN';
  if (row.revoked_at) return `REVOKED ${row.revocation_reason ?? ''}`;
  if (row.hold_at) return 'ON_HOLD';
  if (row.not_after <= new Date()) return 'EXPIRED';
  return row.registered_at ? 'IN_FORCE' : 'NOT_REGISTERED';
}
