import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { certificatesIn } from '../certificates.js';

const run = promisify(execFile);

/** What the status app answers about one certificate, as OpenSSL reads it. */
export interface PublishedStatus {
  readonly ocsp: string;
  /** Whether the CRL of the certificate lists it. */
  readonly listed: boolean;
}

/**
 * Asks OCSP and CRL at the addresses in the certificate, and verifies both signatures.
 *
 * @param pem the certificate, its issuer and the root
 * @throws Error if an answer does not come or its signature is not that of the issuer
 */
export async function publishedStatus(pem: string): Promise<PublishedStatus> {
  const [leaf, issuer] = certificatesIn(pem);
  const ocspUrl = /OCSP - URI:(\S+)/.exec(leaf!.infoAccess ?? '')?.[1];
  if (!ocspUrl) throw new Error('the certificate names no OCSP responder');
  const folder = await mkdtemp(join(tmpdir(), 'reseal-status-'));
  const file = (name: string) => join(folder, name);
  try {
    await writeFile(file('leaf.pem'), leaf!.toString());
    await writeFile(file('issuer.pem'), issuer!.toString());
    const trust = ['-CAfile', file('issuer.pem'), '-partial_chain'];
    const ocsp = await run('openssl', [
      ...['ocsp', '-url', ocspUrl, '-issuer', file('issuer.pem'), '-cert', file('leaf.pem'), ...trust],
    ]);
    if (!ocsp.stderr.includes('Response verify OK')) throw new Error(ocsp.stderr);
    return {
      ocsp: /leaf\.pem: (\w+)/.exec(ocsp.stdout)?.[1] ?? ocsp.stdout,
      listed: (await serialsOfCrl(folder)).includes(leaf!.serialNumber.toLowerCase()),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function serialsOfCrl(folder: string): Promise<string[]> {
  const file = (name: string) => join(folder, name);
  const text = ['x509', '-in', file('leaf.pem'), '-noout', '-ext', 'crlDistributionPoints'];
  const url = /URI:(\S+)/.exec((await run('openssl', text)).stdout)?.[1];
  if (!url) throw new Error('the certificate names no CRL');
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  await writeFile(file('list.crl'), Buffer.from(await answer.arrayBuffer()));
  const { stdout, stderr } = await run('openssl', [
    ...['crl', '-inform', 'DER', '-in', file('list.crl'), '-CAfile', file('issuer.pem'), '-noout', '-text'],
  ]);
  if (!stderr.includes('verify OK')) throw new Error(stderr);
  return [...stdout.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial]) => serial!.toLowerCase());
}
